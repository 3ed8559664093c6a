"""For any roster – typos, doubles, transfers, refused rows – every sheet stands exactly once, with a student or among
the strangers, and the order of rows decides nothing."""

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.enrolment import SET_ASIDE
from data_schemas.roster import NAMELESS, Settled, settle_roster
from tests.examples import examples
from tests.rosters import AS_OF, ITEM9, dataset

IDS = ["S-1", "S-2", "S-3"]
DAYS = [None, "2025-09-01", "2026-03-01", AS_OF.isoformat(), "2026-04-01"]
ROWS = st.fixed_dictionaries(
    {
        "student_id": st.sampled_from(IDS),
        "school_id": st.sampled_from(["a", "b"]),
        "class_id": st.sampled_from(["801", "802", None]),
        "stage": st.just("junior"),
        "sex": st.sampled_from(["female", "female", "male", "unknown"]),
        "birth_date": st.sampled_from([None, None, "2012-01-01", "2013-01-01"]),
        "enrolled_on": st.sampled_from(DAYS),
        "left_on": st.sampled_from(DAYS),
    }
)
SHEETS = st.lists(st.sampled_from([*IDS, "S-l", None]), max_size=8)


def sheets_of(students: list[str | None]) -> list[dict[str, Any]]:
    """A sheet each; the duration says which one it is."""
    return [{**ITEM9, "student_id": one, "duration_s": float(n)} for n, one in enumerate(students)]


def by_sheet(found: Settled) -> dict[float, tuple[str, str]]:
    """Sheet → where it stands, and under which id."""
    placed: dict[float, tuple[str, str]] = {}
    for where, part in (("enrolled", found.enrolled), ("strangers", found.strangers)):
        frame = part.responses["phq9"] if part is not None else pd.DataFrame({"student_id": [], "duration_s": []})
        for student, number in zip(frame["student_id"], frame["duration_s"], strict=True):
            assert number not in placed, "a sheet stands twice"
            placed[number] = where, student
    return placed


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(ROWS, max_size=6), st.lists(ROWS, max_size=2), SHEETS, st.sampled_from([AS_OF, date(2026, 4, 2)]))
def test_every_sheet_stands_exactly_once(
    students: list[dict[str, Any]], aside: list[dict[str, Any]], sheets: list[str | None], as_of: date
) -> None:
    given_rows = sheets_of(sheets)
    found = settle_roster(dataset(students, aside, **{"responses/phq9": given_rows}), as_of)
    placed = by_sheet(found)
    assert {number: who for number, (_, who) in placed.items()} == {
        row["duration_s"]: row["student_id"] or NAMELESS for row in given_rows
    }
    enrolled = set(found.enrolled.students["student_id"])
    assert found.enrolled.students["student_id"].is_unique
    for where, who in placed.values():
        assert (where == "enrolled") == (who in enrolled)
    strangers = [] if found.strangers is None else found.strangers.students["student_id"].tolist()
    assert strangers == sorted(found.reasons)
    assert SET_ASIDE.name not in found.enrolled.tables or found.strangers is None
    day = pd.Timestamp(as_of)
    for row in found.enrolled.students.itertuples():
        assert pd.isna(row.enrolled_on) or row.enrolled_on <= day
        assert pd.isna(row.left_on) or row.left_on > day


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(ROWS, max_size=6), st.lists(ROWS, max_size=2), SHEETS, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(
    students: list[dict[str, Any]], aside: list[dict[str, Any]], sheets: list[str | None], rng: Any
) -> None:
    def settled(shuffled: bool) -> tuple[Any, ...]:
        parts = [students, aside, sheets_of(sheets)]
        people, refused, answers = [rng.sample(part, len(part)) if shuffled else part for part in parts]
        found = settle_roster(dataset(people, refused, **{"responses/phq9": answers}), AS_OF)
        frames = [found.enrolled.students]
        frames += [] if found.strangers is None else [found.strangers.students]
        told = [frame.sort_values("student_id").astype(str).fillna("").values.tolist() for frame in frames]
        return told, by_sheet(found), found.reasons, found.schools, found.left_on

    assert settled(True) == settled(False)
