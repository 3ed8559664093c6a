"""Small objects for tests: a plain default for every field, and only what a test is about is said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import (
    AnswerTime,
    Assessment,
    ChangeResult,
    CriticalResult,
    DataQuality,
    Floor,
    InstrumentResult,
    ModelStatus,
    Reason,
)
from models.policy import read_policy
from models.triage import BY_CODE, QUEUES, ZONE, Present, present_of
from models.triage.missed import Missed
from models.triage.queues import IMMEDIATE, REVIEW, WEEK
from serving.store import (
    Filing,
    NewOutcome,
    Outcome,
    Published,
    RunFacts,
    Store,
    Student,
    facts_of,
    make_run,
    packed,
    publish_run,
    record_outcomes,
)
from serving.today import Due, Entry, FollowUpList

AS_OF = date(2026, 11, 20)
ON = date(2026, 11, 19)  # the day of a floor's sheet
ANSWERED = {"R05": AnswerTime.NEXT_DAY, "R19": AnswerTime.ASK, "R20": AnswerTime.TIER}
LINES = {"floors", "tier", "why", "student_id", "confirmed"}  # fields that belong to a line, not to its assessment
MODEL = ModelStatus("lightgbm", "7", "2026-11+abcdef01", "synthetic", "ok")


def words(zh: str, en: str | None = None) -> Words:
    return Words(zh=zh, en=zh if en is None else en)


def reason(feature: str = "phq9_total", contribution: float = 0.8, **fields: Any) -> Reason:
    text = words("PHQ-9 总分 12（上次 8）", "PHQ-9 total 12 (8 before)")
    return replace(Reason(feature, "questionnaire", 12.0, contribution, text), **fields)


def floor(rule: str = "R02", tier: Tier = Tier.CRISIS, **fields: Any) -> Floor:
    """A piece of evidence, answered as the rules answer their kind unless `answer` says otherwise."""
    text, on = words("PHQ-9 第9题 = 2", "PHQ-9 item 9 = 2"), fields.get("evidence_on", ON)
    severity, history = fields.get("severity", 4), fields.get("history", False)
    answer = AnswerTime.MINUTES if tier is Tier.CRISIS else ANSWERED.get(rule, AnswerTime.SAME_DAY)
    default = Floor(
        rule,
        tier,
        f"{rule}:phq9:{on.isoformat()}",
        on,
        on,
        severity,
        text,
        answer=AnswerTime.TIER if history or not severity else answer,
        danger=tier is Tier.CRISIS,
        own_concern=rule == "R20",
    )
    return replace(default, **fields)


def lead(rule: str = "R18", **fields: Any) -> Floor:
    """A report that opens no tier."""
    return floor(rule, Tier.ROUTINE, severity=0, **({"lead": True, "text": words("厌学", "aversion")} | fields))


def sheet(code: str = "phq9", total: float | None = 12, **fields: Any) -> InstrumentResult:
    """One questionnaire's newest result."""
    status = fields.get("critical_status", "negative")
    previous = fields.get("previous_total", 8)
    change = None
    if total is not None and previous is not None:
        change = ChangeResult(total - previous, "worse" if total > previous else "better", None, None)
    default = InstrumentResult(
        code=code,
        name=words({"phq9": "PHQ-9", "gad7": "GAD-7"}.get(code, code)),
        share=None if total is None else total / {"phq9": 27, "gad7": 21}.get(code, 100),
        critical_items=(CriticalResult(9, "suicidality", words("第9题", "item 9"), status, None),)
        if code == "phq9"
        else (),
        administered_on=date(2026, 11, 12),
        total=total,
        least=total or 0,
        band=words("中度", "moderate"),
        band_code="moderate",
        valid=True,
        prorated=False,
        n_missing=0,
        critical_status="negative",
        suicidality_covered=code == "phq9",
        current=True,
        previous_total=8,
        previous_on=date(2025, 11, 20),
        change=change,
    )
    return replace(default, **fields)


def assessment(student_id: str = "S-1077", tier: Tier = Tier.WATCH, **fields: Any) -> Assessment:
    """An assessment; where its tier is not a floor's, it is the model's own."""
    by_floor = fields.get("tier_source", "model") == "floor"
    own = Tier.ROUTINE if by_floor else tier
    no_model = fields.get("margin", 0.0) is None
    default = Assessment(
        student_id=student_id,
        as_of=AS_OF,
        tier=tier,
        tier_source="model",
        own_tier=own,
        own_source="model",
        confirmed=False,
        probability=0.12,
        margin=-1.9,
        base_value=-2.7,
        reasons=(reason(),),
        group_contributions={"questionnaire": 0.8, "leave": 0.0, "family": 0.0, "concern": 0.0, "context": 0.0},
        floors=(),
        instruments=(sheet(),),
        data_quality=DataQuality("ok"),
        model=MODEL,
        screened=True,
        severity=0.44,
        changed_on=date(2026, 11, 12),
        model_tier=None if no_model else fields.get("own_tier", own),
    )
    return replace(default, **fields)


