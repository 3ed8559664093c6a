"""One student's records as a platform would send them, and what is said of them: what a test leaves out is empty."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from data_schemas.instruments import Instrument
from models import Artifact, Assessment, Policy, assess, read_policy, records_of_requests
from models.assessment import Floor

AS_OF = date(2026, 4, 3)  # a Friday in term
Request = dict[str, Any]
Row = dict[str, Any]
POLICY = read_policy()


def days_before(days: int) -> date:
    """So many calendar days before the as-of date; after it where `days` is negative."""
    return AS_OF - timedelta(days=days)


def student(student_id: str = "S-1", **fields: Any) -> Request:
    """A pupil of grade 8 about whom every table was collected and holds nothing."""
    plain: Request = {
        "student_id": student_id,
        "school_id": "school-01",
        "stage": "junior",
        "grade": 8,
        "sex": "female",
        "age_years": 14.0,
        "boarding": False,
        "responses": [],
        "scores": [],
        "leaves": [],
        "leave_totals": [],
        "family": [],
        "concerns": [],
        "outcomes": [],
        "contacts": [],
    }
    return {**plain, **fields}


def sheet(instrument: str, answers: Sequence[int | None], on: date = AS_OF, received: date | None = None) -> Row:
    arrived = received if received is not None else on
    return {
        "instrument": instrument,
        "administered_on": on,
        "received_at": datetime.combine(arrived, time(9, 30)),
        "answers": list(answers),
    }


def phq9(item9: int | None = 0, others: Sequence[int | None] = (0,) * 8, **fields: Any) -> Row:
    """A PHQ-9 sheet: item 9, and the answers to items 1 to 8."""
    return sheet("phq9", [*others, item9], **fields)


def eight(total: int) -> list[int]:
    """Answers to PHQ-9 items 1 to 8 that add up to `total`, at most 24."""
    return [min(3, max(0, total - 3 * place)) for place in range(8)]


def concern(kind: str, on: date = AS_OF, **fields: Any) -> Row:
    return {"kind": kind, "reported_on": on, "recorded_on": on, "source": "teacher", **fields}


def leave(start: date, end: date | None = None, kind: str = "sick", **fields: Any) -> Row:
    return {"type": kind, "start_on": start, "end_on": end or start, "recorded_on": start, **fields}


def flag(name: str, value: str = "yes", since: date = AS_OF, **fields: Any) -> Row:
    """A verified circumstance."""
    return {
        "flag": name,
        "value": value,
        "valid_from": since,
        "recorded_on": since,
        "verified_by": "village-1",
        **fields,
    }


def interview(on: date = AS_OF, level: int = 0, by: str | None = "staff-1", second: str | None = None) -> Row:
    """A structured interview; without `by` nobody put a name to it."""
    return {
        "kind": "interview",
        "observed_on": on,
        "recorded_on": on,
        "level": level,
        "interviewer": by,
        "second_interviewer": second,
    }


def assessed(
    requests: Sequence[Mapping[str, Any]],
    artifact: Artifact | None = None,
    policy: Policy = POLICY,
    as_of: date = AS_OF,
    instruments: Mapping[str, Instrument] | None = None,
) -> list[Assessment]:
    """Every student's assessment, from one call."""
    return assess(records_of_requests(requests, instruments), as_of, artifact, policy)


def by_rules(request: Mapping[str, Any], as_of: date = AS_OF, policy: Policy = POLICY) -> Assessment:
    """One student's assessment without a model."""
    return assessed([request], None, policy, as_of)[0]


def open_floors(request: Mapping[str, Any], as_of: date = AS_OF) -> dict[str, Floor]:
    """The open floors of one student by rule; a test that expects two of one rule looks at the assessment."""
    return {floor.id: floor for floor in by_rules(request, as_of).floors}
