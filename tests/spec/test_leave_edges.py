"""Episodes, stretches and shares of leave at their very edge: what just reaches, when it was known, and whose it is."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from data_schemas.calendar import date_to_day, day_to_date, default_calendar
from models.assessment import Assessment, Floor
from models.policy import Policy
from tests.students import AS_OF, POLICY, Row, assessed, by_rules, days_before, leave, student

MONDAY = date(2026, 3, 16)
LATER = date(2026, 4, 30)  # a Thursday; 182 days before is another, in the autumn term
TERM_BEGINS, TERM_ENDS = date(2026, 2, 24), date(2026, 6, 30)


def absent(*days: date, kind: str = "unexcused") -> list[Row]:
    return [leave(day, day, kind) for day in days]


def known_late(rows: Sequence[Row], *recorded: date) -> list[Row]:
    return [{**row, "recorded_on": on} for row, on in zip(rows, recorded, strict=True)]


def march(*days: int) -> list[date]:
    return [date(2026, 3, day) for day in days]


def floors(said: Assessment, rule: str) -> list[Floor]:
    return [floor for floor in said.floors if floor.id == rule]


def of(rows: Sequence[Row], rule: str, as_of: date = AS_OF, policy: Policy = POLICY, **more: list[Row]) -> list[Floor]:
    return floors(by_rules(student(leaves=list(rows), **more), as_of, policy), rule)


def of_each(rule: str, *leaves: Sequence[Row], as_of: date = AS_OF) -> list[list[Floor]]:
    """The floors of one rule of several students in one call."""
    said = assessed([student(f"S-{n}", leaves=list(rows)) for n, rows in enumerate(leaves)], as_of=as_of)
    return [floors(one, rule) for one in said]


def contact(on: date) -> Row:
    return {"contacted_on": on, "whom": "guardian", "recorded_on": on}


def rules_of_leave(**figures: object) -> Policy:
    return POLICY.model_copy(update={"leave": POLICY.leave.model_copy(update=figures)})


@pytest.mark.parametrize(("days", "opens"), [((29, 30, 31), True), ((28, 29, 30), False)])
def test_an_episode_counts_while_its_last_day_is_within_half_a_year(days: tuple[int, ...], opens: bool) -> None:
    """182 days before Thursday 30 April is 30 October: one that ended then has passed, one of the day after has not."""
    october = absent(*(date(2025, 10, day) for day in days))
    assert bool(of(october, "R17", LATER)) == opens


def test_an_episode_is_known_when_the_day_that_reached_it_is() -> None:
    """Not when the second day came in, and not only when a fourth did."""
    rows = known_late(absent(*march(16, 17, 18, 19)), *march(16, 17, 24, 27))
    (floor,) = of(rows, "R17")
    assert (floor.evidence_on, floor.known_on) == (MONDAY, date(2026, 3, 24))


def test_a_contact_a_year_and_a_fortnight_ago_is_the_oldest_that_counts() -> None:
    """The days that are looked at begin then: a contact on the first of them begins the count anew."""
    rows = [leave(days_before(379), AS_OF, "unexcused")]
    for days, begins in ((379, days_before(378)), (380, days_before(379))):
        found = of(rows, "R17", contacts=[contact(days_before(days))])
        assert {floor.evidence_on for floor in found} == {begins}


def test_a_contact_on_the_first_day_of_an_absence_says_nothing_of_the_one_before() -> None:
    rows = absent(*march(9, 10, 11), *march(16, 17))
    found = of(rows, "R17", contacts=[contact(MONDAY)])
    assert [floor.evidence_on for floor in found] == march(9)


def test_a_share_of_the_term_is_reached_on_the_very_day() -> None:
    """Leave through the whole term is all of it, and on the day before the last it is not."""
    policy = rules_of_leave(long_term_share=1.0)
    for ends, reached in ((TERM_ENDS, [TERM_ENDS]), (TERM_ENDS - timedelta(days=1), [])):
        found = of([leave(TERM_BEGINS, ends)], "leave-long", TERM_ENDS, policy)
        assert [one.evidence_on for one in found if ":term:" in one.evidence] == reached


def scattered(weeks: int) -> list[Row]:
    """Leave from Monday to Thursday of so many weeks of the spring term, from 2 March."""
    begins = [date(2026, 3, 2) + timedelta(days=7 * week) for week in range(weeks)]
    return [leave(day + timedelta(days=n), kind="personal") for day in begins for n in range(4)]


def test_a_third_of_the_term_is_each_student_s_own_and_known_with_its_last_day() -> None:
    """The 30th day of leave is Wednesday 22 April. It is recorded six days later, and what follows later still."""
    reached, recorded = date(2026, 4, 22), date(2026, 4, 28)
    rows = [
        row if row["start_on"] < reached else {**row, "recorded_on": recorded if row["start_on"] == reached else LATER}
        for row in scattered(9)
    ]
    found = of_each("leave-long", scattered(2), rows, scattered(1), as_of=LATER)
    assert [len(one) for one in found] == [0, 1, 0]
    (floor,) = found[1]
    assert (floor.evidence_on, floor.known_on) == (reached, recorded)


def days_at(*back: int) -> list[Row]:
    return absent(*(days_before(n) for n in back), kind="sick")


def test_frequent_leave_begins_on_the_day_that_goes_beyond_the_usual() -> None:
    """Two days in two episodes are what nearly all have: the third begins the stretch, and nothing else does."""
    assert [floor.evidence_on for floor in of(days_at(28, 14, 7), "leave-frequent")] == [days_before(7)]


def taught(first: date, last: date) -> list[date]:
    """The school days from one day to another."""
    days = np.arange(date_to_day(first), date_to_day(last) + 1)
    return [day_to_date(day) for day in days[default_calendar().is_school_day(days)].tolist()]


@pytest.mark.parametrize(
    ("back", "begins"),
    [((70, 15, 10), None), ((69, 15, 10), 10), ((65, 64, 10), 10), ((65, 64, 60), None), ((65, 61, 59), 59)],
    ids=["sixty days apart", "fifty-nine", "the last alone is recent", "none is", "just recent"],
)
def test_frequent_leave_is_of_sixty_school_days_and_began_within_the_last_sixty(
    back: tuple[int, ...], begins: int | None
) -> None:
    days = taught(date(2025, 9, 1), AS_OF)[::-1]
    found = of(absent(*(days[n] for n in back), kind="sick"), "leave-frequent")
    assert [floor.evidence_on for floor in found] == ([] if begins is None else [days[begins]])


def test_frequent_leave_does_not_count_an_episode_that_has_not_begun() -> None:
    """Two and a half days at once are not frequent; they are with a second time, on that day."""
    at_once = leave(MONDAY, date(2026, 3, 18), half_days=5)
    assert of([at_once], "leave-frequent") == []
    assert [floor.evidence_on for floor in of([at_once, leave(AS_OF)], "leave-frequent")] == [AS_OF]


def test_frequent_leave_is_known_when_the_day_that_began_it_is() -> None:
    rows = known_late(absent(*march(16, 17, 18, 19), kind="sick"), *march(16, 17, 25, 30))
    (floor,) = of(rows, "leave-frequent")
    assert (floor.evidence_on, floor.known_on) == tuple(march(18, 25))


def test_a_single_day_is_frequent_where_the_operator_says_so() -> None:
    strict = rules_of_leave(frequent_above=dict.fromkeys(POLICY.leave.frequent_above, 0.0), frequent_episodes=1)
    rows = absent(*march(17, 25), kind="sick")
    assert [floor.evidence_on for floor in of(rows, "leave-frequent", policy=strict)] == march(17)


def test_frequent_leave_is_told_for_sixty_school_days_from_the_day_on_which_it_began() -> None:
    ended = date(2026, 3, 18)
    after = taught(ended, TERM_ENDS)
    for school_days, there in ((58, 1), (59, 1), (60, 0)):
        assert len(of(absent(*march(16, 17, 18)), "leave-frequent", after[school_days])) == there


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        (absent(*march(16, 17, 18), kind="sick"), "3 天、1 次（至 2026-03-18）"),
        (absent(*march(19, 20, 23), kind="sick"), "3 天、1 次（至 2026-03-23）"),  # a weekend does not part them
        (absent(*march(16, 18, 20), kind="sick"), "3 天、3 次（至 2026-03-20）"),
        (absent(*march(10, 16, 17), kind="sick"), "3 天、2 次（至 2026-03-17）"),
        (
            [*absent(*march(9), kind="sick"), leave(MONDAY, date(2026, 3, 17), half_days=3)],
            "2.5 天、2 次（至 2026-03-17）",
        ),
    ],
    ids=["at once", "over a weekend", "every other day", "once and twice", "less than three days, twice"],
)
def test_frequent_leave_says_how_many_days_and_at_how_many_times(rows: list[Row], times: str) -> None:
    (floor,) = of(rows, "leave-frequent")
    assert floor.text.zh == f"经常请假：60个上学日内 {times}"


AFTER = date(2026, 5, 8)
RETURNS = [leave(date(2026, 4, 7)), leave(date(2026, 5, 6)), leave(date(2026, 2, 24))]


def test_leave_after_holidays_is_counted_for_each_student_and_names_the_last() -> None:
    found = of_each("leave-return", RETURNS[:1], RETURNS[:2], RETURNS[:1], RETURNS, RETURNS[2:], as_of=AFTER)
    assert [len(one) for one in found] == [0, 1, 0, 1, 0]
    for (floor,), times in ((found[1], 2), (found[3], 3)):
        assert floor.evidence_on == date(2026, 5, 6)
        assert floor.text.zh == f"节假日返校即请假 {times} 次（最近 2026-05-06）"


@pytest.mark.parametrize(("ended", "since"), [(1, 0), (13, 12), (14, 0), (30, 16)])
def test_a_suspension_that_is_over_waits_from_the_day_after_and_anew_after_two_weeks(ended: int, since: int) -> None:
    began = days_before(ended + 200)
    (floor,) = of([leave(began, days_before(ended), "suspension", recorded_on=began)], "suspension-expired")
    assert (floor.evidence_on, floor.known_on) == (days_before(since), days_before(since))


def suspended(ended: int, began: int) -> Row:
    start = days_before(began)
    return leave(start, days_before(ended), "suspension", recorded_on=start)


@pytest.mark.parametrize(
    ("rows", "opens"),
    [
        ([suspended(365, 500)], True),
        ([suspended(366, 500)], False),
        ([suspended(20, 200), suspended(-90, 0)], False),
        ([suspended(20, 200), leave(days_before(200), kind="resumption")], False),
        ([suspended(20, 200), leave(days_before(201), kind="resumption")], True),
    ],
    ids=["for a year", "longer", "another begins today", "back on its first day", "back the day before it"],
)
def test_which_suspension_is_over_and_whether_it_was_returned_from(rows: list[Row], opens: bool) -> None:
    for order in (rows, rows[::-1]):
        assert bool(of(order, "suspension-expired")) == opens


@pytest.mark.parametrize("kind", ["resumption", "discharge"])
def test_a_return_that_is_recorded_twice_is_known_since_the_first_time(kind: str) -> None:
    on = days_before(20)
    rows = [leave(on, end, kind, recorded_on=days_before(when)) for end, when in ((on, 15), (days_before(19), 9))]
    for order in (rows, rows[::-1]):
        assert [floor.known_on for floor in of(order, "R16")] == [days_before(15)]
