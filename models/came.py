"""Which file something was put into, and since when whoever speaks of another file could have seen it there."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Came:
    """When (`at`) something was put into which `file`, and at what moment (`joined_at`) it came to stand in another
    one, `joined_to`, because a roster or a person said that the two are one student's."""

    at: datetime
    file: str = ""
    joined_at: datetime | None = None
    joined_to: str | None = None

    def here(self, file: str) -> datetime | None:
        """Since when it could be seen by whoever speaks of a file; None where it has never stood in it."""
        if file != self.file:
            return self.joined_at if file == self.joined_to else None
        return self.at

    def of_id(self, file: str) -> bool:
        """Whether it was filed of the same student's id, by whatever school."""
        return id_of(file) == id_of(self.file)


def id_of(file: str) -> str:
    """The student's id as it was sent: of `ID` or `ID (SCHOOL)`."""
    return file.partition(" (")[0]
