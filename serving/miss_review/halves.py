"""Half-years of the calendar: H1 is January to June, H2 July to December."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from runxin.errors import usage

WRITTEN = re.compile(r"(20\d{2})H([12])")


@dataclass(frozen=True)
class Half:
    """A half-year with its first and last day."""

    name: str
    first: date
    last: date

    @property
    def before(self) -> "Half":
        return half_of(self.first - timedelta(days=1))


def half_of(day: date) -> Half:
    """The half-year in which a day lies."""
    if day.month <= 6:
        return Half(f"{day.year}H1", date(day.year, 1, 1), date(day.year, 6, 30))
    return Half(f"{day.year}H2", date(day.year, 7, 1), date(day.year, 12, 31))


def read_half(text: str) -> Half:
    """The half-year of that name; raises `UserError` for another form."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise usage("a half-year is written 2026H1 (January to June) or 2026H2 (July to December)")
    return half_of(date(int(found[1]), 1 if found[2] == "1" else 7, 1))
