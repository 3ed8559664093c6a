"""A list in JSON's own types: the one form that the command line and the API give out. No names, and nothing of a blind
student but the id."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from data_schemas.instruments import Words
from models.assessment import ModelStatus
from models.triage import QUEUES
from serving.cases.case import CaseNow
from serving.today.entries import Due, Entry, FollowUpList

NOTICE = Words(
    zh="筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认",
    en="Results of screening are no diagnosis; they help counselors to plan interviews and are confirmed by a person",
)
SYNTHETIC = Words(zh="合成数据", en="synthetic data")


def queues_of(listed: FollowUpList, limit: int | None) -> dict[str, tuple[Entry, ...]]:
    """The queues in reading order, cut to `limit` lines each; those that must not be cut are whole."""
    return {queue.code: listed.queue(queue.code)[: None if queue.never_cut else limit] for queue in QUEUES}


def list_json(
    listed: FollowUpList,
    limit: int | None = None,
    sentences: bool = True,
    cases: Mapping[str, CaseNow] | None = None,
) -> dict[str, Any]:
    """The list; a queue's `count` is of its students, before it is cut to `limit` lines. Without
    `sentences` reasons are null. `cases` are those of its students, by id: where none is given, it is not told."""
    missed, shown, known = listed.missed, queues_of(listed, limit), cases or {}
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
        "unmet_deadlines": listed.unmet,
        "more_hours": listed.more_hours,
        "expected_missed": asdict(missed),
        "silent_feeds": list(listed.silent_feeds),
        "tier_counts": dict(listed.tier_counts),
        "class_tasks": dict(listed.class_tasks),
        "queues": [
            {
                "code": queue.code,
                "title": words_json(queue.title),
                "count": listed.count(queue.code),
                "entries": [
                    entry_json(entry, known.get(entry.student.student_id), sentences) for entry in shown[queue.code]
                ],
            }
            for queue in QUEUES
        ],
    }


def students_of_list(listed: FollowUpList) -> list[str]:
    """Everybody who has a line in it."""
    return sorted({entry.student.student_id for queue in listed.queues.values() for entry in queue})


def entry_json(entry: Entry, case: CaseNow | None, sentences: bool = True) -> dict[str, Any]:
    tier = entry.tier
    state = "confirmed" if entry.confirmed else "pending"
    return {
        "student_id": entry.student.student_id,
        "assessment_id": entry.assessment_id,
        "class_id": entry.student.class_id,
        "stage": entry.student.stage,
        "grade": entry.student.grade,
        "queue": entry.queue,
        "rank": entry.rank,
        "slot": entry.slot,
        "blind": entry.blind,
        "tier": None if tier is None else {"ord": tier.ord, "code": tier.code, "zh": tier.zh, "state": state},
        "tier_source": entry.source,
        "undecided": None if entry.blind else entry.undecided,
        "suspended": None if entry.blind else entry.suspended,
        "lacks": entry.lacks,
        "floors": list(dict.fromkeys(floor.id for floor in entry.floors)),
        "protection": entry.protection,
        "why": [words_json(words) for words in entry.why] if sentences and not entry.blind else None,
        "due": due_json(entry.due, sentences),
        "also_due": None if entry.also_due is None else due_json(entry.also_due, sentences),
        "case": None if entry.blind or case is None else case.state.code,
        "others": list(entry.others),
    }


def due_json(due: Due, sentences: bool) -> dict[str, Any]:
    return {
        "what": words_json(due.what),
        "why": words_json(due.why) if due.why is not None and sentences else None,
        "since": None if due.since is None else due.since.isoformat(),
        "by": None if due.by is None else due.by.isoformat(),
        "overdue": due.overdue,
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
