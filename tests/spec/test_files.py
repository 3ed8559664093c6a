"""Whose file it is, by what was named, by whom and where a roster has the id: told by a table, without a store."""

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest

from serving.store.files import FileOf, _contradict, contested, file_of, id_of, student_of
from serving.store.students import UNASSIGNED, Student, unassigned_among

SCHOOLS = ("A", "B", "C")
AB = unassigned_among(("A", "B"))
HOMES = {"S": "A", "T": "B"}

CASES: list[tuple[str, str, str | None, Collection[str] | None, FileOf]] = [
    # why, id, school named, schools of the key (None: all), the file
    ("its own school's key", "S", "A", ("A",), FileOf("S", "A", True, "S (A)")),
    ("named by nobody, a key of its school", "S", None, ("A",), FileOf("S", "A", True, "S (A)")),
    ("named by nobody, a key of several", "S", None, ("A", "B"), FileOf("S", "A", True, "S (A, B)")),
    ("named by nobody, a key of all", "S", None, None, FileOf("S", "A", True, f"S ({UNASSIGNED})")),
    ("another school's key", "S", None, ("B",), FileOf("S (B)", "B", False, "S (B)")),
    ("another school that the key has", "S", "B", ("A", "B"), FileOf("S (B)", "B", False, "S (B)")),
    ("a foreign school", "S", "A", ("B",), FileOf("S (A; B)", "B", False, "S (A; B)")),
    ("a misspelt school", "S", "a", ("A",), FileOf("S (a; A)", "A", False, "S (a; A)")),
    ("a misspelt school, a key of all", "S", "a", None, FileOf(f"S (a; {UNASSIGNED})", UNASSIGNED, False,
                                                               f"S (a; {UNASSIGNED})")),
    ("a misspelt school, a key of several", "S", "a", ("A", "B"), FileOf("S (a; A, B)", AB, False, "S (a; A, B)")),
    ("unknown, at a school", "X", "A", ("A", "B"), FileOf("X (A)", "A", False, "X (A)")),
    ("unknown, named by nobody", "X", None, ("A", "B"), FileOf("X (A, B)", AB, False, "X (A, B)")),
    ("unknown, a key of one", "X", None, ("A",), FileOf("X (A)", "A", False, "X (A)")),
    ("unknown, a key of all", "X", "B", None, FileOf("X (B)", "B", False, "X (B)")),
]  # fmt: skip


@pytest.mark.parametrize(("why", "student_id", "named", "allowed", "file"), CASES, ids=[case[0] for case in CASES])
def test_whose_file_it_is(
    why: str, student_id: str, named: str | None, allowed: Collection[str] | None, file: FileOf
) -> None:
    assert file_of(student_id, named, HOMES, SCHOOLS, allowed) == file, why
    assert id_of(file.file_id) == student_id


@pytest.mark.parametrize("allowed", [("B",), ("B", "C")])
@pytest.mark.parametrize("named", [None, "A", "B", "b"])
def test_a_file_apart_does_not_tell_whether_another_school_has_the_id(
    named: str | None, allowed: Collection[str]
) -> None:
    known, nobody = (file_of("S", named, homes, SCHOOLS, allowed) for homes in (HOMES, {}))
    assert known == nobody


OF = [
    ("X", "X"),
    (f"X ({UNASSIGNED})", f"X ({UNASSIGNED})"),
    ("T (x; A, B)", "T (x; A, B)"),
    ("S", "S"),
    ("S (A)", "S"),
    ("S (A, B)", "S"),
    (f"S ({UNASSIGNED})", "S"),
    ("S (B)", "S (B)"),
    ("S (B, C)", "S (B, C)"),
    ("S (A; B)", "S (A; B)"),
    ("S (a; A)", "S (a; A)"),
    ("X (A)", "X (A)"),
]


@pytest.mark.parametrize(("file", "whose"), OF)
def test_whose_a_file_is_once_rosters_have_the_id(file: str, whose: str) -> None:
    assert student_of(file, HOMES) == whose


def test_a_file_apart_carries_who_speaks() -> None:
    assert contested("S", "A") == "S (A)"
    assert contested("S", AB) == "S (A, B)"
    assert contested("S", "A", "a") == "S (a; A)"
    assert contested("S", AB, "a") == "S (a; A, B)"


BORN = date(2012, 5, 1)
TWO_PEOPLE: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, False),
    ({"sex": "female"}, {"sex": "male"}, True),
    ({"sex": "female"}, {"sex": "unknown"}, False),
    ({"sex": "female"}, {}, False),
    ({"birth_date": BORN}, {"birth_date": date(2012, 5, 2)}, True),
    ({"birth_date": BORN}, {}, False),
    ({"grade": 7}, {"grade": 9}, True),
    ({"grade": 7, "birth_date": BORN}, {"grade": 9}, True),
    ({"grade": 7}, {"grade": 9, "birth_date": BORN}, True),
    ({"grade": 7, "birth_date": BORN}, {"grade": 9, "birth_date": BORN}, False),
    ({"grade": 7}, {"grade": 8}, False),
    ({"grade": 8}, {"grade": 7}, True),
    ({"grade": 7}, {"grade": None}, False),
]


@pytest.mark.parametrize(("held", "one", "two"), TWO_PEOPLE)
def test_when_one_id_can_only_be_of_two_people(held: dict[str, Any], one: dict[str, Any], two: bool) -> None:
    """By what is known on both sides; a grade says it where no birth date says more."""
    plain: dict[str, Any] = {"student_id": "S", "class_id": None, "stage": "junior", "grade": 7}
    assert _contradict(Student(school_id="A", **plain | held), Student(school_id="B", **plain | one)) is two
