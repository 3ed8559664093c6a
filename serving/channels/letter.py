"""What goes out by a channel, and why it may not have gone."""

from dataclasses import dataclass

NO_ADDRESS = "no_address"  # the person has none in this channel


class NotSent(Exception):
    """A message that did not go out. `code` says why in a word of ours; `for_good` where another try is in vain."""

    def __init__(self, code: str, for_good: bool = False) -> None:
        super().__init__(code)
        self.code, self.for_good = code, for_good


@dataclass(frozen=True)
class Letter:
    """What is sent: a line, the whole text, to whom (None to the group of a robot), and an id that stays the same
    however often it is sent."""

    message_id: str
    subject: str
    text: str
    to: str | None = None
