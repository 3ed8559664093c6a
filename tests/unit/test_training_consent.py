"""Consent that was given and taken back on one day does not stand, whichever way the taking back came in."""

from datetime import date, timedelta
from typing import Any

import pytest

from serving.extract.consent import may_train
from serving.store import StudentInputs

TODAY = date(2026, 11, 20)
DAY = date(2026, 9, 1)
COLUMNS = ("scope", "given_on", "withdrawn_on")
TRAINING, SCREENING = "research", "screening"


def stands(rows: list[tuple[str, date, date | None]], taken_back: dict[str, date] | None = None) -> bool:
    """Whether a student with these consents may be learned from; `taken_back` are withdrawals known to the store."""
    cells = [[s, given.isoformat(), None if ended is None else ended.isoformat()] for s, given, ended in rows]
    said: dict[str, Any] = {"consents": cells}
    student = StudentInputs("S-1", "A", TODAY, "context", "local", False, said)
    return may_train(
        student, {"consents": COLUMNS}, {("S-1", scope): day for scope, day in (taken_back or {}).items()}, TODAY
    )


def after(days: int) -> date:
    return DAY + timedelta(days)


def test_consent_that_was_given_stands_from_its_day_on() -> None:
    assert stands([(TRAINING, DAY, None)])
    assert stands([(TRAINING, TODAY, None)])
    assert not stands([(TRAINING, TODAY + timedelta(1), None)])
    assert not stands([])


@pytest.mark.parametrize("scope", [TRAINING, SCREENING])
@pytest.mark.parametrize("days", [0, 1, 30])
def test_taken_back_on_the_day_or_later_it_is_over(scope: str, days: int) -> None:
    given = [(TRAINING, DAY, None), (SCREENING, DAY, None)]
    ended = [(s, on, after(days) if s == scope else None) for s, on, _ in given]
    assert stands(given)
    assert not stands(ended), "in the school's own table"
    assert not stands(given, {scope: after(days)}), "known to the store"


@pytest.mark.parametrize("scope", [TRAINING, SCREENING])
def test_taken_back_today_it_is_over_today(scope: str) -> None:
    given = [(TRAINING, TODAY, None), (SCREENING, TODAY, None)]
    assert stands(given)
    assert not stands(given, {scope: TODAY})
    assert not stands([(s, on, TODAY if s == scope else None) for s, on, _ in given])
    assert stands(given, {scope: TODAY + timedelta(1)}), "a day that has not come ends nothing yet"


@pytest.mark.parametrize(("again", "allowed"), [(-1, False), (0, False), (1, True)])
def test_it_has_to_be_given_after_the_day_on_which_it_was_taken_back(again: int, allowed: bool) -> None:
    assert stands([(TRAINING, DAY, after(5)), (TRAINING, after(5 + again), None)]) is allowed
    assert stands([(TRAINING, after(5 + again), None)], {TRAINING: after(5)}) is allowed
