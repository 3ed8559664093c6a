"""Absence of a record is not attendance: before enrolment and while suspended a student is neither present nor away."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from data_schemas.calendar import date_to_day
from models import Artifact, read_policy, records_of_requests
from models.features import Recipe, build_features, full_catalogue, readable
from models.features.at_school import IN_60, at_school
from models.suspensions import suspended
from tests.examples import examples
from tests.strategies import days, students
from tests.students import AS_OF, Request, assessed, days_before, leave, phq9, sheet, student
from tests.trained import INSTRUMENTS, REFERENCE

RECIPE = Recipe(full_catalogue(INSTRUMENTS.values()), INSTRUMENTS, REFERENCE, read_policy().staleness)
COUNTS = ("leave_days_20", "leave_days_60", "leave_days_365", "unexcused_days_365", "concern_bullying")


def figures(**fields: Any) -> dict[str, float]:
    """What a person is shown of one student; blank is not a number."""
    records = records_of_requests([student(**fields)])
    shown = readable(build_features(records, RECIPE, date_to_day(AS_OF)), RECIPE.features)
    return {name: float(column[0]) for name, column in shown.items()}


def spans(*leaves: dict[str, Any], as_of: date = AS_OF) -> tuple[date, date | None] | None:
    return suspended(records_of_requests([student(leaves=list(leaves))]), date_to_day(as_of)).get(0)


def away(since: date, until: date | None, **fields: Any) -> dict[str, Any]:
    return {**leave(since, None, "suspension", **fields), "end_on": until}


def back(on: date, **fields: Any) -> dict[str, Any]:
    return leave(on, on, "resumption", **fields)


def test_of_somebody_enrolled_four_days_ago_nothing_is_said_of_a_year() -> None:
    found = figures(enrolled_on=days_before(4))
    assert all(np.isnan(found[name]) for name in (*COUNTS, "leave_rate_60", "leave_rate_pctl_60", "suspensions"))
    assert found["leave_missing"] == found["concern_missing"] == 1
    there = figures()
    assert {there[name] for name in (*COUNTS, "leave_rate_60", "leave_missing", "concern_missing")} == {0}


def test_what_is_known_at_least_stays_and_a_share_of_four_days_is_none() -> None:
    found = figures(enrolled_on=days_before(4), leaves=[leave(days_before(1), AS_OF, "unexcused")])
    assert (found["leave_days_20"], found["unexcused_days_365"]) == (2, 2)
    assert np.isnan(found["leave_rate_60"])
    assert np.isnan(found["leave_rate_pctl_60"])


def school_days_back(count: int) -> date:
    """The school day from which on there are so many up to the as-of date."""
    records = records_of_requests([student()])
    for back_by in range(200):
        begin = date_to_day(AS_OF) - back_by
        taught = records.school.is_school_day(np.zeros(back_by + 1, np.int64), np.arange(begin, begin + back_by + 1))
        if taught.sum() == count:
            return AS_OF - timedelta(days=back_by)
    raise AssertionError


@pytest.mark.parametrize(("count", "known"), [(30, True), (29, False)])
def test_half_of_a_window_is_enough(count: int, known: bool) -> None:
    since = school_days_back(count)
    assert np.isnan(figures(enrolled_on=since)["leave_days_60"]) != known
    assert figures(enrolled_on=since)["leave_days_20"] == 0, "the last 20 were all here"
    gone = [away(days_before(400), since - timedelta(days=1)), back(since)]
    assert np.isnan(figures(leaves=gone)["leave_days_60"]) != known


def test_a_share_is_of_the_days_at_school() -> None:
    since = school_days_back(40)
    found = figures(enrolled_on=since, leaves=[leave(AS_OF), leave(days_before(1))])
    assert found["leave_rate_60"] == pytest.approx(2 / 40)


def test_a_suspended_student_has_no_zeros_and_the_suspension_itself_is_known() -> None:
    found = figures(leaves=[away(days_before(300), days_before(-65))])
    assert all(np.isnan(found[name]) for name in COUNTS)
    assert (found["suspended_365"], found["suspensions"], found["leave_missing"]) == (1, 1, 1)


def test_a_return_long_ago_is_no_suspension_of_this_year() -> None:
    found = figures(leaves=[away(days_before(900), days_before(300)), back(days_before(500))])
    assert (found["suspended_365"], found["suspensions"]) == (0, 1)


SINCE, UNTIL = days_before(50), days_before(-50)


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        ([away(SINCE, UNTIL)], (SINCE, UNTIL)),
        ([away(SINCE, None)], (SINCE, None)),
        ([away(SINCE, AS_OF)], (SINCE, AS_OF)),
        ([away(SINCE, days_before(1))], None),
        ([away(days_before(-1), None, recorded_on=AS_OF)], None),
        ([away(SINCE, None, recorded_on=days_before(-1))], None),
        ([away(SINCE, None), back(days_before(3))], None),
        ([away(SINCE, None), back(AS_OF)], None),
        ([away(SINCE, None), back(days_before(-1), recorded_on=AS_OF)], (SINCE, AS_OF)),
        ([away(SINCE, None), back(days_before(3), recorded_on=days_before(-1))], (SINCE, None)),
        ([away(SINCE, None), back(days_before(60))], (SINCE, None)),
        ([away(SINCE, UNTIL), away(SINCE, days_before(5), recorded_on=days_before(8))], None),
        ([away(SINCE, days_before(5)), away(SINCE, UNTIL, recorded_on=days_before(8))], (SINCE, UNTIL)),
        ([away(days_before(400), days_before(51)), away(SINCE, UNTIL)], (days_before(400), UNTIL)),
        ([away(days_before(400), days_before(52)), away(SINCE, UNTIL)], (SINCE, UNTIL)),
        ([leave(SINCE, UNTIL)], None),
    ],
    ids=[
        "going on",
        "without an end",
        "on its last day",
        "over since yesterday",
        "from tomorrow on",
        "recorded tomorrow",
        "returned",
        "returned today",
        "the return is planned",
        "the return is not known yet",
        "a return from before",
        "shortened by a later record",
        "prolonged by a later record",
        "a second one that follows at once",
        "a second one after a day at school",
        "sick leave is none",
    ],
)
def test_who_is_suspended_since_when_and_until_when(
    leaves: list[dict[str, Any]], expected: tuple[date, date | None] | None
) -> None:
    assert spans(*leaves) == expected
    assert spans(*reversed(leaves)) == expected, "in any order of rows"
    said = assessed([student(leaves=leaves)])[0]
    assert (said.suspended_since, said.suspended_until) == (expected or (None, None))


def test_leave_without_an_end_goes_on() -> None:
    found = figures(leaves=[{**leave(days_before(3)), "end_on": None}])
    assert found["leave_days_20"] == 4, "Tuesday to Friday"


def test_a_suspended_student_gets_no_reason_that_eases(artifact: Artifact) -> None:
    calm = [phq9(0, on=days_before(20)), sheet("gad7", [0] * 7, on=days_before(20))]
    here = assessed([student(responses=calm)], artifact)[0]
    gone = assessed([student(responses=calm, leaves=[away(days_before(5), None)])], artifact)[0]
    assert any(reason.contribution < 0 for reason in here.reasons)
    assert not any(reason.contribution < 0 for reason in gone.reasons)


def test_leave_and_concerns_of_somebody_hardly_here_are_missing() -> None:
    new, settled = (assessed([student(enrolled_on=on)])[0] for on in (days_before(4), days_before(300)))
    assert {"leave", "concern"} <= set(new.data_quality.missing)
    assert not {"leave", "concern"} & set(settled.data_quality.missing)
    assert new.data_quality.confidence == "low"


@given(students(consent=False, collected=True), days(0, 300), days(-200, 300))
@settings(max_examples=examples(40))
def test_a_suspension_never_lowers_a_score(artifact: Artifact, request: Request, one: date, other: date) -> None:
    """Days on leave stay known; days without a record are no longer taken for attended ones."""
    plain = {**request, "leaves": [row for row in request["leaves"] if row["type"] not in ("suspension", "resumption")]}
    row = away(min(one, other), max(one, other), recorded_on=min(one, other, AS_OF))
    before, after = (assessed([r], artifact)[0].margin for r in (plain, {**plain, "leaves": [*plain["leaves"], row]}))
    assert before is not None
    assert after is not None
    assert after >= before - 1e-12


@given(students(collected=True))
@settings(max_examples=examples(60))
def test_days_at_school_are_some_of_those_enrolled(request: Request) -> None:
    found = at_school(records_of_requests([request]), date_to_day(AS_OF))
    assert (found.present >= 0).all()
    assert (found.present <= found.enrolled).all()
    assert (found.enrolled <= found.whole).all()
    assert found.whole[0, IN_60] == 60
