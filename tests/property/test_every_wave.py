"""Waves are understood however a school keeps them, or asked about, and never changed in silence."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data_schemas.dataset import Dataset, read_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import answer_questions, draft_mapping, import_files
from tests import every_wave as every
from tests.every_wave import PHQ, SHAPES, Truth

MOST_QUESTIONS = 2
KNOWN = packaged_instruments()
ASKED: dict[str, int] = {}


@pytest.fixture(scope="module", autouse=True)
def questions_by_shape() -> Iterator[None]:
    """Print how many questions each shape was asked (pytest shows it with -s)."""
    yield
    for shape, count in sorted(ASKED.items()):
        print(f"{count} questions: {shape}")


@pytest.mark.parametrize("shape", SHAPES)
def test_waves_are_understood_or_asked_about(shape: str, tmp_path: Path) -> None:
    wave = every.children(seed=len(shape))
    made, mapping = SHAPES[shape](wave, tmp_path), tmp_path / "mapping.toml"
    drafted = draft_mapping(made.files, mapping, (), KNOWN, as_of=None, today=date(2026, 10, 3))
    asked = {question.id for question in drafted.questions if question.open}
    ASKED[shape] = len(asked)
    assert asked == set(made.answers), "what differs is asked, and nothing else"
    assert len(asked) <= MOST_QUESTIONS
    answer_questions(mapping, [f"{name}={answer}" for name, answer in made.answers.items()])
    out = tmp_path / "out"
    done = import_files(mapping, made.files, out, known=KNOWN, set_aside=bool(made.strangers), as_of=date(2026, 10, 3))
    dataset = read_dataset(out)
    assert _sheets(dataset) == made.truth
    assert made.said in "\n".join(done.notes)
    students = set(dataset.students["student_id"])
    assert {student for student, _ in made.truth} - students == made.strangers
    if made.strangers:
        assert any("on no other list" in note for note in drafted.notes)
        assert {row.student_id for row in done.applied.safety} <= made.strangers
    if made.grade is not None:
        grades = dict(zip(dataset.students["student_id"], dataset.students["grade"], strict=True))
        assert grades == {child.student_id: made.grade(child) for child in wave if child.student_id in students}


def test_the_safety_of_students_on_no_list_is_named(tmp_path: Path) -> None:
    wave = every.children(seed=3)
    made, mapping = SHAPES["a file a wave, a grade between"](wave, tmp_path), tmp_path / "mapping.toml"
    draft_mapping(made.files, mapping, (), KNOWN, as_of=None, today=date(2026, 10, 3))
    done = import_files(mapping, made.files, tmp_path / "out", known=KNOWN, set_aside=True)
    positive = {child.student_id for child in wave if child.spring[8]} & made.strangers
    assert positive, "one of those who left said something of safety"
    assert {row.student_id for row in done.applied.safety if row.positive and row.kept} == positive


def _sheets(dataset: Dataset) -> Truth:
    frame = dataset.responses["phq9"]
    items = frame[[f"item_{n}" for n in range(1, len(PHQ) + 1)]].astype(object)
    found: Truth = {}
    for student, day, row in zip(
        frame["student_id"], frame["administered_on"], items.itertuples(index=False), strict=True
    ):
        found[student, pd.Timestamp(day).date()] = tuple(None if pd.isna(value) else int(value) for value in row)
    assert len(found) == len(frame), "no sheet stands twice"
    return found
