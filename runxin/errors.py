"""Mistakes a user can mend: one family, apart from bugs.

A kind fixes the exit code of the command line and the status of the HTTP API, so that both speak of
the same mistake in the same way. Whatever is not a `UserError` is a bug and keeps its traceback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """What went wrong, with its exit code and HTTP status."""

    USAGE = ("usage", 2, 400)
    BAD_DATA = ("bad-data", 3, 422)
    REFUSED = ("refused", 4, 403)
    UNAUTHENTICATED = ("unauthenticated", 4, 401)
    NOT_FOUND = ("not-found", 2, 404)
    CONFLICT = ("conflict", 4, 409)
    GONE = ("gone", 2, 410)
    TOO_LARGE = ("too-large", 3, 413)
    UNAVAILABLE = ("unavailable", 5, 503)

    def __init__(self, slug: str, exit_code: int, status: int) -> None:
        self.slug = slug
        self.exit_code = exit_code
        self.status = status


@dataclass(frozen=True)
class Problem:
    """One thing to mend. `row` counts as a spreadsheet does: the header is row 1; `code` is a stable name of what is
    wrong, for programs."""

    what: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    fix: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else None,
                f"column {self.column}" if self.column is not None else None,
            )
            if part
        )
        text = f"{place}: {self.what}" if place else self.what
        return f"{text} ({self.fix})" if self.fix else text


class UserError(Exception):
    """A mistake with what was wrong, where, and what to do. `details` are what a program that asked for JSON is told
    beside it.

    `message` must hold no personal data beyond the offending cell's place; it reaches logs.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        fix: str | None = None,
        problems: Sequence[Problem] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.fix = fix
        self.problems = tuple(problems)
        self.details = dict(details or {})

    def __str__(self) -> str:
        return f"{self.message} ({self.fix})" if self.fix else self.message


def bad_data(message: str, problems: Sequence[Problem] = (), fix: str | None = None) -> UserError:
    return UserError(Kind.BAD_DATA, message, problems=problems, fix=fix)


def usage(message: str, fix: str | None = None) -> UserError:
    return UserError(Kind.USAGE, message, fix=fix)


def refused(message: str, fix: str | None = None) -> UserError:
    return UserError(Kind.REFUSED, message, fix=fix)


def unavailable(message: str, fix: str | None = None) -> UserError:
    return UserError(Kind.UNAVAILABLE, message, fix=fix)


def how_many(number: int, noun: str) -> str:
    """The number with its noun, an s behind it unless it is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
