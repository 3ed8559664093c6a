"""An assessment as it is put in force: packed, with what its row, its evidence and the counts of a screening read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from data_schemas.codes import Tier
from models.assessment import Assessment, Floor
from models.triage import day_start, knows_of_leave
from serving.store.contents import Content
from serving.store.inputs import RunInputs
from serving.store.payload import pack_assessment
from serving.store.runs import Run
from serving.store.students import Student


@dataclass(frozen=True, slots=True)
class Packed:
    """A city's assessments are held like this until they are published: `payload` is what a reader unpacks, `proven`
    the evidence that is filed, `rules` those that are met. `tells` says that a list shows something of a student whom
    the model calls 一般, `changed` that the assessment tells of a change since the screening before."""

    student_id: str
    as_of: date
    tier: Tier
    margin: float | None
    severity: float
    screened: bool
    model_tier: Tier | None
    changed_on: date | None
    knows_of_leave: bool
    suspended_since: date | None
    suspended_until: date | None
    tells: bool
    retest: bool
    changed: bool
    rules: frozenset[str]
    proven: tuple[Floor, ...] = field(repr=False)
    payload: bytes = field(repr=False)


def packed(assessment: Assessment) -> Packed:
    return Packed(
        student_id=assessment.student_id,
        as_of=assessment.as_of,
        tier=assessment.tier,
        margin=assessment.margin,
        severity=assessment.severity,
        screened=assessment.screened,
        model_tier=assessment.model_tier,
        changed_on=assessment.changed_on,
        knows_of_leave=knows_of_leave(assessment),
        suspended_since=assessment.suspended_since,
        suspended_until=assessment.suspended_until,
        tells=_tells(assessment),
        retest=bool(assessment.data_quality.retest),
        changed=assessment.change is not None,
        rules=frozenset(floor.id for floor in assessment.floors),
        proven=assessment.proven,
        payload=pack_assessment(assessment),
    )


def _tells(assessment: Assessment) -> bool:
    """Whether there is anything in an assessment that a list shows of a student whom the model calls 一般."""
    needs = assessment.uncertainty is not None and assessment.uncertainty.needs_person
    quality = bool(assessment.data_quality.retest) or not assessment.screened
    return quality or needs or bool(assessment.tasks) or assessment.suspended_since is not None


@dataclass(frozen=True)
class Before:
    """What was so of a student before a list: the model's tier with the start of its clock, and a suspension."""

    model_tier: int | None = None
    model_since: datetime | None = None
    away_since: date | None = None
    away_until: date | None = None


def _model_since(one: Packed, before: Before) -> datetime | None:
    """From when the model's tier counts: where it has risen, from the newest record that it rests on."""
    if one.model_tier is None:
        return None
    stood = before.model_tier is not None and before.model_tier >= one.model_tier.ord
    if stood and before.model_since is not None:
        return before.model_since
    return day_start(one.changed_on or one.as_of)


def _away(one: Packed, before: Before) -> tuple[date | None, date | None]:
    """A suspension as it is known: a list that knows nothing of leave ends none."""
    if one.knows_of_leave:
        return one.suspended_since, one.suspended_until
    return before.away_since, before.away_until


def assessment_rows(
    run: Run,
    assessments: Sequence[Packed],
    students: Mapping[str, Student],
    before: Mapping[str, Before],
    made_from: RunInputs | None,
) -> Iterator[dict[str, Any]]:
    """A row an assessment, with an id that is drawn and says nothing: of an erased one its hash may be kept."""
    rows: Mapping[str, Content] = {} if made_from is None else made_from.rows
    earlier: Mapping[str, float] = {} if made_from is None else made_from.earlier
    for one in assessments:
        student, known = students[one.student_id], before.get(one.student_id, Before())
        away_since, away_until = _away(one, known)
        yield {
            "run_id": run.run_id,
            "student_id": one.student_id,
            "school_id": student.school_id,
            "class_id": student.class_id,
            "stage": student.stage,
            "grade": student.grade,
            "sex": student.sex,
            "birth_date": student.birth_date,
            "tier": one.tier.ord,
            "margin": one.margin,
            "severity": one.severity,
            "screened": one.screened,
            "payload": one.payload,
            "assessment_id": uuid4().hex,
            "inputs": rows[one.student_id].sha256 if one.student_id in rows else None,
            "earlier_margin": earlier.get(one.student_id),
            "model_tier": None if one.model_tier is None else one.model_tier.ord,
            "model_since": _model_since(one, known),
            "tells": one.tells or away_since is not None,
            "away_since": away_since,
            "away_until": away_until,
        }
