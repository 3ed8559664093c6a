"""R16, R17 and the rules of leave: long leave, leave after holidays, absence without leave, suspensions."""

from datetime import date, timedelta

import pytest

from data_schemas.codes import Tier
from models.assessment import Floor
from tests.students import AS_OF, POLICY, Row, assessed, by_rules, days_before, interview, leave, student

# AS_OF is Friday 3 April 2026; the default calendar.
MONDAY = date(2026, 3, 16)


def opened(*leaves: Row, as_of: date = AS_OF) -> dict[str, Floor]:
    """The floors that leave alone opens, the highest by rule."""
    said = by_rules(student(leaves=list(leaves)), as_of)
    found: dict[str, Floor] = {}
    for floor in said.floors:
        found.setdefault(floor.id, floor)
    return found


def weekdays(first: date, days: int, kind: str = "personal") -> list[Row]:
    """A record for each of so many weekdays from `first`, as platforms write them."""
    every = [first + timedelta(days=n) for n in range(days * 2) if (first + timedelta(days=n)).weekday() < 5]
    return [leave(day, day, kind) for day in every[:days]]


@pytest.mark.parametrize(
    ("days", "tier"), [(2, None), (3, Tier.WATCH), (4, Tier.WATCH), (5, Tier.PRIORITY), (7, Tier.PRIORITY)]
)
def test_r17_absent_without_leave_in_a_row(days: int, tier: Tier | None) -> None:
    found = opened(*weekdays(MONDAY, days, "unexcused"))
    assert (found["R17"].tier if "R17" in found else None) == tier
    if tier is not None:
        assert "2026-03-16" in found["R17"].text.zh


def contact(on: date, whom: str | None = "guardian", recorded: date | None = None) -> Row:
    return {"contacted_on": on, "whom": whom, "recorded_on": recorded or on}


@pytest.mark.parametrize(
    ("contacts", "tier", "start"),
    [
        ([], Tier.PRIORITY, "2026-03-16"),
        ([contact(MONDAY, "student")], Tier.PRIORITY, "2026-03-17"),
        ([contact(MONDAY + timedelta(days=2))], Tier.PRIORITY, "2026-03-19"),
        ([contact(MONDAY + timedelta(days=3))], Tier.WATCH, "2026-03-20"),
        ([contact(MONDAY + timedelta(days=6), "both")], Tier.WATCH, "2026-03-23"),
        ([contact(MONDAY + timedelta(days=8))], None, ""),
        ([contact(MONDAY - timedelta(days=1))], Tier.PRIORITY, "2026-03-16"),
        ([contact(MONDAY + timedelta(days=11))], Tier.PRIORITY, "2026-03-16"),
        ([contact(MONDAY + timedelta(days=8), None)], Tier.PRIORITY, "2026-03-16"),
        ([contact(MONDAY + timedelta(days=8), recorded=days_before(-1))], Tier.PRIORITY, "2026-03-16"),
        ([contact(date(1999, 3, 1))], Tier.PRIORITY, "2026-03-16"),
    ],
    ids=[
        "none",
        "on the first day",
        "on the third",
        "on the fourth",
        "at the weekend",
        "on the seventh of eight",
        "before it",
        "after the return",
        "nobody reached",
        "not recorded yet",
        "another century",
    ],
)
def test_r17_counts_the_days_since_somebody_was_reached(contacts: list[Row], tier: Tier | None, start: str) -> None:
    """Eight school days from Monday 16 March: those up to a contact do not count, and the count begins anew."""
    said = by_rules(student(leaves=weekdays(MONDAY, 8, "unexcused"), contacts=contacts))
    found = {floor.tier: floor for floor in said.floors if floor.id == "R17"}
    assert max(found, key=lambda one: one.ord, default=None) == tier
    assert all(start in floor.text.zh for floor in found.values())


def test_r17_a_contact_of_one_student_is_none_of_another() -> None:
    absent = weekdays(MONDAY, 5, "unexcused")
    reached = student("S-1", leaves=absent, contacts=[contact(MONDAY + timedelta(days=4))])
    said = assessed([reached, student("S-2", leaves=absent), {**reached, "student_id": "S-3"}])
    assert ["R17" in {floor.id for floor in one.floors} for one in said] == [False, True, False]


def test_r17_a_day_at_school_begins_a_new_run_and_excused_leave_is_none() -> None:
    assert "R17" not in opened(*weekdays(MONDAY, 2, "unexcused"), *weekdays(MONDAY + timedelta(days=3), 2, "unexcused"))
    assert "R17" not in opened(*weekdays(MONDAY, 5, "sick"))


