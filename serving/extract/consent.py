"""Who agreed that a model is trained on the own records."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from data_schemas.codes import ConsentScope
from models.consent import OWN_FROM, counts, own_from
from serving.store import StudentInputs

TRAINING, SCREENING = ConsentScope.RESEARCH.code, ConsentScope.SCREENING.code
SCOPES = frozenset({TRAINING, SCREENING})


def may_train(
    student: StudentInputs,
    columns: Mapping[str, Sequence[str]],
    taken_back: Mapping[tuple[str, str], date],
    today: date,
) -> bool:
    """Whether consent to training was given, by whom it is asked at the student's age, and stands today. Who took back
    the consent to being screened at all is not learned from either. `columns` are those of the stored tables; where
    consents were not collected nobody has agreed."""
    if "consents" not in columns:
        return False
    rows = [dict(zip(columns["consents"], cells, strict=True)) for cells in student.rows.get("consents", [])]
    of_age = _grown(student, columns.get("students", ()), today)
    asked = [row if counts(row.get("given_by"), of_age) else row | {"given_on": None} for row in rows]
    return _stands(student, asked, TRAINING, taken_back, today) and (
        _last(rows, SCREENING, "given_on", today) is None or _stands(student, asked, SCREENING, taken_back, today)
    )


def _grown(student: StudentInputs, columns: Sequence[str], today: date) -> bool:
    """By the birth date, else by the years of age at the screening."""
    for cells in student.rows.get("students", []):
        who = dict(zip(columns, cells, strict=True))
        if who.get("birth_date"):
            return own_from(date.fromisoformat(who["birth_date"][:10])) <= today
        if who.get("age_years") is not None:
            return float(who["age_years"]) >= OWN_FROM
    return False


def _stands(
    student: StudentInputs,
    rows: Sequence[Mapping[str, Any]],
    scope: str,
    taken_back: Mapping[tuple[str, str], date],
    today: date,
) -> bool:
    """A withdrawal ends every consent that was given on its day or before, wherever it came in; a consent past its last
    day counts as not given."""
    lasting = [row for row in rows if not row.get("valid_until") or date.fromisoformat(row["valid_until"]) >= today]
    given = _last(lasting, scope, "given_on", today)
    ends = [_last(rows, scope, "withdrawn_on", today), taken_back.get((student.student_id, scope))]
    over = max((end for end in ends if end is not None and end <= today), default=None)
    return given is not None and (over is None or given > over)


def _last(rows: Sequence[Mapping[str, Any]], scope: str, column: str, today: date) -> date | None:
    days = [date.fromisoformat(row[column]) for row in rows if row["scope"] == scope and row.get(column)]
    return max((day for day in days if day <= today), default=None)
