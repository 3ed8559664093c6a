"""The history of champions: what is written is read again, and since when a model has served."""

from pathlib import Path

import pytest

from models.champions import Move, Served, add_move, read_moves, serving_since
from runxin.errors import Kind, UserError

ONE = Served(version="1", sha256="a" * 64, data_origin="local")
TWO = Served(version="2", sha256="b" * 64, data_origin="local")


def promoted(champion: Served | None, before: Served | None, minute: int) -> Move:
    return Move(action="promote", champion=champion, before=before, at=f"2026-11-20T08:{minute:02d}:00+00:00")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "promotions" / "history.jsonl"


def test_no_history_is_no_move(history: Path) -> None:
    assert read_moves(history) == ()
    assert serving_since(history, ONE.sha256) is None


def test_what_is_written_is_read_again_in_order(history: Path) -> None:
    first = promoted(ONE, None, 1).model_copy(update={"waivers": {"outcomes": "试点学校"}, "by": "anna"})
    second = Move(action="rollback", champion=None, before=ONE, at="2026-11-20T09:00:00+00:00", reason="口径有误")
    for move in (first, second):
        add_move(history, move)
    assert read_moves(history) == (first, second)
    assert "试点学校" in history.read_text("utf-8"), "a person can read it"


def test_since_when_the_champion_serves(history: Path) -> None:
    add_move(history, promoted(ONE, None, 1))
    add_move(history, promoted(TWO, ONE, 2))
    add_move(history, promoted(TWO, TWO, 3))
    assert serving_since(history, TWO.sha256) == "2026-11-20T08:02:00+00:00", "promoted again, it had not stopped"
    assert serving_since(history, ONE.sha256) is None, "it serves no more"
    add_move(history, promoted(ONE, TWO, 4))
    assert serving_since(history, ONE.sha256) == "2026-11-20T08:04:00+00:00", "its first time is over"
    add_move(history, promoted(None, ONE, 5))
    assert serving_since(history, ONE.sha256) is None


def test_a_line_that_nobody_wrote_is_named_and_the_next_one_stands_apart(history: Path) -> None:
    add_move(history, promoted(ONE, None, 1))
    with history.open("a", encoding="utf-8") as file:
        file.write('{"action": "promote", "cham')  # the machine stopped here
    add_move(history, promoted(TWO, ONE, 3))
    with pytest.raises(UserError, match="the history of champions cannot be read") as caught:
        read_moves(history)
    assert caught.value.kind is Kind.BAD_DATA
    assert [(problem.file, problem.row) for problem in caught.value.problems] == [("history.jsonl", 2)]
    assert serving_since(history, TWO.sha256) is None, "what cannot be read stops no answer"
    lines = history.read_text("utf-8").splitlines()
    history.write_text(f"{lines[0]}\n{lines[2]}\n", "utf-8")
    assert [move.champion for move in read_moves(history)] == [ONE, TWO]
