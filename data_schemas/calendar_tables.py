"""Calendars as tables: terms, breaks, exams and days that are taught or not, of every school or of one.

They come with a dataset, or from the operator's folder of CSV files of the same names. A row without a school holds for
all; a school that names a term of a school year has its own terms in that year, and its own word on a single day.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data_schemas.calendar import YEARS, Rules, Span, Terms, make_calendar, school_year, terms_of
from data_schemas.dataset import conform
from data_schemas.reader_faults import damaged
from data_schemas.rules import Fault, faults
from data_schemas.school_days import Calendars
from data_schemas.tables import TABLES
from runxin.errors import Problem, bad_data

SPANS = ("terms", "breaks", "exams")
NAMES = (*SPANS, "makeup_days")
EVERYONE = ""  # the school of rows that name none
Frames = Mapping[str, pd.DataFrame]


def calendars_of(tables: Frames) -> Calendars:
    """The calendars that a dataset's tables state, by school; the default one for all others."""
    said = _stated(tables)
    common = said.pop(EVERYONE, None)
    own = {
        school: make_calendar(Terms(), *YEARS, _together(common or Rules(), rules)) for school, rules in said.items()
    }
    return Calendars(own=own) if common is None else Calendars(make_calendar(Terms(), *YEARS, common), own)


def read_calendars(folder: Path) -> Calendars:
    """The operator's calendars: `terms.csv`, `breaks.csv`, `exams.csv`, `makeup_days.csv`; any of them may be absent.

    Raises `UserError` that names every row at fault.
    """
    tables = {}
    for name in NAMES:
        path = folder / f"{name}.csv"
        if path.is_file():
            problem = Problem("this is no CSV file in UTF-8", file=path.name, fix="save it as CSV UTF-8")
            with damaged(bad_data("the calendar cannot be read", [problem])):
                frame = pd.read_csv(path, encoding="utf-8-sig", dtype="str", keep_default_na=False, na_values=[""])
            tables[name] = conform(frame, TABLES[name])
    problems = []
    for name, frame in tables.items():
        blank = [
            Fault(np.flatnonzero(frame[c.name].isna()), c.name, "blank", "fill it in")
            for c in TABLES[name].columns
            if c.required
        ]
        for fault in [*blank, *faults(frame, TABLES[name], date.max, ()), *calendar_faults(name, tables)]:
            problems += [
                Problem(fault.what, f"{name}.csv", int(row) + 2, fault.column, fault.fix) for row in fault.rows
            ]
    if problems:
        raise bad_data("the calendar is at fault", problems)
    return calendars_of(tables)


def calendar_faults(name: str, tables: Frames) -> list[Fault]:
    """Rows of a table of the calendar that lie in no term of their school, and terms that overlap."""
    if name not in NAMES or name not in tables:
        return []
    said = _stated(tables)
    common = said.get(EVERYONE, Rules())
    found: list[Fault] = []
    before: dict[str, list[Span]] = defaultdict(list)
    for row, (school, span, _) in enumerate(_rows(tables[name], name)):
        if span is None:
            continue
        here = np.array([row])
        if name == "terms":
            if any(span.first <= other.last and other.first <= span.last for other in before[school]):
                what = "this term and an earlier row's overlap"
                found.append(Fault(here, "starts_on", what, "mend one of the two"))
            before[school].append(span)
            continue
        mine = common if school == EVERYONE else _together(common, said[school])
        terms = terms_of(Terms(), *YEARS, mine)
        if not any(term.first <= span.first <= term.last for term in terms):
            near = min(terms, key=lambda term: min(abs(span.first - term.first), abs(span.first - term.last)))
            what = f"this day lies in no term; the nearest runs from {near.first} to {near.last}"
            column = "day" if name == "makeup_days" else "starts_on"
            found.append(Fault(here, column, what, "mend the date, or give the term in the table terms"))
    return found


def _stated(tables: Frames) -> dict[str, Rules]:
    """What each school says by itself; `EVERYONE` where a row names none."""
    found: dict[str, Rules] = defaultdict(Rules)
    for name in NAMES:
        for school, span, taught in _rows(tables[name], name) if name in tables else ():
            if span is None:
                continue
            found[school] = _with(found[school], name, span, bool(taught))
    return dict(found)


def _with(rules: Rules, name: str, span: Span, taught: bool) -> Rules:
    if name == "terms":
        return replace(rules, terms=(*rules.terms, span))
    if name == "breaks":
        return replace(rules, breaks=(*rules.breaks, span))
    if name == "exams":
        return replace(rules, exams=(*rules.exams, span))
    return replace(rules, taught={**rules.taught, span.first: taught})


def _together(common: Rules, own: Rules) -> Rules:
    """A school's own rules with those for all; its own terms and days go first."""
    named = {school_year(term.first) for term in own.terms}
    return Rules(
        terms=own.terms + tuple(term for term in common.terms if school_year(term.first) not in named),
        breaks=own.breaks + common.breaks,
        taught={**common.taught, **own.taught},
        exams=own.exams + common.exams,
    )


def _rows(frame: pd.DataFrame, name: str) -> Iterator[tuple[str, Span | None, bool | None]]:
    """School, days and whether they are taught, of every row; no days where a cell is blank or the end comes first."""
    first, last = ("day", "day") if name == "makeup_days" else ("starts_on", "ends_on")
    taught = frame["taught"] if name == "makeup_days" else [True] * len(frame)
    for school, start, end, is_taught in zip(frame["school_id"], frame[first], frame[last], taught, strict=True):
        whole = not (pd.isna(start) or pd.isna(end) or pd.isna(is_taught)) and start <= end
        yield (
            EVERYONE if pd.isna(school) else str(school),
            Span(start.date(), end.date()) if whole else None,
            bool(is_taught) if whole else None,
        )
