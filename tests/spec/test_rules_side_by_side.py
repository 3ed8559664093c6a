"""A rule looks at every row of every student: what stands before or beside a row changes nothing of what it opens."""

from datetime import date, timedelta

import pytest

from data_schemas.codes import Source, Tier
from models.assessment import Floor
from tests.students import AS_OF, Row, assessed, by_rules, concern, days_before, leave, open_floors, phq9, student

MONDAY = date(2026, 3, 16)
DANGER = ("suicide_intent", "R11")
BEFORE_IT = {
    "a report of another kind": concern("special_constitution"),
    "self-harm of long ago": concern("self_harm", days_before(900), recorded_on=AS_OF),
    "another danger": concern("abuse_suspected"),
}


@pytest.mark.parametrize("what", BEFORE_IT)
@pytest.mark.parametrize("first", [True, False])
def test_danger_opens_whatever_else_was_reported(what: str, first: bool) -> None:
    rows = [BEFORE_IT[what], concern(DANGER[0])]
    assert DANGER[1] in open_floors(student(concerns=rows if first else rows[::-1]))


@pytest.mark.parametrize("source", Source.codes())
def test_who_reported_danger_is_said(source: str) -> None:
    text = open_floors(student(concerns=[concern(DANGER[0], source=source)]))[DANGER[1]].text
    assert Source.of(source).zh in text.zh
    assert Source.of(source).en in text.en


def test_item_9_at_1_with_an_earlier_attempt_stands_between_1_and_2() -> None:
    attempt = concern("suicide_attempt", days_before(900), recorded_on=days_before(900))

    def severity(answer: int, *concerns: Row) -> int:
        said = by_rules(student(responses=[phq9(answer)], concerns=list(concerns)))
        return next(floor.severity for floor in said.floors if ":phq9:" in floor.evidence)

    assert severity(1) < severity(1, attempt) < severity(2)


def test_a_suspension_that_is_recorded_today_is_known_today() -> None:
    suspended = leave(days_before(10), days_before(5), "suspension", recorded_on=AS_OF)
    assert "R02" in open_floors(student(responses=[phq9(1)], leaves=[suspended]))
    unknown = {**suspended, "recorded_on": AS_OF + timedelta(days=1)}
    assert "R02" not in open_floors(student(responses=[phq9(1)], leaves=[unknown]))


def weekdays(first: date, days: int) -> list[Row]:
    every = [first + timedelta(days=n) for n in range(days * 2) if (first + timedelta(days=n)).weekday() < 5]
    return [leave(day, day, "personal") for day in every[:days]]


def frequent(*leaves: Row, as_of: date = AS_OF) -> list[Floor]:
    said = by_rules(student(leaves=list(leaves)), as_of)
    return [floor for floor in said.floors if floor.id == "leave-frequent"]


# Three stretches of three days, Mondays to Wednesdays: by the third it is often.
OFTEN = [row for week in (0, 1, 2) for row in weekdays(MONDAY - timedelta(weeks=2 - week), 3)]


def test_each_student_of_a_class_is_looked_at() -> None:
    once, often = weekdays(MONDAY, 1), OFTEN
    for crowd in ([once, often, once], [often, once, often]):
        said = assessed([{**student(leaves=rows), "student_id": f"S-{n}"} for n, rows in enumerate(crowd)])
        found = ["leave-frequent" in {floor.id for floor in one.floors} for one in said]
        assert found == [rows is often for rows in crowd]


def test_a_stretch_is_named_once_by_the_day_on_which_it_began() -> None:
    (found,) = frequent(*OFTEN)
    (longer,) = frequent(*OFTEN, *weekdays(MONDAY + timedelta(days=3), 2))
    assert longer.evidence == found.evidence, "more days of the same stretch open nothing new"
    assert (longer.evidence_on, longer.known_on) == (found.evidence_on, found.known_on)


def test_what_is_recorded_later_of_a_later_day_does_not_move_when_it_was_known() -> None:
    (found,) = frequent(*OFTEN)
    after = [row | {"recorded_on": AS_OF} if row["start_on"] > found.evidence_on else row for row in OFTEN]
    (again,) = frequent(*after, leave(MONDAY + timedelta(days=7), kind="personal", recorded_on=AS_OF))
    assert again.known_on == found.known_on < AS_OF


@pytest.mark.parametrize(("days", "tier", "dropped_out"), [(1, Tier.WATCH, False), (13, Tier.WATCH, False)])
def test_a_suspension_just_over_is_no_dropping_out(days: int, tier: Tier, dropped_out: bool) -> None:
    floor = open_floors(student(leaves=[leave(days_before(90), days_before(days), "suspension")]))["suspension-expired"]
    assert (floor.tier, "辍学" in floor.text.zh) == (tier, dropped_out)


@pytest.mark.parametrize("days", [14, 20])
def test_after_two_weeks_it_is_taken_for_one(days: int) -> None:
    floor = open_floors(student(leaves=[leave(days_before(90), days_before(days), "suspension")]))["suspension-expired"]
    assert (floor.tier, "辍学" in floor.text.zh) == (Tier.PRIORITY, True)
