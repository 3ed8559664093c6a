"""Small objects for tests: a plain default for every field, and only what a test is about is said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import (
    Assessment,
    ChangeResult,
    CriticalResult,
    DataQuality,
    Floor,
    InstrumentResult,
    ModelStatus,
    Reason,
)
from runxin.settings import read_settings
from serving.store import Filing, Published, RunFacts, Store, Student, make_run, open_store, publish_run
from serving.today import Due, Entry, FollowUpList

AS_OF = date(2026, 11, 20)
ON = date(2026, 11, 19)  # the day of a floor's sheet
MODEL = ModelStatus("lightgbm", "7", "2026-11+abcdef01", "synthetic", "ok")


def words(zh: str, en: str | None = None) -> Words:
    return Words(zh=zh, en=zh if en is None else en)


def reason(feature: str = "phq9_total", contribution: float = 0.8, **fields: Any) -> Reason:
    text = words("PHQ-9 总分 12（上次 8）", "PHQ-9 total 12 (8 before)")
    return replace(Reason(feature, "questionnaire", 12.0, contribution, text), **fields)


def floor(rule: str = "R02", tier: Tier = Tier.CRISIS, **fields: Any) -> Floor:
    text = words("PHQ-9 第9题 = 2", "PHQ-9 item 9 = 2")
    default = Floor(rule, tier, f"{rule}:phq9:2026-11-19:0", ON, fields.get("evidence_on", ON), 4, text)
    return replace(default, **fields)


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
        critical_items=(CriticalResult(9, "suicidality", words("第9题"), status, None),) if code == "phq9" else (),
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
    default = Assessment(
        student_id=student_id,
        as_of=AS_OF,
        tier=tier,
        tier_source="model",
        own_tier=Tier.ROUTINE if fields.get("tier_source") == "floor" else fields.get("tier", tier),
        own_source="human" if fields.get("tier_source") == "human" else "model",
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
    )
    return replace(default, **fields)


def entry(student_id: str = "S-1077", tier: Tier = Tier.WATCH, section: Section = Section.WEEK, **fields: Any) -> Entry:
    """One line; fields of the assessment, the pupil and the line itself may be mixed."""
    pupil = Pupil(student_id, "school-01", "七(1)班", "junior", 7)
    said = assessment(student_id, tier)
    for part in ("pupil", "assessment"):
        mine = {"pupil": pupil, "assessment": said}[part]
        own = {name: fields.pop(name) for name in list(fields) if name in type(mine).__dataclass_fields__}
        if part == "pupil":
            pupil = replace(pupil, **own)
        else:
            said = replace(said, **own)
    due = Due(words("10 个上课日内看材料", "desk review within 10 school days"), None, False)
    why = tuple(one.text for one in said.floors[:1]) + tuple(one.text for one in said.reasons if one.contribution > 0)
    return replace(Entry(pupil, section, said, why[:2], due, 1 if section is Section.WEEK else None), **fields)


def follow_up_list(**fields: Any) -> FollowUpList:
    default = FollowUpList(
        run_id="run-1",
        school_id="school-01",
        as_of=AS_OF,
        published_at=datetime(2026, 11, 20, 22, 30, tzinfo=UTC),
        synthetic=False,
        model=MODEL,
        enrolled=1020,
        screened=806,
        immediate=(),
        week=(),
        below=(),
        contact=(),
        history=(),
        retest=(),
        not_screened=(),
        identity=(),
        weekly_slots=10,
        check_minutes=20,
        expected_missed=None,
        silent_feeds=(),
        tier_counts={"crisis": 0, "priority": 0, "watch": 0, "routine": 0},
    )
    return replace(default, **fields)


NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday morning at school


def new_store(home: Path) -> Store:
    return open_store(read_settings({"RUNXIN_HOME": str(home)}))


def pupil(student_id: str = "S-1077", school_id: str = "school-01", **fields: Any) -> Pupil:
    return replace(Pupil(student_id, school_id, "七(1)班", "junior", 7), **fields)


def publish(
    store: Store,
    assessments: Sequence[Assessment],
    *,
    pupils: Sequence[Pupil] | None = None,
    as_of: date = AS_OF,
    at: datetime = NOW,
    fingerprint: str = "f1",
    model: ModelStatus = MODEL,
    **more: Any,
) -> Published:
    """Publish assessments; every student is a pupil of school-01 unless `pupils` says otherwise."""
    them = pupils if pupils is not None else [pupil(one.student_id) for one in assessments]
    schools = [one.school_id for one in them]
    run = make_run(fingerprint, as_of, "code", True, "synthetic", model, schools, at)
    return publish_run(store, run, them, assessments, **more)