@pytest.mark.parametrize(("days", "is_long"), [(9, False), (10, True)])
def test_a_long_leave_is_one_episode_over_weekends(days: int, is_long: bool) -> None:
    found = opened(*weekdays(MONDAY, days))
    assert ("leave-long" in found) == is_long
    if is_long:
        assert found["leave-long"].tier is Tier.WATCH
        assert found["leave-long"].text.zh == "长期请假：一次 10 个上学日及以上（2026-03-16 起）"


def test_a_third_of_the_term_says_that_a_suspension_may_be_asked_for() -> None:
    """The default spring term of 2026 has 87 school days; 30 of them, never ten in a row, are a third and more."""
    spread = [row for n in range(4) for row in weekdays(date(2026, 3, 2) + timedelta(days=14 * n), 8)]
    later = date(2026, 4, 30)
    assert "leave-long" in opened(*spread, as_of=later)
    assert "休学" in opened(*spread, as_of=later)["leave-long"].text.zh
    assert "leave-long" not in opened(*spread[:24], as_of=later)


def days_at(*back: int) -> list[Row]:
    """A day of leave for each number of days before the as-of date, a Friday."""
    return [leave(days_before(n), days_before(n)) for n in back]


@pytest.mark.parametrize(
    ("leaves", "opens"),
    [
        (days_at(28, 14), False),  # two days: no more than 19 of 20 students have by assumption
        (days_at(28, 14, 7), True),  # three days at three times
        (weekdays(MONDAY, 3), True),  # three days at once
        ([*days_at(28, 14), leave(days_before(7), days_before(7), half_days=1)], True),  # 2.5 days at three times
        ([leave(days_before(7), days_before(7))], False),
    ],
)
def test_leave_is_frequent_above_nearly_all_and_twice_or_three_days(leaves: list[Row], opens: bool) -> None:
    found = opened(*leaves)
    assert ("leave-frequent" in found) == opens
    if opens:
        assert (found["leave-frequent"].tier, found["leave-frequent"].severity) == (Tier.WATCH, 0)
        assert found["leave-frequent"].text.zh.startswith("经常请假：60个上学日内 ")


def test_more_leave_is_the_same_stretch_and_a_new_one_opens_anew() -> None:
    """The stretch is named by the day that began it, so that further leave and time open nothing twice."""
    first = opened(*days_at(28, 14, 7))["leave-frequent"].evidence
    assert opened(*days_at(28, 14, 7, 0))["leave-frequent"].evidence == first
    assert opened(*days_at(28, 14, 7), as_of=AS_OF + timedelta(days=30))["leave-frequent"].evidence == first
    later = opened(*days_at(28, 14, 7), *days_at(-151, -158, -165), as_of=AS_OF + timedelta(days=180))
    assert later["leave-frequent"].evidence != first


def test_what_is_frequent_is_the_operator_s_figure_by_stage() -> None:
    above = {**POLICY.leave.frequent_above, "junior": 4.0}
    lenient = POLICY.model_copy(update={"leave": POLICY.leave.model_copy(update={"frequent_above": above})})
    assert "leave-frequent" in opened(*days_at(28, 14, 7))
    assert "leave-frequent" not in {f.id for f in by_rules(student(leaves=days_at(28, 14, 7)), AS_OF, lenient).floors}


def test_a_stage_that_is_not_known_hides_nobody() -> None:
    above = {**POLICY.leave.frequent_above, "junior": 4.0, "vocational": 30.0}
    policy = POLICY.model_copy(update={"leave": POLICY.leave.model_copy(update={"frequent_above": above})})
    found = by_rules(student(leaves=days_at(28, 14, 7), stage=None, grade=None), AS_OF, policy)
    assert "leave-frequent" in {floor.id for floor in found.floors}, "the lowest of the figures goes"


def test_leave_right_after_two_holidays() -> None:
    """7 April is the school day after 清明, 24 February the first of the term; one of them alone opens nothing."""
    after = date(2026, 4, 10)
    assert "leave-return" not in opened(leave(date(2026, 4, 7)), as_of=after)
    found = opened(leave(date(2026, 4, 7), recorded_on=date(2026, 4, 7)), leave(date(2026, 2, 25)), as_of=after)
    assert "leave-return" in opened(leave(date(2026, 4, 7)), leave(date(2025, 9, 1)), as_of=after), "the term before"
    assert "leave-return" not in opened(leave(date(2026, 4, 7)), leave(date(2025, 6, 3)), as_of=after), (
        "three terms ago"
    )
    assert found["leave-return"].tier is Tier.WATCH
    assert "2 次" in found["leave-return"].text.zh


def suspended(ended: int) -> Row:
    began = days_before(ended + 200)
    return leave(began, days_before(ended), "suspension", recorded_on=began)


def back(days: int) -> Row:
    return leave(days_before(days), days_before(days), "resumption", recorded_on=days_before(days))


