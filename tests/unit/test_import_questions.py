"""What a mapping leaves open is asked at a terminal, and the answer stands in the mapping."""

from pathlib import Path

import pytest

from data_schemas.mapping import questions_of
from runxin.cli.import_questions import ask_open

MAPPING = """
[[questions]]
id = "phq9-coding"
ask = "怎样编码的？ / how is it coded?"
choices = ["0-3", "0-3, written one higher"]
answer = ""

[[questions]]
id = "phq9-day"
ask = "是哪一天做的？ / which day was it?"
answer = ""

[[questions]]
id = "school"
ask = "学校编号是？ / its id?"
answer = "school-1"
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "m.toml"
    file.write_text(MAPPING, "utf-8")
    return file


def answered(mapping: Path) -> dict[str, str]:
    return {question.id: question.answer for question in questions_of(mapping)}


@pytest.mark.parametrize(
    ("typed", "coding", "day"),
    [
        (["2", "2026-03-30"], "0-3, written one higher", "2026-03-30"),
        (["0-3", ""], "0-3", ""),
        (["5", "1-4", "1", "2026-03-30"], "0-3", "2026-03-30"),
        (["", ""], "", ""),
    ],
    ids=["by number", "as it is written", "until one is picked", "left open"],
)
def test_each_open_question_is_asked(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], coding: str, day: str
) -> None:
    given = iter(typed)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("runxin.cli.import_questions.typer.prompt", lambda *_, **__: next(given))
    ask_open(mapping)
    assert answered(mapping) == {"phq9-coding": coding, "phq9-day": day, "school": "school-1"}
    assert next(given, None) is None, "every answer was asked for, and what is taken to be so was not"


def test_nothing_is_asked_where_nobody_is_there(mapping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    ask_open(mapping)
    assert answered(mapping) == {"phq9-coding": "", "phq9-day": "", "school": "school-1"}


def test_a_file_that_is_no_mapping_asks_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("[[questions]\n", "utf-8")
    assert questions_of(tmp_path / "m.toml") == ()
    assert questions_of(tmp_path / "absent.toml") == ()
