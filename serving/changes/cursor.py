"""A cursor: up to which change somebody has read, and on which day it was given."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from runxin.errors import Kind, Problem, UserError, bad_data

KEPT = timedelta(days=30)  # for which changes are kept
FORM = re.compile(r"(\d{1,15})-(\d{8})")


@dataclass(frozen=True)
class Cursor:
    """`seq` is the number of the last change that was read, 0 before the first. What comes behind it was made on the
    day `on` or later."""

    seq: int
    on: date

    def __str__(self) -> str:
        return f"{self.seq}-{self.on:%Y%m%d}"


ANEW = "read the lists anew, and go on from the cursor that an answer without `since` ends with"


def read_cursor(text: str, today: date) -> Cursor:
    """Raises `UserError`: bad data for what is none, gone for one of which changes behind it may have been removed."""
    found = FORM.fullmatch(text)
    try:
        cursor = None if found is None else Cursor(int(found[1]), date.fromisoformat(found[2]))
    except ValueError:
        cursor = None
    if cursor is None or cursor.on > today + timedelta(days=1):
        what = Problem(
            "this is no cursor", column="since", fix="send the `cursor` of an earlier answer", code="malformed"
        )
        raise bad_data("the query of this address does not fit", [what])
    if cursor.on < today - KEPT:
        raise UserError(Kind.GONE, f"changes are kept for {KEPT.days} days, and this cursor is older", fix=ANEW)
    return cursor


def check_known(cursor: Cursor, newest: int) -> None:
    """Raises `UserError` (gone) for a cursor behind the `newest` change, 0 where there is none: a backup was brought
    back since."""
    if newest and cursor.seq > newest:
        raise UserError(Kind.GONE, "this cursor is of changes that are not there any more", fix=ANEW)
