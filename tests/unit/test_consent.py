"""Consent to training ends with its last day and with a withdrawal of its own day."""

from datetime import date
from typing import Any

import pytest

from serving.extract.consent import may_train
from serving.store import StudentInputs

TODAY = date(2026, 4, 3)
COLUMNS = ("scope", "given_on", "withdrawn_on", "valid_until")


def stands(
    *rows: tuple[str, str, str | None, str | None], taken_back: dict[tuple[str, str], date] | None = None
) -> bool:
    fields: dict[str, Any] = dict.fromkeys(StudentInputs.__dataclass_fields__)
    student = StudentInputs(**{**fields, "student_id": "S-1", "rows": {"consents": [list(row) for row in rows]}})
    return may_train(student, {"consents": COLUMNS}, taken_back or {}, TODAY)


@pytest.mark.parametrize(
    ("withdrawn", "until", "expected"),
    [
        (None, None, True),
        ("2025-09-01", None, False),
        ("2026-04-03", None, False),
        ("2026-04-04", None, True),
        (None, "2026-04-03", True),
        (None, "2026-04-02", False),
    ],
    ids=["given", "withdrawn the same day", "withdrawn today", "from tomorrow", "its last day", "past its last day"],
)
def test_what_was_given_stands_until_its_end(withdrawn: str | None, until: str | None, expected: bool) -> None:
    assert stands(("research", "2025-09-01", withdrawn, until)) is expected


def test_a_withdrawal_that_came_in_by_another_way_counts_on_its_own_day() -> None:
    back = {("S-1", "research"): date(2025, 9, 1)}
    assert not stands(("research", "2025-09-01", None, None), taken_back=back)
    assert stands(("research", "2025-09-02", None, None), taken_back=back)


def test_what_was_given_anew_stands_beside_what_ran_out() -> None:
    assert stands(("research", "2024-09-01", None, "2025-08-31"), ("research", "2025-09-01", None, "2026-08-31"))


def test_who_took_back_being_screened_or_let_it_run_out_is_not_learned_from() -> None:
    training = ("research", "2025-09-01", None, None)
    assert not stands(training, ("screening", "2025-09-01", "2025-09-01", None))
    assert not stands(training, ("screening", "2025-09-01", None, "2026-04-02"))
    assert stands(training, ("screening", "2025-09-01", None, "2026-04-03"))
