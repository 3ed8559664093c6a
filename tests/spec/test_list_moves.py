"""Why a student stands further up or down than by the list before: each cause, and what is not told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models.assessment import MarginChange
from models.policy import read_policy
from models.triage import Piece, StudentFacts, Word, present_of
from models.triage.moved import MODEL, OTHERS, RECORDS, TIME, ListMove, moves
from tests.factories import AS_OF, NOW, assessment, floor

PUBLISHED = NOW - timedelta(days=1)


def someone(student_id: str, margin: float, **parts: float) -> StudentFacts:
    """Somebody whose margin came about by parts of a change, none where there are none."""
    said = assessment(student_id, Tier.WATCH, margin=margin)
    if parts:
        change = MarginChange(
            AS_OF - timedelta(days=30), sum(parts.values()), {"questionnaire": parts.get("records", 0.0)},
            {"leave": parts.get("time", 0.0)}, parts.get("model", 0.0), (),
        )  # fmt: skip
        said = replace(said, change=change)
    return StudentFacts(student_id, "school-01", said, Tier.WATCH, PUBLISHED, margin, screened=True)


def told(*facts: StudentFacts) -> dict[str, ListMove]:
    return moves(present_of(facts, read_policy(), default_calendar()), PUBLISHED)


def others(n: int = 5) -> list[StudentFacts]:
    return [someone(f"S-{place}", place / 10) for place in range(n)]


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ({"records": 2.0, "time": -0.1}, RECORDS),
        ({"time": 2.0, "records": 0.1}, TIME),
        ({"model": 2.0, "records": -0.2}, MODEL),
    ],
)
def test_whoever_rose_is_told_by_the_largest_part_that_raised(parts: dict[str, float], cause: str) -> None:
    assert told(*others(), someone("S-9", 1.0, **parts))["S-9"] == ListMove(True, cause)


def test_whoever_fell_by_the_own_change_is_told_so() -> None:
    assert told(*others(), someone("S-9", -1.0, records=-2.0, time=0.1))["S-9"] == ListMove(False, RECORDS)


def test_who_did_not_change_moved_because_of_the_others() -> None:
    risen = [someone(f"S-{n}", 2.0 + n / 10, records=4.0) for n in range(3)]
    assert told(*risen, someone("S-9", 0.5))["S-9"] == ListMove(False, OTHERS)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("own", "cause"), [(0.03, OTHERS), (0.04, OTHERS), (0.05, RECORDS), (0.3, RECORDS)])
def test_a_change_of_ones_own_counts_from_a_twentieth_on(own: float, cause: str, sign: int) -> None:
    """Who stands among others that fell or rose by much has moved for their sake, whatever happened besides."""
    shifted = [someone(f"S-{n}", 0.5 - sign * n / 100 - sign * 0.1, records=sign * -4.0) for n in range(4)]
    assert told(*shifted, someone("S-9", 0.5, records=sign * own))["S-9"] == ListMove(sign > 0, cause)


def test_who_has_no_change_on_record_moved_by_the_others_alone() -> None:
    """Where there is no change the margin before is taken to be that of now, in both directions."""
    stood = [someone(f"S-{n}", n / 10) for n in range(5)]
    risen = [someone(f"R-{n}", 1.0 + n / 10, records=0.8) for n in range(4)]
    assert told(*stood, *risen)["S-4"] == ListMove(False, OTHERS)
    assert "S-0" not in told(*stood, someone("R-9", 0.95, records=0.9)), "one place down is no news"


def test_a_place_or_two_is_no_news() -> None:
    assert told(*others(), someone("S-9", 0.25, records=-0.2)) == {}


def test_evidence_since_the_list_raises_whatever_the_margin_says() -> None:
    piece = Piece(floor("R01", Tier.PRIORITY), NOW, filed_at=NOW)
    fallen = replace(someone("S-9", -1.0, records=-2.0), pieces=(piece,))
    assert told(*others(), fallen)["S-9"] == ListMove(True, RECORDS)
    before = replace(fallen, pieces=(replace(piece, filed_at=PUBLISHED),))
    assert "S-9" not in told(*others(), before), "nothing comforts while evidence is open"


def test_nothing_is_told_without_a_margin_or_a_list() -> None:
    assert told(*others(), replace(someone("S-9", 1.0), margin=None)) == {}
    here = present_of([*others(), someone("S-9", 1.0, records=2.0)], read_policy(), default_calendar())
    assert set(moves(here, None)) <= set(moves(here, PUBLISHED)), "evidence is told against a list alone"


def test_who_was_just_spoken_with_may_be_folded_and_nobody_of_whom_something_is_due() -> None:
    def seen(days_ago: int, **more: object) -> bool:
        talk = Word(
            "w", "interview", 0, AS_OF - timedelta(days=days_ago), NOW - timedelta(days=days_ago), interviewer="wang"
        )
        facts = replace(someone("S-9", -1.0), model_tier=Tier.ROUTINE, words=(talk,), **more)
        return present_of([facts], read_policy(), default_calendar())[0].handled_lately(NOW)

    assert seen(2)
    assert seen(7)
    assert not seen(8), "a week later the line is told again"
    assert not seen(2, pieces=(Piece(floor("R01", Tier.PRIORITY), NOW, filed_at=NOW),))
