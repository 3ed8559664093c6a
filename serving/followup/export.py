"""A list in JSON's own types, for programs; no names, and nothing of a blind line but its id."""

from typing import Any

from data_schemas.instruments import Words
from models.assessment import ModelStatus
from serving.followup.entries import Entry, FollowUpList

NOTICE = Words(
    zh="筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认",
    en="Results of screening are no diagnosis; they help counselors to plan interviews and are confirmed by a person",
)
SYNTHETIC = Words(zh="合成数据", en="synthetic data")
SECTIONS = ("immediate", "week", "below", "contact", "history", "retest", "not_screened", "identity")


def sections_of(listed: FollowUpList, limit: int | None) -> dict[str, tuple[Entry, ...]]:
    """The sections in reading order, cut to `limit` lines each; immediate checks are never cut."""
    return {name: getattr(listed, name)[: None if name == "immediate" else limit] for name in SECTIONS}


def list_json(listed: FollowUpList, limit: int | None = None) -> dict[str, Any]:
    """The list; `counts` holds the length of every section before it is cut to `limit` lines."""
    missed = listed.expected_missed
    return {
        "school_id": listed.school_id,
        "run_id": listed.run_id,
        "as_of": listed.as_of.isoformat(),
        "published_at": listed.published_at.isoformat(),
        "synthetic": listed.synthetic,
        "notice": words_json(NOTICE),
        "model": model_json(listed.model),
        "enrolled": listed.enrolled,
        "screened": listed.screened,
        "unscheduled": listed.unscheduled,
        "weekly_slots": listed.weekly_slots,
        "check_minutes": listed.check_minutes,
        "expected_missed": None if missed is None else dict(zip(("value", "low", "high"), missed, strict=True)),
        "silent_feeds": list(listed.silent_feeds),
        "tier_counts": listed.tier_counts,
        "counts": {name: len(getattr(listed, name)) for name in SECTIONS},
        **{name: [entry_json(e) for e in group] for name, group in sections_of(listed, limit).items()},
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    said = entry.assessment
    blind = entry.slot == "audit"
    state = "confirmed" if said.confirmed else "pending"
    return {
        "student_id": entry.pupil.student_id,
        "assessment_id": entry.assessment_id,
        "class_id": entry.pupil.class_id,
        "stage": entry.pupil.stage,
        "grade": entry.pupil.grade,
        "section": entry.section.code,
        "rank": entry.rank,
        "slot": entry.slot,
        "tier": None if blind else {"ord": said.tier.ord, "code": said.tier.code, "zh": said.tier.zh, "state": state},
        "tier_source": None if blind else said.tier_source,
        "undecided": None if blind else said.undecided,
        "floors": list(dict.fromkeys(floor.id for floor in said.floors)),
        "why": [words_json(words) for words in entry.why],
        "due": {
            "what": words_json(entry.due.what),
            "by": None if entry.due.by is None else entry.due.by.isoformat(),
            "overdue": entry.due.overdue,
        },
    }


def model_json(model: ModelStatus) -> dict[str, Any]:
    return {
        "name": model.name,
        "version": model.version,
        "policy": model.policy,
        "data_origin": model.data_origin,
        "status": model.status,
    }


def words_json(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
