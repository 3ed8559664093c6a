"""The compiled features agree with the plain loops of `tests.reference_features` and `tests.reference_leave`."""

import math
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.calendar import date_to_day, day_to_date, default_calendar
from models import read_policy, records_of_requests
from models.features import Recipe, build_features, full_catalogue
from tests import reference_features as reference
from tests.examples import examples
from tests.reference_leave import at_school, leave_features, most_of
from tests.strategies import later_rows, students, with_withdrawals
from tests.students import AS_OF, Request
from tests.trained import INSTRUMENTS, REFERENCE

SUNDAY, HOLIDAY, RETURN = date(2026, 4, 12), date(2026, 2, 18), date(2026, 2, 24)


@cache
def taught() -> list[date]:
    calendar = default_calendar()
    days = np.arange(date_to_day(date(2024, 1, 1)), date_to_day(date(2027, 6, 30)))
    return [day_to_date(day) for day in days[calendar.is_school_day(days)]]


def built(requests: list[Request], as_of: date) -> dict[str, np.ndarray]:
    records = records_of_requests(requests)
    recipe = Recipe(full_catalogue(INSTRUMENTS.values()), INSTRUMENTS, REFERENCE, read_policy().staleness)
    matrix = build_features(records, recipe, date_to_day(as_of))
    return {name: matrix.column(name) for name in matrix.names}


def below(request: Request, as_of: date) -> list[float] | None:
    """The share of the stage's students with fewer days, in that month or over the year."""
    months = REFERENCE.leave.counts.get(request["stage"])
    if months is None:
        return None
    counts = months.get(f"{as_of.month:02d}", months["all"])
    return [math.floor(sum(counts[:step]) / sum(counts) * 1000) / 1000 for step in range(len(counts))]


def hardly_there(request: Request, as_of: date) -> bool:
    """Not at school on most of the last 60 school days."""
    last_60 = set([day for day in taught() if day <= as_of][-60:])
    return not most_of(at_school(request, as_of, last_60)[1], last_60)


def questionnaires(request: Request, as_of: date) -> dict[str, float]:
    found: dict[str, float] = {}
    for code, instrument in INSTRUMENTS.items():
        groups = {name: (group.mean, group.sd) for name, group in REFERENCE.groups[code]["total"].items()}
        found |= reference.questionnaire_features(request, instrument, as_of, groups)
    return found


@given(
    st.lists(with_withdrawals(students()), min_size=1, max_size=6), st.sampled_from([AS_OF, SUNDAY, HOLIDAY, RETURN])
)
@settings(max_examples=examples(60))
def test_the_matrix_is_what_the_loops_count(requests: list[Request], as_of: date) -> None:
    found = built(requests, as_of)
    for place, request in enumerate(map(reference.told_once, requests)):
        expected = {
            **leave_features(request, as_of, taught(), below(request, as_of)),
            **reference.concern_features(request, as_of, taught(), hardly_there(request, as_of)),
            **questionnaires(request, as_of),
        }
        got = {name: float(found[name][place]) for name in expected}
        assert got == pytest.approx(expected, rel=1e-6, nan_ok=True), f"student {place} as of {as_of}"


def test_the_loops_and_the_matrix_name_the_same_features() -> None:
    names = {
        *leave_features({}, AS_OF, taught()),
        *reference.concern_features({}, AS_OF, taught()),
        *questionnaires({}, AS_OF),
    }
    features = full_catalogue(INSTRUMENTS.values())
    assert names == {feature.name for feature in features if feature.group in ("questionnaire", "leave", "concern")}


@given(students(), later_rows(), st.integers(0, 90))
@settings(max_examples=examples(40))
def test_the_past_is_seen_as_it_was(request: Request, later: dict[str, list[dict[str, object]]], back: int) -> None:
    """At an earlier as-of date the rows known since then change nothing."""
    as_of = AS_OF - timedelta(days=back)
    then = {name: [*request[name], *later[name]] for name in later if request.get(name) is not None}
    before, after = built([request], as_of), built([{**request, **then}], as_of)
    assert {name: value[0] for name, value in before.items()} == pytest.approx(
        {name: value[0] for name, value in after.items()}, abs=0, nan_ok=True
    )
