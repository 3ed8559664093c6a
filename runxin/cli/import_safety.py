"""What an import says of safety evidence in rows that it cannot give to a student."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runxin.errors import how_many

SHOWN = 20  # rows named one by one; all of them stand in the JSON and in set_aside/safety.csv


def safety_words(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows by name, positive ones first; those that are in no dataset before those that are kept."""
    return [*_told(rows, False), *_told(rows, True)]


def _told(rows: Sequence[Mapping[str, Any]], kept: bool) -> Iterator[str]:
    mine = [row for row in rows if row["kept"] is kept]
    if not mine:
        return
    positive = sum(row["positive"] for row in mine)
    blank = len(mine) - positive
    said = f"{how_many(positive, 'row')} with positive safety evidence and {blank} with it blank or unreadable"
    if kept:
        yield f"{said}; their student is not settled, so the next screening files them under 身份待核:"
    else:
        yield f"{said}, in NO dataset: look at them now, then mend and import them:"
    for row in mine[:SHOWN]:
        student = row["student_id"] or "no id"
        status = "positive" if row["positive"] else "blank or unreadable"
        yield f"  {row['file']}, row {row['row']}: student {student}, {row['column']} {status}"
    if mine[SHOWN:]:
        yield f"  … and {len(mine) - SHOWN} more"
