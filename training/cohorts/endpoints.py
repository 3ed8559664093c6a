"""Other outcomes of the rows that a model is judged by: other horizons, what schools record beside interviews, the next
questionnaire, new floors, and those whom a person had already placed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import OutcomeKind
from data_schemas.dataset import Dataset, Label
from data_schemas.horizon import outcomes_until
from data_schemas.instruments import meets
from evaluation import Endpoint
from models import Artifact, Records, enrolled
from models.floors import floors_of
from models.records import rows_of
from training.cohorts.cohort import Cohort, as_known, make_cohort, placed, places_of
from training.cohorts.outcomes import found_after
from training.train import score_cohort

Floats = NDArray[np.float64]
HORIZONS = (30, 90, 180)
NEXT_WITHIN = 365  # days in which a next questionnaire counts: waves are 6 to 12 months apart
ONE_WAVE = 30  # days in which sheets are of one wave
REGISTERED = (OutcomeKind.CRISIS_EVENT, OutcomeKind.SUSPENSION)  # come to a school's notice whoever was picked
Known = tuple[Floats, Floats]  # outcome and weight (students,)


def endpoints_of(
    artifact: Artifact, dataset: Dataset, records: Records, judged: Cohort
) -> dict[str, dict[str, Endpoint]] | None:
    """Endpoints by kind and name, on the judged rows as scored by the artifact; None for a one-time survey, which has
    no time after it."""
    label = dataset.description.label
    if dataset.description.mode == "concurrent" or label is None:
        return None
    last, scored = date_to_day(outcomes_until(dataset)), score_cohort(artifact, judged)

    def of(rows: Cohort, days: int, kept: bool = True) -> Endpoint:
        mine = replace(scored, outcome=rows.outcome, weight=rows.weight)
        return Endpoint(mine, _lists(rows), rows.index_day + days > last, days, kept)

    horizons = {}
    for days in sorted({*HORIZONS, label.horizon_days}):
        horizons[str(days)] = of(as_known(judged, _with_horizon(dataset, days), records), days)
    secondary = {}
    for name, (days, found_of) in _secondary(artifact, dataset, records, label, last).items():
        outcome, weight = _by_row(judged, records, found_of)
        secondary[name] = of(replace(judged, outcome=outcome, weight=weight), days, not np.isnan(outcome).all())
    everyone = _prevalent(artifact, dataset, records, judged)
    running = everyone.index_day + label.horizon_days > last
    prevalent = Endpoint(score_cohort(artifact, everyone), _lists(everyone), running, label.horizon_days)
    incident = of(judged, label.horizon_days)
    return {"horizons": horizons, "secondary": secondary, "tasks": {"incident": incident, "prevalent": prevalent}}


def _secondary(
    artifact: Artifact, dataset: Dataset, records: Records, label: Label, last: int
) -> dict[str, tuple[int, Callable[[int], Known]]]:
    """By name, the horizon in days and what was found of every student after an index day."""
    kinds, days = set(rows_of(records, "outcomes")[0]["kind"].tolist()), label.horizon_days
    unknown = np.full(len(records), np.nan), np.ones(len(records))

    def after(day: int, *kinds: OutcomeKind) -> Known:
        asked = label.model_copy(update={"kinds": tuple(kind.code for kind in kinds), "level": 0})
        found = found_after(records, asked, day_to_date(day), False, last)
        return found.outcome, found.weight

    def referred(day: int) -> Known:
        """Of those who were spoken with: nobody else could have been."""
        asked, weight = after(day, OutcomeKind.INTERVIEW, OutcomeKind.REFERRAL)
        positive = after(day, OutcomeKind.REFERRAL)[0] == 1
        return np.where(positive, 1.0, np.where(asked == 1, 0.0, np.nan)), weight

    def registered(kind: OutcomeKind) -> Callable[[int], Known]:
        def found(day: int) -> Known:
            positive = after(day, kind)[0] == 1
            return _of_those_still_there(records, positive, day + days)

        return found

    def new_floor(day: int) -> Known:
        until = min(day + days, last)
        floors = floors_of(records, until, artifact.policy)
        since = day_to_date(day)
        new = np.array(
            [any(floor.known_on > since and not floor.lead for floor in mine) for mine in floors], dtype=bool
        )
        return _of_those_still_there(records, new, until)

    found: dict[str, tuple[int, Callable[[int], Known]]] = {}
    for name, kind, of in (
        ("referral", OutcomeKind.REFERRAL, referred),
        *((kind.code, kind, registered(kind)) for kind in REGISTERED),
    ):
        found[name] = days, of if kind.place in kinds else lambda day: unknown
    found["next_questionnaire"] = 0, lambda day: _next_questionnaire(records, day, last)
    found["new_floor"] = days, new_floor
    return found


def _of_those_still_there(records: Records, positive: NDArray[np.bool_], day: int) -> Known:
    outcome = np.where(positive, 1.0, np.where(enrolled(records, day), 0.0, np.nan))
    return outcome, np.ones(len(outcome))


def _next_questionnaire(records: Records, day: int, last: int) -> Known:
    """Whether the first questionnaires that a student filled in after the day reach a floor of their definitions, of
    whoever filled in one that can be scored."""
    n = len(records)
    first, answered, above = np.full(n, 10**6), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    later = {}
    for code, sheets in records.sheets.items():
        later[code] = sheets.known(last) & (sheets.day > day) & (sheets.day <= day + NEXT_WITHIN)
        np.minimum.at(first, sheets.student[later[code]], sheets.day[later[code]])
    for code, sheets in records.sheets.items():
        mine = later[code] & (sheets.day <= first[sheets.student] + ONE_WAVE)
        reached = np.logical_or.reduce(
            [meets(sheets.scores, floor) for floor in sheets.instrument.floors] or [mine & False]
        )
        answered[sheets.student[mine & sheets.scores.valid]] = True
        above[sheets.student[mine & reached]] = True
    outcome = np.select([above, answered], [1.0, 0.0], np.nan)
    return outcome, np.ones(n)


def _prevalent(artifact: Artifact, dataset: Dataset, records: Records, judged: Cohort) -> Cohort:
    """The judged rows and, of the same days, those whom a person had already placed in 重点 or above."""
    days = np.unique(judged.index_day)
    dates = tuple(day_to_date(day) for day in days.tolist())
    asked = replace(dataset, description=dataset.description.model_copy(update={"index_dates": dates}))
    everyone = make_cohort(asked, records, artifact.recipe, prevalent=True)
    student, ours = places_of(everyone, records), set(zip(judged.student, judged.index_day.tolist(), strict=True))
    already = np.zeros(len(student), dtype=bool)
    for day in days.tolist():
        here = everyone.index_day == day
        already[here] = placed(records, day, False)[student[here]]
    mine = [key in ours for key in zip(everyone.student, everyone.index_day.tolist(), strict=True)]
    return as_known(everyone.where(already | np.array(mine, dtype=bool)), dataset, records)


def _with_horizon(dataset: Dataset, days: int) -> Dataset:
    assert dataset.description.label is not None, "a cohort has a label"
    label = dataset.description.label.model_copy(update={"horizon_days": days})
    return replace(dataset, description=dataset.description.model_copy(update={"label": label}))


def _by_row(cohort: Cohort, records: Records, of: Callable[[int], Known]) -> Known:
    """What was found of each row's student after the row's day."""
    student, outcome, weight = (
        places_of(cohort, records),
        np.full(len(cohort.student), np.nan),
        np.ones(len(cohort.student)),
    )
    for day in np.unique(cohort.index_day).tolist():
        here = cohort.index_day == day
        outcome[here], weight[here] = (values[student[here]] for values in of(day))
    return outcome, weight


def _lists(cohort: Cohort) -> NDArray[np.int64]:
    """A school on an index day is a list."""
    school: NDArray[Any] = np.unique(cohort.school.astype(str), return_inverse=True)[1]
    found = np.unique(np.column_stack([school, cohort.index_day]), axis=0, return_inverse=True)[1]
    return found.ravel().astype(np.int64)
