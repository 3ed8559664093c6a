"""Which sheets are suspect as of a day, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import BLANK
from data_schemas.instruments.part_sums import apart
from data_schemas.instruments.response_quality import (
    contradiction,
    copied,
    hurried_in_class,
    long_string,
    speeding,
)
from models.classes import classes_of
from models.policy import ResponseQuality
from models.records import Around, Records
from models.sheets import Bools

SPEEDING, LONG_STRING, CONTRADICTION, COPIED, CONFLICT, PARTS = (
    "speeding",
    "long_string",
    "contradiction",
    "copied",
    "conflict",
    "parts",
)
SUSPICIONS = (SPEEDING, LONG_STRING, CONTRADICTION, COPIED, CONFLICT, PARTS)


@dataclass(frozen=True)
class Suspicion:
    """Of n sheets of one questionnaire, which show each of `SUSPICIONS`: `shows` (n, 6)."""

    shows: NDArray[np.bool_]

    @property
    def any(self) -> Bools:
        return np.asarray(self.shows.any(axis=1), dtype=bool)

    def of(self, row: int) -> tuple[str, ...]:
        """What one sheet shows."""
        return tuple(name for name, shown in zip(SUSPICIONS, self.shows[row], strict=True) if shown)


def suspicions(records: Records, as_of: int, rules: ResponseQuality) -> dict[str, Suspicion]:
    """By questionnaire, from the sheets that were received by the end of the day; a later one is not suspect yet.

    Sheets of a class are compared only where whole classes were handed in (`records.whole_classes`): what is said of a
    student alone in a request does not depend on who else is in it.
    """
    conflicting = _conflicts(records, as_of, rules)
    found = {}
    for code, sheets in records.sheets.items():
        shows = np.zeros((len(sheets.day), len(SUSPICIONS)), dtype=bool)
        answers, instrument = sheets.scores.answers, sheets.instrument
        if instrument.items:
            shows[:, 0] = speeding(answers, sheets.seconds, rules.seconds_an_item)
            shows[:, 1] = long_string(instrument, answers, rules.same_answer_share)
            shows[:, 2] = contradiction(instrument, answers)
            beside = _beside_class(records, code, as_of, rules)
            shows[:, 0] |= beside[:, 0]
            shows[:, 3] = beside[:, 1]
        elsewhere = (answers == BLANK).all(axis=1)  # scored by a platform
        shows[elsewhere, 5] = ~np.isnan(apart(instrument, sheets.scores.values[elsewhere])).all(axis=1)
        if code in conflicting:
            shows[:, 4] = conflicting[code]
        found[code] = Suspicion(shows & sheets.known(as_of)[:, None])
    return found


def look_around(records: Records, as_of: int, rules: ResponseQuality) -> Around:
    """What a day's records show only together: which questionnaires anyone had answered by then, and which sheets are
    conspicuous in their class."""
    answered = tuple(code for code, sheets in records.sheets.items() if (sheets.received <= as_of).any())
    found = {code: _beside_class(records, code, as_of, rules) for code in records.sheets}
    return Around(answered, found)


def _beside_class(records: Records, code: str, as_of: int, rules: ResponseQuality) -> Bools:
    """Which sheets of one questionnaire were hurried for their class, and which are copies: (n, 2)."""
    if records.around is not None:
        return records.around.sheets[code]
    sheets = records.sheets[code]
    found = np.zeros((len(sheets.day), 2), dtype=bool)
    if sheets.instrument.items and records.whole_classes:
        known = np.flatnonzero(sheets.known(as_of))
        group = classes_of(records.students)[sheets.student[known]]
        seconds, given = sheets.seconds[known], sheets.scores.answers[known]
        hurried = (sheets.instrument, given, seconds, group, rules.class_percentile, rules.same_answer_share)
        found[known, 0] = hurried_in_class(*hurried)
        found[known, 1] = copied(given, seconds, group, sheets.day[known])
    return found


def doubted_students(records: Records, suspect: Mapping[str, Suspicion]) -> Bools:
    """Who has a suspect sheet, shape (n,)."""
    found = np.zeros(len(records), dtype=bool)
    for code, suspicion in suspect.items():
        found[records.sheets[code].student[suspicion.any]] = True
    return found


def without_sheets(records: Records, suspect: Mapping[str, Suspicion]) -> Records:
    """The records as if nobody had handed in the suspect sheets."""
    kept = {code: sheets.take(np.flatnonzero(~suspect[code].any)) for code, sheets in records.sheets.items()}
    return replace(records, sheets=kept, around=None)


def _conflicts(records: Records, as_of: int, rules: ResponseQuality) -> Mapping[str, Bools]:
    """Sheets at 0 of a student who answers high on another questionnaire at about the same time."""
    zero = {code: records.sheets[code] for code in rules.conflict_zero if code in records.sheets}
    high: list[tuple[int, int]] = []
    for code, least in rules.conflict_with.items():
        if code in records.sheets:
            sheets = records.sheets[code]
            rows = sheets.known(as_of) & (np.nan_to_num(sheets.scores.scaled, nan=-1.0) >= least)
            high += zip(sheets.student[rows].tolist(), sheets.day[rows].tolist(), strict=True)
    if len(zero) < len(rules.conflict_zero) or not high:
        return {}
    days: dict[int, list[int]] = {}
    for student, day in high:
        days.setdefault(student, []).append(day)
    flat = {code: sheets.known(as_of) & (sheets.scores.total == 0) for code, sheets in zero.items()}
    at_zero = {code: set(sheets.student[flat[code]].tolist()) for code, sheets in zero.items()}
    everywhere = set.intersection(*at_zero.values()) & set(days)
    found = {}
    for code, sheets in zero.items():
        mine = np.zeros(len(sheets.day), dtype=bool)
        for row in np.flatnonzero(flat[code] & np.isin(sheets.student, sorted(everywhere))):
            near = (abs(day - int(sheets.day[row])) for day in days[int(sheets.student[row])])
            mine[row] = min(near) <= rules.conflict_days
        found[code] = mine
    return found
