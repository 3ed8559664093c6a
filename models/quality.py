"""What a person should know about the data behind an assessment: newest sheets, what is missing, what to repeat."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from data_schemas.calendar import SchoolCalendar, day_to_date
from data_schemas.instruments import CRITICAL_STATUSES, Words, band_of
from models.assessment import DataQuality, InstrumentResult, Retest
from models.columns import NO_DAY
from models.features import rows_of
from models.features.leave import covered, has_total
from models.policy import Staleness
from models.records import Records, Sheets


@dataclass(frozen=True)
class Reading:
    """Questionnaires of one student with what they are worth."""

    instruments: tuple[InstrumentResult, ...]
    quality: DataQuality
    screened: bool
    severity: float
    changed: int


def read_quality(
    records: Records, as_of: int, staleness: Staleness, calendar: SchoolCalendar, expected: Iterable[str]
) -> list[Reading]:
    """One reading per student as of the end of day `as_of`. `expected` are the questionnaires that everyone should
    have: the model's own, so that what is missing does not depend on who else is in the batch."""
    n = len(records)
    results: list[list[InstrumentResult]] = [[] for _ in range(n)]
    for sheets in records.sheets.values():
        for student, result in _results(sheets, as_of, staleness).items():
            results[student].append(result)
    gaps = {
        "leave": _gap(records, "leaves", as_of, calendar) & ~has_total(rows_of(records, "leave_totals")[0], n, as_of),
        "family": _gap(records, "family", as_of, calendar),
        "concern": _gap(records, "concerns", as_of, calendar),
    }
    newest, wanted = _newest_evidence(records, as_of), tuple(expected)
    return [
        _reading(tuple(results[i]), [name for name, gap in gaps.items() if gap[i]], records, int(newest[i]), wanted)
        for i in range(n)
    ]


def _reading(
    instruments: tuple[InstrumentResult, ...],
    gaps: list[str],
    records: Records,
    changed: int,
    expected: tuple[str, ...],
) -> Reading:
    retests, missing = [], list(gaps)
    for result in instruments:
        label = records.sheets[result.code].instrument.label
        if result.critical_status == "unknown" and result.current:
            text = Words(
                zh=f"{label.zh} 关键题未作答，需当面询问",
                en=f"{label.en}: a critical item was left blank; ask in person",
            )
            retests.append(Retest(result.code, "critical_blank", text))
        if not result.current:
            missing.append(result.code)
            on = result.administered_on.isoformat()
            text = Words(
                zh=f"{label.zh} 答卷已过期（{on}），请复测", en=f"{label.en}: the last sheet is from {on}; repeat it"
            )
            retests.append(Retest(result.code, "stale", text))
        elif not result.valid:
            text = Words(
                zh=f"{label.zh} 有 {result.n_missing} 题未作答，无法计分，请复测",
                en=f"{label.en}: {result.n_missing} items left blank, no total; repeat it",
            )
            retests.append(Retest(result.code, "unscored", text))
    answered = {result.code for result in instruments}
    missing += [code for code in expected if code not in answered]
    scored = [result for result in instruments if result.current and result.valid]
    spans = [(records.sheets[r.code].instrument, r.total) for r in scored if r.total is not None]
    severity = max(((total - i.lowest) / (i.highest - i.lowest) for i, total in spans), default=0.0)
    confidence = "ok" if scored and not retests and not missing else "low"
    return Reading(
        instruments, DataQuality(confidence, tuple(retests), tuple(missing)), bool(scored), severity, changed
    )


def _results(sheets: Sheets, as_of: int, staleness: Staleness) -> Mapping[int, InstrumentResult]:
    known = np.flatnonzero((sheets.received <= as_of) & (sheets.day <= as_of))
    scores = sheets.scores
    # Of two sheets on one day the scored and higher one is shown, whatever the order of rows.
    tied = (scores.n_missing, scores.critical, scores.least, np.nan_to_num(scores.total), scores.valid)
    order = known[np.lexsort([values[known] for values in (*tied, sheets.day, sheets.student)])]
    found: dict[int, InstrumentResult] = {}
    for place, row in enumerate(order):
        student = int(sheets.student[row])
        if place + 1 < len(order) and sheets.student[order[place + 1]] == student:
            continue  # a newer sheet follows
        before = order[place - 1] if place and sheets.student[order[place - 1]] == student else None
        found[student] = _result(sheets, int(row), None if before is None else int(before), as_of, staleness)
    return found


def _result(sheets: Sheets, row: int, before: int | None, as_of: int, staleness: Staleness) -> InstrumentResult:
    instrument, scores = sheets.instrument, sheets.scores
    valid = bool(scores.valid[row])
    band = band_of(instrument, float(scores.total[row]))
    day = int(sheets.day[row])
    previous = before is not None and bool(scores.valid[before])
    return InstrumentResult(
        code=instrument.code,
        name=instrument.name,
        administered_on=day_to_date(day),
        total=float(scores.total[row]) if valid else None,
        least=float(scores.least[row]),
        band=Words(zh=band.zh, en=band.en) if band else None,
        band_code=band.code if band else None,
        valid=valid,
        prorated=bool(scores.prorated[row]),
        n_missing=int(scores.n_missing[row]),
        critical_status=CRITICAL_STATUSES[int(scores.critical[row])],
        suicidality_covered=instrument.suicidality_covered,
        current=as_of - day <= instrument.recall_days + staleness.grace_days,
        previous_total=float(scores.total[before]) if previous and before is not None else None,
        previous_on=day_to_date(int(sheets.day[before])) if previous and before is not None else None,
    )


def _gap(records: Records, table: str, as_of: int, calendar: SchoolCalendar) -> np.ndarray:
    return ~covered(rows_of(records, table)[1], len(records), as_of, calendar)


def _newest_evidence(records: Records, as_of: int) -> np.ndarray:
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