@pytest.mark.parametrize(("days", "opens"), [(0, True), (90, True), (91, False)])
def test_r16_for_ninety_days_after_a_return(days: int, opens: bool) -> None:
    found = opened(suspended(days + 1), back(days))
    assert ("R16" in found) == opens
    assert "suspension-expired" not in found
    if opens:
        assert found["R16"].tier is Tier.PRIORITY


@pytest.mark.parametrize(
    ("days", "reason", "opens"),
    [
        (0, None, True),
        (90, "psychological", True),
        (91, "psychological", False),
        (5, "missing", True),
        (5, "injury", False),
        (5, "fever", False),
    ],
)
def test_r16_after_a_hospital_stay_for_psychological_reasons(days: int, reason: str | None, opens: bool) -> None:
    """A stay without a reason on record may have been for psychological ones; one for a stated bodily one was not."""
    on = days_before(days)
    found = opened(leave(on, on, "discharge", reason_code=reason))
    assert ("R16" in found) == opens
    if opens:
        assert (found["R16"].tier, found["R16"].text.zh) == (Tier.PRIORITY, f"住院后返校不久（{on.isoformat()}）")
        assert found["R16"].evidence == f"R16:discharge:{on.isoformat()}"


def test_a_discharge_is_no_day_of_leave_and_no_return_from_a_suspension() -> None:
    rows = [leave(days_before(n), days_before(n), "discharge", reason_code="injury") for n in range(1, 60)]
    assert opened(*rows) == {}
    assert by_rules(student(leaves=rows)).tasks == ()
    assert "suspension-expired" in opened(suspended(20), leave(days_before(5), days_before(5), "discharge"))


def test_r16_of_a_return_and_of_a_discharge_are_two() -> None:
    said = by_rules(student(leaves=[suspended(31), back(30), leave(days_before(9), days_before(9), "discharge")]))
    assert [floor.evidence.split(":")[1] for floor in said.floors if floor.id == "R16"] == ["discharge", "resumption"]


@pytest.mark.parametrize(
    ("ended", "tier"), [(-10, None), (0, None), (1, Tier.WATCH), (13, Tier.WATCH), (14, Tier.PRIORITY), (366, None)]
)
def test_a_suspension_that_is_over_without_a_return(ended: int, tier: Tier | None) -> None:
    found = opened(suspended(ended))
    assert (found["suspension-expired"].tier if "suspension-expired" in found else None) == tier
    if tier is Tier.PRIORITY:
        assert "视为辍学" in found["suspension-expired"].text.zh


def test_a_return_before_the_newest_suspension_is_none_from_it() -> None:
    assert "suspension-expired" in opened(suspended(20), back(300))


def test_of_two_suspensions_from_one_day_the_one_recorded_last_counts() -> None:
    """A correction, whichever row the platform puts first; of two recorded on one day the one that ends first."""
    over, runs = suspended(20), {**suspended(20), "end_on": days_before(-30)}
    corrected = {"recorded_on": days_before(30)}
    for order in (lambda *rows: rows, lambda *rows: rows[::-1]):
        assert "suspension-expired" in opened(*order(over, runs))
        assert "suspension-expired" in opened(*order(runs, {**over, **corrected}))
        assert "suspension-expired" not in opened(*order(over, {**runs, **corrected}))


def test_what_was_recorded_later_opens_nothing_yet_and_a_person_s_look_closes_it() -> None:
    late = [{**row, "recorded_on": AS_OF + timedelta(days=1)} for row in weekdays(MONDAY, 5, "unexcused")]
    assert opened(*late) == {}
    absent = weekdays(MONDAY, 5, "unexcused")
    seen = by_rules(student(leaves=absent, outcomes=[interview(AS_OF)]), AS_OF)
    assert [floor.id for floor in seen.floors] == []


@pytest.mark.parametrize("rule", ["R16", "R17", "leave_long", "leave_frequent", "leave_return", "suspension_expired"])
def test_each_rule_may_be_switched_off(rule: str) -> None:
    holidays = [leave(date(2026, 2, 24)), leave(date(2026, 1, 5))]
    rows = [*weekdays(MONDAY, 10, "unexcused"), *holidays, suspended(400), back(20)]
    expired = student("S-2", leaves=[suspended(20)])
    policy = POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={rule: False})})
    names = {floor.id for one in (student(leaves=rows), expired) for floor in by_rules(one, policy=policy).floors}
    everything = {floor.id for one in (student(leaves=rows), expired) for floor in by_rules(one).floors}
    assert everything - names == {rule if rule in ("R16", "R17") else rule.replace("_", "-")}


def test_none_of_them_is_an_immediate_check() -> None:
    """They have days, not minutes: severity 0 keeps them below the safety evidence of their tier."""
    said = by_rules(student(leaves=weekdays(MONDAY, 10, "unexcused")))
    assert {floor.severity for floor in said.floors} == {0}
