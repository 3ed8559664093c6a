"""What people have found: days on which named persons assessed a student, and the tier that their words hold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_schemas.codes import OutcomeKind, Selection, Tier
from models.columns import NO_DAY
from models.records import Records, Rows, rows_of
from models.sheets import Bools, Ints

# What raises the tier as its level says. A suspension and what a survey heard are facts of other kinds.
RAISING = tuple(kind.place for kind in (OutcomeKind.INTERVIEW, OutcomeKind.CRISIS_EVENT, OutcomeKind.REFERRAL))
NOBODY = -1  # has said anything


@dataclass(frozen=True)
class Assessed:
    """Per student, days since 1970-01-01 (`NO_DAY` where there is none) of the newest interview by a named person
    (`day`) and by two (`by_two`), and of the newest that was no blind one by lot and so assessed what was known before
    it (`closing`, `closing_by_two`); `level` (0–3, −1 where nobody has said anything) as in `human_levels`, and
    `named_level` of interviews by named persons alone."""

    day: Ints
    by_two: Ints
    closing: Ints
    closing_by_two: Ints
    level: Ints
    named_level: Ints


def assessed(records: Records, as_of: int) -> Assessed:
    """From what was observed and recorded by the end of the day; an interview without an interviewer's id closes
    nothing."""
    outcomes, _ = rows_of(records, "outcomes")
    n, observed, recorded = len(records), outcomes["observed_on"], outcomes["recorded_on"]
    known = np.where(recorded == NO_DAY, observed, recorded)
    rows = uncorrected(outcomes.where((known <= as_of) & (observed <= as_of)))
    named, second = _named(rows) & (rows["kind"] == OutcomeKind.INTERVIEW.place), _by_two(rows)
    seeing = named & ~_blind(rows)
    return Assessed(
        day=_newest(rows, named, n),
        by_two=_newest(rows, named & second, n),
        closing=_newest(rows, seeing, n),
        closing_by_two=_newest(rows, seeing & second, n),
        level=human_levels(rows, n),
        named_level=human_levels(rows.where(named), n),
    )


def uncorrected(rows: Rows) -> Rows:
    """Rows of the outcomes table without those that were corrected: of one student, day, kind and first interviewer the
    row holds that was recorded last. Of several recorded on one day, which do not say what corrects what, the most
    careful one: the highest level, and one person rather than two. Without an interviewer nothing is a correction."""
    recorded = np.where(rows["recorded_on"] == NO_DAY, rows["observed_on"], rows["recorded_on"])
    who = pd.factorize(rows["interviewer"])[0]
    order = np.lexsort((~_by_two(rows), rows["level"], recorded, who, rows["kind"], rows["observed_on"], rows.student))
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in (rows.student, rows["observed_on"], rows["kind"], who):
        same &= np.diff(column[order].astype(np.int64)) == 0
    last = np.append(~same, True)[: len(order)] | ~_named(rows)[order]
    kept = np.zeros(len(order), dtype=bool)
    kept[order[last]] = True
    return rows.where(kept)


def human_levels(rows: Rows, n: int) -> Ints:
    """The level (0–3) that people's words hold of each of n students, −1 where nobody has said anything.

    `rows` are rows of the outcomes table that are known and were not corrected: places of students (r,) and the columns
    `observed_on` (days), `kind`, `level`, `selection_reason`, `interviewer` and `second_interviewer`, as
    `models.columns` makes them; other columns are not read, and their order does not matter.

    Interviews, crisis events and referrals raise the level to their own. It is lowered by an interview of a later day
    by a named person, and 危机 by two people together only; a blind interview by lot, one without a name and an event
    may raise it and never lower it. Of one day the highest word holds.
    """
    rows = rows.where(np.isin(rows["kind"], RAISING))
    lowers = _named(rows) & ~_blind(rows) & (rows["kind"] == OutcomeKind.INTERVIEW.place)
    two, found = lowers & _by_two(rows), rows["level"].astype(np.int64)
    # An event or a blind talk of level 0 says nothing that a person answers for.
    said = lowers | (found > 0)
    days, place = np.unique(np.stack([rows.student, rows["observed_on"]])[:, said], axis=1, return_inverse=True)
    place = place.ravel()
    highest, by_one, by_two = (
        _highest(place, np.where(mask, found, NOBODY)[said], days.shape[1])
        for mask in (np.ones(len(found), dtype=bool), lowers, two)
    )
    level = np.full(n, NOBODY)
    first = np.searchsorted(days[0], np.arange(n))
    times = np.bincount(days[0], minlength=n)
    for turn in range(int(times.max(initial=0))):
        who = np.flatnonzero(times > turn)
        day = first[who] + turn
        held = level[who]
        may = np.where(held == Tier.CRISIS.ord, by_two[day] != NOBODY, by_one[day] != NOBODY)
        level[who] = np.maximum(np.where(may, by_one[day], held), highest[day])
    return level


def _highest(place: Ints, values: Ints, n: int) -> Ints:
    found = np.full(n, NOBODY)
    np.maximum.at(found, place, values)
    return found


def _newest(rows: Rows, mask: Bools, n: int) -> Ints:
    newest = np.full(n, NO_DAY)
    np.maximum.at(newest, rows.student[mask], rows["observed_on"][mask])
    return newest


def _named(rows: Rows) -> Bools:
    return np.array([who is not None for who in rows["interviewer"]], dtype=bool)


def _by_two(rows: Rows) -> Bools:
    pairs = zip(rows["interviewer"], rows["second_interviewer"], strict=True)
    return np.array([second is not None and second != first for first, second in pairs], dtype=bool)


def _blind(rows: Rows) -> Bools:
    return np.asarray(rows["selection_reason"] == Selection.AUDIT.place)