def entry(student_id: str = "S-1077", tier: Tier | None = Tier.WATCH, queue: str = WEEK, **fields: Any) -> Entry:
    """One line of a queue; fields of the student, the assessment and the line itself may be mixed."""
    who, said = student(student_id), assessment(student_id, tier or Tier.ROUTINE)
    own = {name: fields.pop(name) for name in list(fields) if name in type(who).__dataclass_fields__}
    who = replace(who, **own)
    about = {name: fields.pop(name) for name in list(fields) if name in said.__dataclass_fields__ and name not in LINES}
    said = replace(said, **about)
    floors: tuple[Floor, ...] = fields.pop("floors", ())
    why = tuple(one.text for one in floors[:1]) + tuple(one.text for one in said.reasons if one.contribution > 0)
    plain = Entry(
        student=who,
        queue=queue,
        tier=tier,
        source="floor" if floors else "model",
        confirmed=False,
        floors=floors,
        why=why[:2],
        due=Due(words("10 个上学日内约谈", "talk within 10 school days"), None, False),
        assessment=said,
        rank=1 if queue == WEEK else None,
        slot="ranked" if queue == WEEK else None,
    )
    return replace(plain, **fields)


def blind_entry(student_id: str = "S-1077", queue: str = WEEK, **fields: Any) -> Entry:
    """The line of somebody drawn by lot whose talk is not recorded yet."""
    hidden = {"source": None, "assessment": None, "slot": "audit", "blind": True}
    return entry(student_id, None, queue, **(hidden | {"why": (words("例行访谈", "routine conversation"),)} | fields))


def follow_up_list(**fields: Any) -> FollowUpList:
    """A list; lines of a queue are given under its code."""
    lines = {code: fields.pop(code) for code in BY_CODE if code in fields}
    default = FollowUpList(
        run_id="run-1",
        school_id="school-01",
        as_of=AS_OF,
        published_at=datetime(2026, 11, 20, 22, 30, tzinfo=UTC),
        synthetic=False,
        model=MODEL,
        enrolled=1020,
        screened=806,
        queues={queue.code: tuple(lines.get(queue.code, ())) for queue in QUEUES},
        scheduled=sum(len(lines.get(code, ())) for code in (IMMEDIATE, REVIEW, WEEK)),
        weekly_slots=10,
        check_minutes=20,
        missed=Missed(0, 0),
        unmet=0,
        more_hours=0.0,
        silent_feeds=(),
        tier_counts={"crisis": 0, "priority": 0, "watch": 0, "routine": 0},
    )
    return replace(default, **fields)


NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday morning at school


def student(student_id: str = "S-1077", school_id: str = "school-01", **fields: Any) -> Student:
    return replace(Student(student_id, school_id, "七(1)班", "junior", 7), **fields)


def publish(
    store: Store,
    assessments: Sequence[Assessment],
    *,
    students: Sequence[Student] | None = None,
    as_of: date = AS_OF,
    at: datetime = NOW,
    fingerprint: str = "f1",
    model: ModelStatus = MODEL,
    facts: RunFacts | None = None,
    **more: Any,
) -> Published:
    """Publish assessments; everybody is a student of school-01 unless `students` says otherwise. The evidence of each
    assessment is filed, unless `facts` brings filings of its own."""
    them = students if students is not None else [student(one.student_id) for one in assessments]
    school_of = {one.student_id: one.school_id for one in them}
    run = make_run(fingerprint, as_of, "code", True, "synthetic", model, sorted(set(school_of.values())), at)
    filings = [Filing(a.student_id, school_of[a.student_id], (*a.floors, *a.leads)) for a in assessments]
    given = facts if facts is not None else RunFacts()
    given = given if given.filings else replace(given, filings=filings)
    return publish_run(store, run, them, [packed(one) for one in assessments], given, **more)


def word(student_id: str = "S-1", level: int = 1, on: date = AS_OF, **fields: Any) -> Outcome:
    """An interview by a named person, for a reason; without `assessed` it lists nothing."""
    plain = Outcome(student_id, on, "interview", level, "ranked", 0.5, on, "staff-1", saw_score=True)
    return replace(plain, **fields)


def tell(store: Store, *words_said: Outcome, at: datetime = NOW, school: str = "school-01") -> list[bool]:
    """Keep what people said, as a platform sends it; says of each whether it is new."""
    kept = record_outcomes(store, "city", [NewOutcome(one, one, school) for one in words_said], at)
    return [one.new for one in kept]


def present(store: Store, student_id: str = "S-1", now: datetime = NOW) -> Present:
    """One student as they stand."""
    facts = facts_of(store, [student_id], now.astimezone(ZONE).date())[student_id]
    return present_of([facts], read_policy(), default_calendar())[0]
