"""Leave is understood in every shape that tools of schools write, or asked about, and never changed in silence."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_schemas.dataset import read_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import Question, answer_questions, draft_mapping, import_files
from tests import every_leave as every
from tests.every_leave import DAYS, SHAPES, Away

MOST_QUESTIONS = 1
ANSWERS = {"leave-days": "weekdays"}
KNOWN = packaged_instruments()
ASKED: dict[str, int] = {}
Halves = dict[tuple[str, str], tuple[frozenset[date], int]]


@pytest.fixture(scope="module", autouse=True)
def questions_by_shape() -> Iterator[None]:
    """Print how many questions each shape was asked (pytest shows it with -s)."""
    yield
    for shape, count in sorted(ASKED.items()):
        print(f"{count} questions: leave, {shape}")


CASES = [(name, kind, seed) for name, shape in SHAPES.items() for kind in shape.files for seed in (1, 2)]


@pytest.mark.parametrize(("name", "kind", "seed"), CASES, ids=[f"{n}, {k}, {s}" for n, k, s in CASES])
def test_a_month_of_leave_is_understood_or_asked_about(name: str, kind: str, seed: int, tmp_path: Path) -> None:
    shape = SHAPES[name]
    leave = every.month(seed, halves=shape.halves, days=shape.days, going_on=shape.going_on)
    source, mapping = every.write(shape, leave, tmp_path, kind), tmp_path / "mapping.toml"
    drafted = draft_mapping([source], mapping, (), KNOWN, as_of=date(2026, 3, 31), today=date(2026, 4, 3))
    asked = [question for question in drafted.questions if question.open]
    ASKED[name] = max(ASKED.get(name, 0), len(asked))
    assert len(asked) <= MOST_QUESTIONS, [question.text() for question in asked]
    answer_questions(mapping, [f"{question.id}={_truth(question)}" for question in asked])
    import_files(mapping, [source], tmp_path / "out", known=KNOWN)
    frame = read_dataset(tmp_path / "out").tables["leaves"]
    assert _taken(frame) == _true(leave)
    assert _going_on(frame) == {(one.student_id, one.first) for one in leave if one.last is None}


def _truth(question: Question) -> str:
    assert question.id in ANSWERS, f"asked what is plain: {question.text()}"
    return ANSWERS[question.id]


def _true(leave: list[Away]) -> Halves:
    """The days and the half days by student and kind. (Of leave of several days the table says how many halves it
    takes, and not which one it leaves out.)"""
    return {
        (one.student_id, one.kind): (frozenset(day for day, _ in one.halves), sum(one.halves.values()))
        for one in leave
        if one.last
    }


def _going_on(frame: pd.DataFrame) -> set[tuple[str, date]]:
    mine = frame[frame["end_on"].isna()]
    return {(str(who), on.date()) for who, on in zip(mine["student_id"], mine["start_on"], strict=True)}


def _taken(frame: pd.DataFrame) -> Halves:
    """The same of the table, by the record of each leave that came in last."""
    last: dict[tuple[Any, ...], Any] = {}
    for row in frame[frame["end_on"].notna()].sort_values("recorded_on").itertuples():
        last[row.student_id, row.type, row.start_on] = row
    found: Halves = {}
    for row in last.values():
        days = frozenset(day for day in DAYS if row.start_on.date() <= day <= row.end_on.date())
        halves = 2 * len(days) if pd.isna(row.half_days) else int(row.half_days)
        before = found.get((row.student_id, row.type), (frozenset(), 0))
        found[row.student_id, row.type] = before[0] | days, before[1] + halves
    return found
