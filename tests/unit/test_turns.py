"""Single records that wait at the same moment: who is answered with whom, and whose fault is told to whom."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Semaphore
from types import SimpleNamespace
from typing import Any

import pytest

from serving.access import Client
from serving.api.turns import MOST, ScoreTurns

MINE, ANOTHERS = (Client(name, name, ("score",), None) for name in ("mine", "another's"))
PATIENCE = 10  # seconds; nothing here takes as long


class Line(list[Any]):
    """Who waits; `came` is counted up with each."""

    def __init__(self) -> None:
        super().__init__()
        self.came = Semaphore(0)

    def append(self, one: Any) -> None:
        super().append(one)
        self.came.release()


@dataclass
class House:
    """Stands for the assessing and the recording, which begin when all are there. `done` are the students of each
    group."""

    all_there: Event = field(default_factory=Event)
    done: list[list[str]] = field(default_factory=list)

    def prepare(self, _state: Any, _client: Client, checked: Sequence[Any], _dry_run: bool) -> list[str]:
        self.all_there.wait(PATIENCE)
        students = [one.request.student_id for one in checked]
        if "poison" in students:
            raise ZeroDivisionError("poison")
        return students

    def file_prepared(self, _state: Any, _client: Client, students: list[str], _dry_run: bool) -> list[str]:
        self.done.append(students)
        if "spilt" in students:
            raise OSError("spilt")
        return [f"answer of {one}" for one in students]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    house = House()
    for name in ("prepare", "file_prepared"):
        monkeypatch.setattr(f"serving.api.turns.{name}", getattr(house, name))
    return house


def ask(house: House, *asked: tuple[Client, str, bool]) -> list[Future[Any]]:
    """What they are answered who come in this order, all of them before the first is done."""
    line, state = Line(), SimpleNamespace()
    turns = ScoreTurns(line)
    found = []
    with ThreadPoolExecutor(len(asked)) as pool:
        for client, student, dry_run in asked:
            checked = SimpleNamespace(request=SimpleNamespace(student_id=student))
            found.append(pool.submit(turns.answer, state, client, checked, dry_run))  # type: ignore[arg-type]
            assert line.came.acquire(timeout=PATIENCE)
        house.all_there.set()
    assert line == []
    return found


def dry(*students: str) -> list[tuple[Client, str, bool]]:
    return [(MINE, student, True) for student in students]


def test_who_comes_alone_is_answered_alone(house: House) -> None:
    (answer,) = ask(house, *dry("A"))
    assert (answer.result(), house.done) == ("answer of A", [["A"]])


def test_those_who_wait_meanwhile_are_answered_together(house: House) -> None:
    answers = ask(house, *dry("A", "B", "C", "D"))
    assert [one.result() for one in answers] == ["answer of A", "answer of B", "answer of C", "answer of D"]
    assert house.done == [["A"], ["B", "C", "D"]]


def test_only_what_is_alike_is_answered_together(house: House) -> None:
    ask(house, *dry("A", "B"), (ANOTHERS, "C", True), (MINE, "D", False), *dry("E", "B"), (MINE, "F", False))
    assert house.done == [["A"], ["B", "E"], ["C"], ["D", "F"], ["B"]]


def test_no_more_at_once_than_are_answered_soon(house: House) -> None:
    ask(house, *dry(*(f"S-{number}" for number in range(MOST + 3))))
    assert [len(one) for one in house.done] == [1, MOST, 2]


def test_a_fault_in_the_assessing_is_told_to_whose_it_is(house: House) -> None:
    first, before, poison, after = ask(house, *dry("A", "B", "poison", "C"))
    assert [one.result() for one in (first, before, after)] == ["answer of A", "answer of B", "answer of C"]
    with pytest.raises(ZeroDivisionError, match="poison"):
        poison.result()
    assert house.done == [["A"], ["B"], ["C"]]


def test_after_a_fault_in_the_recording_nothing_is_done_again(house: House) -> None:
    first, *others = ask(house, *dry("A", "B", "spilt", "C"))
    assert first.result() == "answer of A"
    for one in others:
        with pytest.raises(OSError, match="spilt"):
            one.result()
    assert house.done == [["A"], ["B", "spilt", "C"]]
