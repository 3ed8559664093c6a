"""A school's calendar in JSON's own types and back, with the days themselves: public holidays that a later version of
the `holidays` library knows otherwise do not change what was kept."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import SchoolCalendar, calendar_of_days


def calendar_json(calendar: SchoolCalendar) -> dict[str, Any]:
    """`first` in days since 1970-01-01; yes or no of each day as bits in hexadecimal; terms as [number, days]."""
    turns = np.flatnonzero(np.diff(calendar.term, prepend=-1))
    lengths = np.diff(turns, append=len(calendar.term))
    return {
        "first": calendar.first,
        "days": len(calendar.school_day),
        "school_day": np.packbits(calendar.school_day).tobytes().hex(),
        "before_exam": np.packbits(calendar.before_exam).tobytes().hex(),
        "term": [[int(calendar.term[turn]), int(length)] for turn, length in zip(turns, lengths, strict=True)],
    }


def calendar_from_json(content: dict[str, Any]) -> SchoolCalendar:
    """The inverse of `calendar_json`."""
    days = int(content["days"])
    term = np.repeat(*(np.array(part, dtype=np.int64) for part in zip(*content["term"], strict=True)))
    return calendar_of_days(
        int(content["first"]), _bits(content["school_day"], days), _bits(content["before_exam"], days), term
    )


def _bits(text: str, days: int) -> NDArray[np.bool_]:
    return np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8), count=days).astype(bool)
