"""What a person should know about the data behind an assessment: newest sheets, what is missing, what to repeat."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from data_schemas.calendar import date_to_day, day_to_date
from models.assessment import DataQuality, InstrumentResult
from models.columns import NO_DAY
from models.doubtful_sheets import Suspicion
from models.features.at_school import IN_60, at_school
from models.features.coverage import covered
from models.features.leave import has_total
from models.instrument_results import Context, instrument_results
from models.policy import Policy
from models.records import Records, rows_of
from models.reference import Reference
from models.retest import retests_of
from models.sheets import Sheets


@dataclass(frozen=True)
class Reading:
    """Questionnaires of one student with what they are worth."""

    instruments: tuple[InstrumentResult, ...]
    quality: DataQuality
    screened: bool
    severity: float
    changed: int


def read_quality(
    records: Records,
    as_of: int,
    policy: Policy,
    expected: Sequence[str],
    suspect: dict[str, Suspicion],
    seen: np.ndarray,
    reference: Reference | None,
) -> list[Reading]:
    """One reading per student as of the end of day `as_of`.

    `expected` are the questionnaires that the model reads; which of them a student should have follows from what that
    student has answered, so that what is missing does not depend on who else is in the batch. `seen` (n,) is the day of
    the last interview by a named person that was not a blind one by lot.
    """
    n = len(records)
    results: list[list[InstrumentResult]] = [[] for _ in range(n)]
    unseen: list[set[str]] = [set() for _ in range(n)]  # by questionnaire: nobody has spoken with the student since
    since: list[dict[str, date]] = [{} for _ in range(n)]
    context = Context(as_of, policy.staleness.grace_days, records.students, reference)
    for code, sheets in records.sheets.items():
        came = _came_later(sheets, as_of)
        for student, result in instrument_results(sheets, context, suspect[code]):
            results[student].append(result)
            day = date_to_day(result.administered_on)
            known = came.get((student, day), day)
            if seen[student] <= known:
                unseen[student].add(code)
            valid_for = sheets.instrument.recall.days + policy.staleness.grace_days
            since[student][code] = day_to_date(known if result.current else max(known, day + valid_for + 1))
    # Of somebody who was hardly at school nobody can have seen much, however well the tables are fed.
    unseen_here = ~at_school(records, as_of).mostly[:, IN_60]
    totals, _ = rows_of(records, "leave_totals")
    gaps = {
        "leave": (_gap(records, "leaves", as_of) | unseen_here) & ~has_total(totals, n, as_of),
        "family": _gap(records, "family", as_of),
        "concern": _gap(records, "concerns", as_of) | unseen_here,
    }
    newest = newest_evidence(records, as_of)
    return [
        _reading(
            tuple(results[i]),
            [name for name, gap in gaps.items() if gap[i]],
            records,
            int(newest[i]),
            expected,
            policy.questionnaires.together,
            unseen[i],
            since[i],
        )
        for i in range(n)
    ]


def _came_later(sheets: Sheets, as_of: int) -> dict[tuple[int, int], int]:
    """By student and day, the day on which a sheet came in that came after its own day."""
    came: dict[tuple[int, int], int] = {}
    for row in np.flatnonzero(sheets.known(as_of) & (sheets.received > sheets.day)).tolist():
        key, on = (int(sheets.student[row]), int(sheets.day[row])), int(sheets.received[row])
        came[key] = max(on, came.get(key, on))
    return came


def _reading(
    results: tuple[InstrumentResult, ...],
    gaps: list[str],
    records: Records,
    changed: int,
    expected: Sequence[str],
    together: Sequence[Sequence[str]],
    unseen: Collection[str],
    since: Mapping[str, date],
) -> Reading:
    retests = [
        replace(retest, since=since[result.code])
        for result in results
        for retest in retests_of(
            records.sheets[result.code].instrument,
            result,
            spoken_with=result.code not in unseen,
            high=high_score(records, result),
            asked_elsewhere=_asked_elsewhere(records, results, result),
        )
    ]
    answered = {result.code for result in results}
    missing = [*gaps, *(result.code for result in results if not result.current)]
    missing += [code for code in wanted(answered, expected, together) if code not in answered]
    scored = [result for result in results if result.current and (result.valid or result.scales_only)]
    adverse = [r for r in scored if records.sheets[r.code].instrument.total.polarity == "adverse"]
    severity = max((result.share or 0.0 for result in adverse), default=0.0)
    unproven = any(result.outside_age is not None for result in results if result.current)
    confidence = "ok" if scored and not retests and not missing and not unproven else "low"
    return Reading(results, DataQuality(confidence, tuple(retests), tuple(missing)), bool(scored), severity, changed)


def wanted(answered: Collection[str], expected: Sequence[str], together: Sequence[Sequence[str]]) -> list[str]:
    """Those of `expected` that stand in one set with a questionnaire that was `answered`; all where none was."""
    if not set(answered) & set(expected):
        return list(expected)
    mine = {code for one in together if set(one) & set(answered) for code in one} | set(answered)
    return [code for code in expected if code in mine]


def high_score(records: Records, result: InstrumentResult) -> str | None:
    """The first score of a sheet that reaches what its definition calls high, None where none does. Of a total counts
    what the sheet proves as well, such as by its scales."""
    values = {score.code: score.value for score in result.scores}
    for high in records.sheets[result.code].instrument.high:
        known = (result.total, result.least) if high.score == "total" else (values.get(high.score),)
        if any(value is not None and value >= high.at_least for value in known):
            return high.score
    return None


def _asked_elsewhere(records: Records, results: Sequence[InstrumentResult], mine: InstrumentResult) -> bool:
    """Whether another questionnaire asked about suicide at the time of this one or since, and was answered."""
    for other in results:
        recall = records.sheets[other.code].instrument.recall.days
        near = (mine.administered_on - other.administered_on).days <= recall
        if other.suicidality_covered and other.critical_status != "unknown" and not other.suspect and near:
            return True
    return False


def _gap(records: Records, table: str, as_of: int) -> np.ndarray:
    return ~covered(rows_of(records, table)[1], as_of, records.school)


def newest_evidence(records: Records, as_of: int) -> np.ndarray:
    """The day of each student's newest sheet, report or leave that had been recorded by the day (n,), `NO_DAY` without
    any."""
    newest = np.full(len(records), NO_DAY)
    for sheets in records.sheets.values():
        known = (sheets.received <= as_of) & (sheets.day <= as_of)
        np.maximum.at(newest, sheets.student[known], sheets.day[known])
    for table, column in (("concerns", "reported_on"), ("leaves", "start_on")):
        rows, _ = rows_of(records, table)
        days = rows[column]
        known = (days <= as_of) & (np.where(rows["recorded_on"] == NO_DAY, days, rows["recorded_on"]) <= as_of)
        np.maximum.at(newest, rows.student[known], days[known])
    return newest
