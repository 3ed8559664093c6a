"""Students who are kept as they were worked out are the same as if they were worked out again."""

from dataclasses import replace

import pytest

from data_schemas.calendar import default_calendar
from models.policy import read_policy
from models.triage import KeptPresents, StudentFacts, kept, present_of
from tests.factories import assessment
from tests.triage_facts import talk

SCHOOL = default_calendar()


def facts(student_id: str, **fields: object) -> StudentFacts:
    return StudentFacts(student_id, "school-01", assessment(student_id), screened=True, **fields)  # type: ignore[arg-type]


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom somebody worked out, in order."""
    found: list[str] = []

    def noted(everyone: list[StudentFacts], *more: object) -> object:
        found.extend(one.student_id for one in everyone)
        return present_of(everyone, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(kept, "present_of", noted)
    return found


def test_only_who_has_other_facts_is_worked_out_again(worked_out: list[str]) -> None:
    policy, presents = read_policy(), KeptPresents()
    first, second, third = (facts(f"S-{n}") for n in range(3))
    assert list(presents.of([first, second], policy, SCHOOL)) == present_of([first, second], policy, SCHOOL)
    changed = replace(second, words=(talk(),))
    after = [first, changed, third]
    assert list(presents.of(after, policy, SCHOOL)) == present_of(after, policy, SCHOOL)
    presents.of([second], policy, SCHOOL)
    presents.of([first], policy, SCHOOL)
    assert worked_out == ["S-0", "S-1", "S-1", "S-2", "S-1"], "who was not asked about meanwhile is kept"


def test_under_another_policy_everybody_is_worked_out_again(worked_out: list[str]) -> None:
    policy, presents, one = read_policy(), KeptPresents(), facts("S-0")
    other = policy.model_copy(update={"version": "another"})
    for under in (policy, policy, other, other, policy):
        presents.of([one], under, SCHOOL)
    assert worked_out == ["S-0"] * 3
