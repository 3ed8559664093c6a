"""Every clock: from when it runs, in what it is told, and when it has run out. Wednesday is 2026-11-18."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from data_schemas.codes import DutyRole, Tier
from data_schemas.duty import DutySpan
from models.assessment import AnswerTime, DataQuality, Floor, Retest, Task
from models.duty import Duty, make_duty
from models.tasks import TO_DO
from models.triage import Clock
from models.triage.clocks import (
    after_interview,
    end_of,
    event_clock,
    evidence_clock,
    model_clock,
    retest_clocks,
    school_days_after,
    strictest,
    task_clock,
)
from tests.factories import assessment, lead, sheet, words
from tests.triage_facts import (
    CRISIS,
    POLICY,
    PRIORITY,
    ROUTINE,
    SCHOOL,
    TIER,
    WATCH,
    at,
    day,
    end,
    piece,
    present,
    rule,
    talk,
)

DUE = POLICY.due
# Starts, and the ends of 0, 1, 2 and 10 school days after them.
FRIDAY, SATURDAY, SUNDAY = at(2, 10), at(3, 10), at(4, 10)
SPANS: list[tuple[datetime, dict[int, datetime]]] = [
    (at(0, 10), {0: end(0), 1: end(1), 2: end(2), 10: end(14)}),
    (at(0, 0), {0: end(0), 1: end(1), 2: end(2), 10: end(14)}),
    (at(0, 23, 59), {0: end(0), 1: end(1), 2: end(2), 10: end(14)}),
    (FRIDAY, {0: end(2), 1: end(5), 2: end(6), 10: end(16)}),
    (SATURDAY, {0: end(5), 1: end(5), 2: end(6), 10: end(16)}),
    (SUNDAY, {0: end(5), 1: end(5), 2: end(6), 10: end(16)}),
    (SUNDAY.astimezone(datetime.fromisoformat("2026-01-01T00:00:00+00:00").tzinfo),
     {0: end(5), 1: end(5), 2: end(6), 10: end(16)}),
    (datetime.fromisoformat("2026-11-20T16:00:00+00:00"), {0: end(5), 1: end(5), 2: end(6), 10: end(16)}),
    (datetime.fromisoformat("2026-11-20T15:59:00+00:00"), {0: end(2), 1: end(5), 2: end(6), 10: end(16)}),
]  # fmt: skip


@pytest.mark.parametrize(("start", "ends"), SPANS)
def test_school_days_run_from_a_school_day_and_from_a_weekend(start: datetime, ends: dict[int, datetime]) -> None:
    assert {days: school_days_after(start, days, SCHOOL) for days in ends} == ends


def answered(answer: AnswerTime, level: int = PRIORITY, **fields: Any) -> Floor:
    return rule(level=level, answer=answer, **fields)


EVIDENCE: list[tuple[str, Floor, str, str, str, int | None]] = [
    # what it is, the floor, source, words in both languages, school days (None: minutes)
    ("minutes", answered(AnswerTime.MINUTES, CRISIS), "evidence", "30 分钟内响应", "respond within 30 minutes", None),
    ("minutes, 重点", answered(AnswerTime.MINUTES), "evidence", "30 分钟内响应", "respond within 30 minutes", None),
    ("same day", answered(AnswerTime.SAME_DAY), "evidence", "当日当面核查", "check in person the same school day", 0),
    ("next day", answered(AnswerTime.NEXT_DAY), "evidence", "1 个上学日内当面访谈",
     "talk in person within 1 school day", 1),
    ("ask", answered(AnswerTime.ASK, WATCH), "evidence", "2 个上学日内当面询问",
     "ask in person within 2 school days", 2),
    ("关注", answered(AnswerTime.TIER, WATCH), "evidence", "10 个上学日内约谈", "talk within 10 school days", 10),
    ("重点", answered(AnswerTime.TIER), "evidence", "2 个上学日内访谈", "interview within 2 school days", 2),
    ("危机", answered(AnswerTime.TIER, CRISIS), "evidence", "2 个上学日内访谈", "interview within 2 school days", 2),
    ("old", answered(AnswerTime.TIER, history=True), "evidence", "核对旧答卷并当面了解",
     "go over the old sheet in person", 2),
    ("old, of little weight", answered(AnswerTime.TIER, history=True, severity=1), "evidence", "核对旧答卷并当面了解",
     "go over the old sheet in person", 2),
    ("old, no safety evidence", answered(AnswerTime.TIER, history=True, severity=0), "evidence", "核对旧答卷并当面了解",
     "go over the old sheet in person", 10),
    ("old, whatever its answer", answered(AnswerTime.MINUTES, CRISIS, history=True), "evidence",
     "核对旧答卷并当面了解", "go over the old sheet in person", 2),
    ("a report", lead(), "lead", "1 个上学日内了解情况", "look into it within 1 school day", 1),
    ("an old report", lead(history=True), "lead", "1 个上学日内了解情况", "look into it within 1 school day", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "source", "zh", "en", "days"), [row[1:] for row in EVIDENCE], ids=[row[0] for row in EVIDENCE]
)
@pytest.mark.parametrize(("start", "ends"), SPANS)
def test_the_clock_of_evidence(
    found: Floor, source: str, zh: str, en: str, days: int | None, start: datetime, ends: dict[int, datetime]
) -> None:
    by = start + timedelta(minutes=30) if days is None else ends[days]
    expected = Clock(source, words(zh, en), start, by, found.text, urgent=source == "evidence" and found.urgent)
    assert evidence_clock(piece(found, start), DUE, SCHOOL, None) == expected
    assert evidence_clock(piece(found, start), DUE, SCHOOL, make_duty([])) == expected


def roster() -> Duty:
    """Wang on duty from eight to six on Wednesday and Thursday; Li on call in the night between."""
    turns = [("王", DutyRole.COUNSELOR, at(n, 8), at(n, 18)) for n in (0, 1)]
    turns.append(("李", DutyRole.ON_CALL, at(0, 18), at(1, 8)))
    return make_duty([DutySpan("school-01", who, role, None, start, stop) for who, role, start, stop in turns])


DANGER = answered(AnswerTime.MINUTES, CRISIS)
ON_DUTY: list[tuple[datetime, datetime, str]] = [
    (at(0, 10), at(0, 10, 30), "王"),
    (at(0, 17, 30), at(0, 18), "王"),
    (at(0, 17, 40), at(1, 8, 10), "王"),
    (at(0, 22), at(1, 8, 30), "李"),
    (at(1, 17, 50), at(1, 18, 20), "王"),
]


@pytest.mark.parametrize(("start", "by", "who"), ON_DUTY)
def test_minutes_run_while_somebody_is_on_duty(start: datetime, by: datetime, who: str) -> None:
    clock = evidence_clock(piece(DANGER, start), DUE, SCHOOL, roster())
    assert (clock.start, clock.by, clock.why) == (start, by, DANGER.text)
    assert clock.who is not None
    assert who in clock.who.zh
    asked = evidence_clock(piece(answered(AnswerTime.SAME_DAY), start), DUE, SCHOOL, roster())
    assert asked.who is None


TIERS: list[tuple[int, str, str, int]] = [
    (WATCH, "10 个上学日内约谈", "talk within 10 school days", 10),
    (PRIORITY, "2 个上学日内访谈", "interview within 2 school days", 2),
    (CRISIS, "2 个上学日内访谈", "interview within 2 school days", 2),
]
FOLLOWED: list[tuple[int, str, str, datetime | None]] = [
    (WATCH, "继续关注", "keep in view", None),
    (PRIORITY, "月度随访", "monthly follow-up", datetime.combine(date(2026, 12, 31), end(0).timetz())),
    (CRISIS, "每日复查", "daily review", end(1)),
]


@pytest.mark.parametrize(("level", "zh", "en", "days"), TIERS)
@pytest.mark.parametrize(("start", "ends"), SPANS)
def test_the_models_tier_asks_for_a_first_talk(
    level: int, zh: str, en: str, days: int, start: datetime, ends: dict[int, datetime]
) -> None:
    expected = Clock("model", words(zh, en), start, ends[days], words("模型评估的等级", "the tier by the model"))
    today = start.astimezone(at(0).tzinfo).date()
    for seen in (None, today - timedelta(days=1)):
        assert model_clock(TIER[level], start, seen, DUE, SCHOOL) == expected
    for seen in (today, today + timedelta(days=1)):
        assert model_clock(TIER[level], start, seen, DUE, SCHOOL) == after_interview("model", TIER[level], seen, SCHOOL)
    if level != CRISIS:
        assert event_clock(TIER[level], start, DUE, SCHOOL) == Clock("human", words(zh, en), start, ends[days], EVENT)
    asked = words("当日当面核查", "check in person the same school day")
    assert event_clock(Tier.CRISIS, start, DUE, SCHOOL) == Clock("human", asked, start, ends[0], EVENT, urgent=True)


@pytest.mark.parametrize(("level", "zh", "en", "by"), FOLLOWED)
def test_what_follows_an_interview(level: int, zh: str, en: str, by: datetime | None) -> None:
    on = day(0).isoformat()
    after = words(f"{on} 的访谈之后", f"after the interview of {on}")
    for source in ("model", "human"):
        assert after_interview(source, TIER[level], day(0), SCHOOL) == Clock(source, words(zh, en), at(0), by, after)
    assert after_interview("human", TIER[ROUTINE], day(0), SCHOOL).by is None


MONTHS = [
    (date(2026, 11, 1), date(2026, 12, 31)),
    (date(2026, 11, 30), date(2026, 12, 31)),
    (date(2026, 12, 1), date(2027, 1, 31)),
    (date(2026, 12, 31), date(2027, 1, 31)),
    (date(2027, 1, 31), date(2027, 2, 28)),
    (date(2028, 1, 31), date(2028, 2, 29)),
    (date(2026, 10, 15), date(2026, 11, 30)),
    (date(2026, 2, 28), date(2026, 3, 31)),
    (date(2026, 3, 31), date(2026, 4, 30)),
]


@pytest.mark.parametrize(("seen", "last"), MONTHS)
def test_the_monthly_follow_up_is_due_at_the_end_of_the_next_month(seen: date, last: date) -> None:
    assert after_interview("human", Tier.PRIORITY, seen, SCHOOL).by == end_of(last)


def test_the_daily_review_leaves_out_the_weekend() -> None:
    reviewed = {n: after_interview("human", Tier.CRISIS, day(n), SCHOOL).by for n in (1, 2, 3, 4)}
    assert reviewed == {1: end(2), 2: end(5), 3: end(5), 4: end(5)}


RETESTS: list[tuple[str, int, bool, str, str, datetime]] = [
    # why, the day of the sheet, whether a talk settles it, words, by
    ("critical_blank", 0, True, "2 个上学日内当面询问", "ask in person within 2 school days", end(2)),
    ("critical_blank", 3, True, "2 个上学日内当面询问", "ask in person within 2 school days", end(6)),
    ("safety_question", 0, True, "10 个上学日内当面询问", "ask in person within 10 school days", end(14)),
    ("void", 0, False, "14 天内复测", "repeat within 14 days", end(14)),
    ("suspect", 3, False, "14 天内复测", "repeat within 14 days", end(17)),
    ("unscored", 12, False, "14 天内复测", "repeat within 14 days", end(26)),
    ("stale", 0, False, "14 天内复测", "repeat within 14 days", end(14)),
]


@pytest.mark.parametrize(("why", "on", "asked", "zh", "en", "by"), RETESTS)
def test_what_is_to_be_repeated_or_asked(why: str, on: int, asked: bool, zh: str, en: str, by: datetime) -> None:
    said = Retest("phq9", why, words("复测", "repeat"))
    other = Retest("gad7", "stale", words("另一份", "the other"))
    sheets = (sheet("phq9", administered_on=day(on)), sheet("gad7", administered_on=day(-30)))
    told = assessment("S-1", data_quality=DataQuality("low", (said, other)), instruments=sheets)
    first = (said, Clock("retest", words(zh, en), at(on), by, said.text))
    second = (other, Clock("retest", words("14 天内复测", "repeat within 14 days"), at(-30), end(-16), other.text))
    for spoken in ([], [talk(on - 1)], [talk(on)]):
        assert list(retest_clocks(told, spoken, DUE, SCHOOL)) == [first, second]
    assert list(retest_clocks(told, [talk(on + 1)], DUE, SCHOOL)) == ([second] if asked else [first, second])


def test_a_retest_without_a_sheet_runs_from_the_assessment() -> None:
    said = Retest("phq9", "unscored", words("复测", "repeat"))
    told = assessment("S-1", as_of=day(0), data_quality=DataQuality("low", (said,)), instruments=())
    ((_, clock),) = retest_clocks(told, [], DUE, SCHOOL)
    assert (clock.start, clock.by) == (at(0), end(14))


@pytest.mark.parametrize(("until", "by"), [(None, None), (9, end(9))])
def test_who_is_suspended_is_told_the_steps_and_no_sheet_is_due_at_home(until: int | None, by: datetime | None) -> None:
    retests = (
        Retest("phq9", "stale", words("过期", "out of date"), since=day(-9)),
        Retest("phq9", "critical_blank", words("空", "blank")),
    )
    told = assessment(
        "S-1",
        data_quality=DataQuality("low", retests),
        suspended_since=day(-2),
        suspended_until=day(until) if until is not None else None,
    )
    asked, *later = present(assessment=told).clocks
    assert asked.what == words("2 个上学日内当面询问", "ask in person within 2 school days")
    assert [(clock.what.zh, clock.what.en, clock.start, clock.by) for clock in later] == [
        ("联系家庭，商定返校安排", "contact the family and plan the return", at(-2), by),
        ("返校后复测", "repeat after the return to school", at(-9), None),
    ]
    assert later[0].why == words("休学中", "suspended from school")
    assert present(assessment=assessment("S-1", suspended_since=day(-2))).clock is not None


def test_a_task_is_due_by_the_end_of_its_day() -> None:
    who, text = words("班主任", "teacher"), words("联系", "call")
    assert task_clock(Task("visit", day(0), day(2), text, who), locked=False) == Clock(
        "task", TO_DO["visit"], at(0), end(2), text, who
    )


EVENT = words("登记的危机事件或转介", "a crisis event or referral on record")
WAITS = at(0)


def clock(by: datetime | None, start: datetime = WAITS) -> Clock:
    return Clock("model", words("谈"), start, by)


def test_the_strictest_ends_first_and_of_those_the_one_that_waits_longest() -> None:
    order = [clock(at(0, 9), at(0)), clock(at(1), at(-2)), clock(at(1), at(-1)), clock(None, at(-9)), clock(None)]
    for n in range(len(order)):
        turned = order[n:] + order[:n]
        assert sorted(turned, key=lambda one: one.strictness) == order
        assert strictest(turned) == order[0]
        assert strictest(iter(order[n:])) == order[n]
    assert strictest([]) is None
    assert clock(None).strictness == (True, 0.0, True, at(0).timestamp())


SHARES: list[tuple[datetime | None, datetime, float, bool]] = [
    # by, now, share, overdue; it starts on Wednesday at eight
    (None, at(9), 0.0, False),
    (at(2), at(-1), 0.0, False),
    (at(2), at(0), 0.0, False),
    (at(2), at(1), 0.5, False),
    (at(2), at(2), 1.0, False),
    (at(2), at(2, 8, 1), 1 + 1 / 2880, True),
    (at(2), at(4), 2.0, True),
    (at(0), at(0), 0.0, False),
    (at(0), at(1), 0.0, True),
    (at(-1), at(1), 0.0, True),
]


@pytest.mark.parametrize(("by", "now", "share", "overdue"), SHARES)
def test_how_much_of_the_time_has_run(by: datetime | None, now: datetime, share: float, overdue: bool) -> None:
    assert clock(by).share(now) == pytest.approx(share)
    assert clock(by).overdue(now) is overdue


def test_a_school_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(Exception, match="outside the school calendar"):
        school_days_after(datetime(1900, 1, 1, tzinfo=at(0).tzinfo), 1, SCHOOL)
