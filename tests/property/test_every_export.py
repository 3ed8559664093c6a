"""A wave is understood in every shape that tools of schools write, or asked about, and never changed in silence."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.dataset import Dataset, read_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import Question, answer_questions, draft_mapping, import_files
from tests import every_export as exports
from tests.every_export import Child, Shape

MOST_QUESTIONS = 2
KNOWN = packaged_instruments()
ASKED: dict[str, int] = defaultdict(int)  # the most open questions by shape


@pytest.fixture(scope="module", autouse=True)
def questions_by_shape() -> Iterator[None]:
    """Print how many questions each shape was asked (pytest shows it with -s)."""
    yield
    for shape, count in sorted(ASKED.items()):
        print(f"{count} questions: {shape}")


UNOPENED = (None,) * exports.ITEMS


@st.composite
def answers(draw: st.DrawFn) -> tuple[int | None, ...]:
    """A sheet whose items go together, as answers of one person do, with or without blanks; or a form never opened."""
    level = draw(st.sampled_from([0, 1, 2, 3, None]))
    if level is None:
        return UNOPENED
    near = st.sampled_from([level, level, level, max(level - 1, 0), min(level + 1, 3)])
    blank = draw(st.booleans())
    sheet = draw(st.tuples(*[st.one_of(near, st.none()) if blank else near] * exports.ITEMS))
    return sheet


def _shapes() -> Iterator[Shape]:
    """Each kind of file twice, and every way of each other kind with some of them."""
    for n, file in enumerate([*exports.FILES, *exports.FILES]):
        heads, answered, tools = list(exports.HEADS), list(exports.ANSWERS), list(exports.TOOLS)
        days, behind = list(exports.DATES), list(exports.BEHIND)
        yield Shape(
            head=heads[n % len(heads)],
            answers=answered[n // 2 % len(answered)],
            tool=tools[n % len(tools)],
            day=days[n // 3 % len(days)],
            file=file,
            behind=behind[n // 4 % len(behind)],
            shuffled=n % 2 == 1,
        )


SHAPES = list(_shapes())


@st.composite
def waves(draw: st.DrawFn) -> list[Child]:
    """A wave in which somebody gave the lowest answer and somebody the highest."""
    drawn = draw(st.lists(answers(), min_size=22, max_size=30))
    sheets = [(0,) * exports.ITEMS, (3, *([0] * (exports.ITEMS - 2)), 3), *drawn]
    return [
        Child(
            student_id=f"{20260000 + number}",
            sex=draw(st.sampled_from(["男", "女"])),
            grade=draw(st.sampled_from(["七年级", "初二"])),
            day=exports.DAYS[number % 2],
            answers=sheet,
        )
        for number, sheet in enumerate(sheets)
    ]


@pytest.mark.parametrize("shape", SHAPES, ids=[f"{one.file}, {one.head}, {one.tool}" for one in SHAPES])
@settings(max_examples=2)
@given(wave=waves(), seed=st.integers(0, 9))
def test_a_wave_is_understood_or_asked_about(shape: Shape, wave: list[Child], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = exports.write(shape, wave, Path(folder), seed)
        mapping = Path(folder) / "mapping.toml"
        drafted = draft_mapping([source], mapping, (), KNOWN, as_of=None, today=date(2026, 4, 3))
        asked = [question for question in drafted.questions if question.open]
        for kind in (f"{shape.head}, {shape.answers}", shape.file, shape.tool):
            ASKED[kind] = max(ASKED[kind], len(asked))
        assert len(asked) <= MOST_QUESTIONS, [question.text() for question in asked]
        answer_questions(mapping, [f"{question.id}={_truth(question, shape)}" for question in asked])
        import_files(mapping, [source], Path(folder) / "out", known=KNOWN)
        dataset = read_dataset(Path(folder) / "out")
    assert _sheets(dataset) == {child.student_id: (child.day, child.answers) for child in wave if child.answered}
    sexes = dict(zip(dataset.students["student_id"], dataset.students["sex"], strict=True))
    assert sexes == {child.student_id: "male" if child.sex == "男" else "female" for child in wave}


@pytest.mark.parametrize("file", ["gb18030", "xlsx"])
@pytest.mark.parametrize("name", exports.LONG)
@settings(max_examples=2)
@given(wave=waves())
def test_a_row_for_each_answer_is_a_sheet_for_each_student(name: str, file: str, wave: list[Child]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, mapping = exports.write_long(name, file, wave, Path(folder)), Path(folder) / "mapping.toml"
        drafted = draft_mapping([source], mapping, (), KNOWN, as_of=None, today=date(2026, 4, 3))
        assert [question.text() for question in drafted.questions if question.open] == []
        done = import_files(mapping, [source], Path(folder) / "out", known=KNOWN)
        dataset = read_dataset(Path(folder) / "out")
    assert _sheets(dataset) == {child.student_id: (child.day, child.answers) for child in wave if child.answered}
    assert any(f"an answer each, make {len(wave)} sheets" in note for note in done.notes)


@pytest.mark.parametrize("head", exports.HEADS)
@pytest.mark.parametrize("coded", ["digits", "words"])
def test_what_is_plain_is_not_asked(tmp_path: Path, head: str, coded: str) -> None:
    shape = Shape(head, coded, "plain", "2026-03-30", "utf-8", "nothing", False)
    wave = [Child(f"S{n}", "女", "七年级", exports.DAYS[0], tuple((n + k) % 4 for k in range(9))) for n in range(24)]
    source = exports.write(shape, wave, tmp_path, 0)
    drafted = draft_mapping([source], tmp_path / "m.toml", (), KNOWN, as_of=None, today=date(2026, 4, 3))
    assert [question.id for question in drafted.questions if question.open] == []


def _truth(question: Question, shape: Shape) -> str:
    """What somebody who knows the wave would answer."""
    if question.id.startswith("columns-"):
        return "phq9"
    if question.id.endswith("-coding"):
        return exports.CODINGS[shape.answers]
    if question.id.endswith("-day"):
        return exports.TOOLS[shape.tool][0]
    raise AssertionError(f"asked what is plain: {question.text()}")


def _sheets(dataset: Dataset) -> dict[str, tuple[date, tuple[int | None, ...]]]:
    frame = dataset.responses["phq9"]
    items = frame[[f"item_{n}" for n in range(1, exports.ITEMS + 1)]].astype(object)
    sheets = {
        student: (pd.Timestamp(day).date(), tuple(None if pd.isna(value) else int(value) for value in row))
        for student, day, row in zip(
            frame["student_id"], frame["administered_on"], items.itertuples(index=False), strict=True
        )
    }
    assert len(sheets) == len(frame), "nobody's sheet stands twice"
    return sheets
