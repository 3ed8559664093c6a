"""What is due and by when: from receipt, in minutes for danger, in school days for the rest; the strictest counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import DataQuality, Floor, Retest, Task
from models.policy import read_policy
from models.triage import QUEUES, ZONE, Clock, Contact, Piece, Present, StudentFacts, Word, day_start, present_of
from models.triage.clocks import school_days_after
from serving.today.due import due_of, own_due
from tests.factories import AS_OF, NOW, ON, assessment, floor, lead, words

POLICY, SCHOOL = read_policy(), default_calendar()
FRIDAY = date(2026, 11, 20)


def local(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, tzinfo=ZONE)


def piece(found: Floor, received_at: datetime = NOW) -> Piece:
    return Piece(found, received_at)


def talk(on: date, level: int, second: str | None = None, **fields: Any) -> Word:
    plain = {"kind": "interview", "interviewer": "staff-1", "second_interviewer": second, "recorded_on": on}
    plain |= {"received_at": day_start(on), "word_id": f"{on}/{level}"}
    return Word(level=level, observed_on=on, **(plain | fields))


def student(*pieces: Piece, tier: Tier | None = None, since: datetime = NOW, **fields: Any) -> Present:
    """Somebody with this evidence, whom the model puts into `tier` since a moment."""
    facts = StudentFacts("S-1", "school-01", model_tier=tier, model_since=since, pieces=pieces, **fields)
    return present_of([facts], POLICY, SCHOOL)[0]


def clock(one: Present) -> Clock:
    assert one.clock is not None
    return one.clock


@pytest.mark.parametrize(
    ("start", "days", "by"),
    [
        (NOW, 0, local(2026, 11, 20)),
        (NOW, 1, local(2026, 11, 23)),  # Friday → Monday
        (NOW, 2, local(2026, 11, 24)),
        (datetime(2026, 11, 21, 4, tzinfo=UTC), 0, local(2026, 11, 23)),  # Saturday
        (datetime(2026, 11, 20, 16, 30, tzinfo=UTC), 0, local(2026, 11, 23)),  # already Saturday at school
        (datetime(2026, 7, 15, 4, tzinfo=UTC), 2, local(2026, 9, 2)),  # summer break
    ],
)
def test_school_days_leave_out_weekends_and_breaks(start: datetime, days: int, by: datetime) -> None:
    assert school_days_after(start, days, SCHOOL) == by


DUE: list[tuple[Floor, str, datetime]] = [
    (floor(), "30 分钟内响应", NOW + timedelta(minutes=30)),
    (floor("R01", Tier.PRIORITY), "当日当面核查", local(2026, 11, 20)),
    (floor("R05", Tier.PRIORITY), "1 个上学日内当面访谈", local(2026, 11, 23)),
    (floor("R19", Tier.WATCH), "2 个上学日内当面询问", local(2026, 11, 24)),
    (floor("phq9-total-15", Tier.PRIORITY, severity=0), "2 个上学日内访谈", local(2026, 11, 24)),
    (floor("R20", Tier.WATCH), "10 个上学日内约谈", local(2026, 12, 4)),
    (floor(history=True), "核对旧答卷并当面了解", local(2026, 11, 24)),
    (floor("phq9-total-15", severity=0, history=True), "核对旧答卷并当面了解", local(2026, 12, 4)),
    (lead(), "1 个上学日内了解情况", local(2026, 11, 23)),
]


@pytest.mark.parametrize(("found", "what", "by"), DUE, ids=[f"{row[0].id}-{row[1]}" for row in DUE])
def test_every_answer_time_has_its_clock_and_it_starts_at_receipt(found: Floor, what: str, by: datetime) -> None:
    due = clock(student(piece(found)))
    assert (due.what.zh, due.start, due.by, due.why) == (what, NOW, by, found.text)
    early = clock(student(piece(found, NOW - timedelta(days=7))))
    assert (early.start, early.by) == (NOW - timedelta(days=7), by - timedelta(days=7)), "it has run since it came in"


def test_an_old_clock_is_overdue_at_the_moment_it_is_first_shown() -> None:
    october = datetime(2026, 10, 9, 1, tzinfo=UTC)
    assert clock(student(piece(floor(), october))).overdue(NOW)


def test_a_clock_is_overdue_only_after_its_last_minute() -> None:
    due = clock(student(piece(floor())))
    assert not due.overdue(NOW + timedelta(minutes=30))
    assert due.overdue(NOW + timedelta(minutes=30, seconds=1))
    assert [due.share(NOW + timedelta(minutes=m)) for m in (-15, 0, 15, 30)] == [0.0, 0.0, 0.5, 1.0]


def test_of_several_clocks_the_one_that_ends_first_is_shown_whatever_it_hangs_on() -> None:
    early = piece(floor("R01", Tier.PRIORITY), NOW - timedelta(days=7))
    one = student(piece(floor()), early, tier=Tier.WATCH, since=NOW - timedelta(days=90))
    ends = [each.by for each in one.clocks]
    assert ends == sorted(ends, key=lambda by: by or local(9999, 1, 1))
    assert clock(one).source == "model", "the model's talk has been due since autumn"
    assert clock(student(piece(floor()), early)).by == local(2026, 11, 13)


def test_closed_evidence_has_no_clock() -> None:
    done = student(piece(floor("R01", Tier.PRIORITY), NOW - timedelta(days=1)), words=(talk(FRIDAY, 0),))
    assert done.clocks == ()


@dataclass(frozen=True)
class Nights:
    """Somebody on duty from eight to six on Fridays only, and on call else."""

    known: bool = True

    def minutes_after(self, moment: datetime, minutes: int) -> datetime:
        starts = max(moment, datetime(2026, 11, 20, 0, tzinfo=UTC))
        return starts + timedelta(minutes=minutes)

    def who(self, moment: datetime) -> Words:
        return words("值班", "on duty") if moment.hour < 10 else words("待命", "on call")


def test_minutes_run_while_somebody_is_on_duty_and_say_who_that_is() -> None:
    at_night = datetime(2026, 11, 19, 15, tzinfo=UTC)
    facts = StudentFacts("S-1", "school-01", pieces=(piece(floor(), at_night), piece(floor("R01", Tier.PRIORITY))))
    danger = next(c for c in present_of([facts], POLICY, SCHOOL, Nights())[0].clocks if c.who is not None)
    assert (danger.start, danger.by) == (at_night, datetime(2026, 11, 20, 0, 30, tzinfo=UTC))
    assert danger.who is not None
    assert danger.who.en == "on call"


@pytest.mark.parametrize(
    ("tier", "what", "by"),
    [
        (Tier.PRIORITY, "2 个上学日内访谈", local(2026, 11, 24)),
        (Tier.WATCH, "10 个上学日内约谈", local(2026, 12, 4)),
    ],
)
def test_the_models_tier_runs_from_the_day_it_came_about(tier: Tier, what: str, by: datetime) -> None:
    due = clock(student(tier=tier))
    assert (due.source, due.what.zh, due.by) == ("model", what, by)
    assert student(tier=Tier.ROUTINE).clocks == ()


def test_after_an_interview_follow_up_is_due_and_not_the_interview_again() -> None:
    held = date(2026, 11, 18)
    monthly = clock(student(words=(talk(held, 2),)))
    assert (monthly.source, monthly.what.zh, monthly.by) == ("human", "月度随访", local(2026, 12, 31))
    daily = student(words=(talk(held, 3),))
    assert (clock(daily).what.zh, clock(daily).by, daily.in_review) == ("每日复查", local(2026, 11, 19), True)
    assert clock(student(words=(talk(held, 1),))).by is None
    assert student(words=(talk(held, 0),)).clocks == ()
    assert clock(student(words=(talk(date(2026, 12, 18), 2),))).by == local(2027, 1, 31)


def test_a_talk_from_before_the_models_tier_came_about_does_not_answer_it() -> None:
    before, same_day, after = (talk(day, 0) for day in (date(2026, 1, 8), FRIDAY, date(2026, 11, 23)))
    assert clock(student(tier=Tier.PRIORITY, words=(before,))).what.zh == "2 个上学日内访谈"
    for held in (same_day, after):
        assert clock(student(tier=Tier.PRIORITY, words=(held,))).what.zh == "月度随访"


@pytest.mark.parametrize(
    ("kind", "level", "what", "by"),
    [
        ("crisis_event", 3, "当日当面核查", local(2026, 11, 20)),
        ("crisis_event", 2, "2 个上学日内访谈", local(2026, 11, 24)),
        ("referral", 1, "10 个上学日内约谈", local(2026, 12, 4)),
    ],
)
def test_an_event_asks_for_a_talk_from_the_moment_it_was_told(kind: str, level: int, what: str, by: datetime) -> None:
    told = talk(ON, level, kind=kind, interviewer=None, received_at=NOW, recorded_on=FRIDAY, door="outcomes")
    due = clock(student(words=(told,)))
    assert (due.source, due.what.zh, due.start, due.by) == ("human", what, NOW, by)
    for held in (ON, FRIDAY):  # after the event, and before anybody here knew of it
        assert what in [one.what.zh for one in student(words=(told, talk(held, 0, second="staff-2"))).clocks]
    followed = clock(student(words=(told, talk(date(2026, 11, 23), level, second="staff-2"))))
    assert followed.what.zh in ("每日复查", "月度随访", "继续关注")


def test_an_event_of_a_dataset_counts_from_its_day_and_not_from_publication() -> None:
    told = talk(ON, 3, kind="crisis_event", interviewer=None, received_at=NOW, door="screening")
    assert clock(student(words=(told,))).start == day_start(ON)


RETESTS = [
    ("critical_blank", "2 个上学日内当面询问", local(2026, 11, 16)),
    ("safety_question", "10 个上学日内当面询问", local(2026, 11, 26)),
    ("unscored", "14 天内复测", local(2026, 11, 26)),
    ("suspect", "14 天内复测", local(2026, 11, 26)),
    ("stale", "14 天内复测", local(2026, 11, 26)),
]


@pytest.mark.parametrize(("why", "what", "by"), RETESTS)
def test_a_retest_runs_from_the_day_of_its_sheet(why: str, what: str, by: datetime) -> None:
    """The sheet of the default assessment is of Thursday, 12 November."""
    asked = DataQuality("low", (Retest("phq9", why, words("复测", "repeat")),))
    one = student(assessment=assessment("S-1", Tier.ROUTINE, data_quality=asked))
    assert (clock(one).source, clock(one).what.zh, clock(one).by) == ("retest", what, by)


def test_what_was_to_be_asked_has_been_asked_by_a_talk_of_a_later_day_that_was_not_blind() -> None:
    said = (Retest("phq9", "critical_blank", words("问", "ask")), Retest("phq9", "stale", words("复测", "repeat")))
    told = assessment("S-1", Tier.ROUTINE, data_quality=DataQuality("low", said))
    held = {"later": talk(date(2026, 11, 13), 0), "that day": talk(date(2026, 11, 12), 0)}
    held["blind"] = talk(date(2026, 11, 13), 0, selection_reason="audit")
    left = {name: [one.why for one in student(assessment=told, words=(word,)).retests] for name, word in held.items()}
    both = ["critical_blank", "stale"]
    assert left == {"later": ["stale"], "that day": both, "blind": both}


def test_a_skipped_safety_item_is_due_before_the_retest_of_the_same_sheet() -> None:
    said = (Retest("phq9", "stale", words("复测", "repeat")), Retest("phq9", "critical_blank", words("问", "ask")))
    told = assessment("S-1", Tier.ROUTINE, data_quality=DataQuality("low", said))
    assert clock(student(assessment=told)).what.zh == "2 个上学日内当面询问"


def test_a_task_is_due_on_its_day_until_a_contact_has_done_it() -> None:
    call = Task("contact_unexcused", AS_OF, date(2026, 11, 20), words("联系", "call"), who=words("班主任", "teacher"))
    told = assessment("S-1", Tier.ROUTINE, tasks=(call,))
    due = clock(student(assessment=told))
    assert (due.source, due.by, due.who) == ("task", local(2026, 11, 20), call.who)
    reached = [Contact(day, NOW, "guardian") for day in (date(2026, 11, 19), AS_OF)]
    assert [len(student(assessment=told, contacts=(one,)).tasks) for one in reached] == [1, 0]


def test_a_task_of_a_whole_class_is_no_clock_of_one_student() -> None:
    visit = Task("class_visit", AS_OF, date(2026, 11, 27), words("了解", "ask"))
    one = student(assessment=assessment("S-1", Tier.ROUTINE, tasks=(visit,)))
    assert (one.clocks, one.to_contact, len(one.tasks)) == ((), (), 1)


def test_what_is_asked_for_at_once_is_told_where_something_milder_ends_before_it() -> None:
    """A talk that is overdue since autumn must not read as the answer to a danger of this morning."""
    late = student(piece(floor()), tier=Tier.WATCH, since=NOW - timedelta(days=90))
    told = own_due(late, "immediate", NOW)
    assert told is not None
    assert (told.what.zh, told.why) == ("30 分钟内响应", floor().text)
    assert due_of(late, NOW).what != told.what
    assert own_due(student(piece(floor())), "immediate", NOW) is None, "it is the strictest itself"


AWAY = {"suspended_since": date(2026, 10, 9), "suspended_until": date(2027, 1, 20)}
RETEST = Retest("phq9", "suspect", words("作答可疑", "doubtful"), date(2026, 11, 18))
CALL = Task("contact_unexcused", AS_OF, AS_OF, words("旷课", "absent"))
OF_QUEUES = [
    ("immediate", {}, "30 分钟内响应"),
    ("leads", {}, "1 个上学日内了解情况"),
    ("contact", {}, "当日联系学生与家长"),
    ("retest", {}, "14 天内复测"),
    ("suspended", AWAY, "联系家庭，商定返校安排"),
]


@pytest.mark.parametrize(("queue", "more", "asked"), OF_QUEUES)
def test_a_queue_tells_what_it_asks_for_beside_what_is_due_before(queue: str, more: dict[str, Any], asked: str) -> None:
    """Whoever works through 休学中 has to read what can be done for who is at home, whatever else is overdue."""
    said = assessment("S-1", Tier.WATCH, tasks=(CALL,), data_quality=DataQuality("low", (RETEST,)), **more)
    late = {"tier": Tier.WATCH, "since": NOW - timedelta(days=90)}
    one = student(piece(floor()), piece(lead()), assessment=said, **late)
    told = own_due(one, queue, NOW)
    assert told is not None
    assert told.what.zh == asked
    assert due_of(one, NOW).what != told.what
    assert own_due(one, "week", NOW) is None


def test_every_queue_of_a_clock_is_told_above() -> None:
    assert {queue.code for queue in QUEUES if queue.clock is not None} == {code for code, _, _ in OF_QUEUES}
