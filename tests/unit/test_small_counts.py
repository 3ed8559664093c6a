"""A count of just so many is shown, one fewer is hidden: at every place where small counts are hidden."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.small_counts import hidden_below
from serving.access import Role, User
from serving.extract.groups import grouped
from serving.miss_review import KeptReview, MissClass, keep_reviews, open_misses, read_half
from serving.platform import State
from serving.store import AuditEvent
from tests.factories import NOW
from tests.new_stores import new_store
from tests.sample_pages import make_state

HALF = read_half("2026H1")
# "<5" for the bureau, aggregates from 10 on for a principal: stated, not read from the code.
READERS = {"bureau": (User("zhou", Role.BUREAU), None, 5), "principal": (User("li", Role.PRINCIPAL, ("A",)), "A", 10)}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with new_store(tmp_path) as opened:
        yield make_state(opened, tmp_path, lambda: NOW)


def reviewed(state: State, events: int, stream: int = 0, **classes: int) -> None:
    """One school's half-year with so many events, so many below the line in each class, and so many of the stream by
    lot."""
    counts: dict[str, dict[str, int]] = {
        "class": {code: classes.get(code, 0) for code in MissClass.codes()},
        "kind": {},
        "stream": {"audit": stream, "floor": 10 * stream, "ranked": 10 * stream},
        "no_list": {"all": 0},
    }
    one = KeptReview(HALF.name, "A", NOW, False, events, events, counts)
    keep_reviews(state.store, [one], AuditEvent(NOW, "cli", "misses.reviewed"))


def read(state: State, who: str) -> Any:
    user, school, _ = READERS[who]
    reading, _ = open_misses(state, user, HALF, school)
    assert reading is not None
    return reading


@pytest.mark.parametrize("who", READERS)
def test_events_are_counted_from_the_least_on(state: State, who: str) -> None:
    least = READERS[who][2]
    shown = {}
    for events in (0, 1, least - 1, least, least + 1):
        reviewed(state, events)
        shown[events] = read(state, who).events
    assert shown == {0: None, 1: None, least - 1: None, least: least, least + 1: least + 1}


@pytest.mark.parametrize("who", READERS)
def test_below_and_on_the_line_are_counted_from_the_least_on(state: State, who: str) -> None:
    least = READERS[who][2]
    reviewed(state, 2 * least, stale=least)
    reading = read(state, who)
    assert (reading.below, reading.on_line) == (least, least)
    reviewed(state, 2 * least, stale=least - 1)
    reading = read(state, who)
    assert (reading.below, reading.on_line) == (None, None), "one alone could be told from the sum"


@pytest.mark.parametrize("who", READERS)
def test_a_class_is_counted_from_the_least_on(state: State, who: str) -> None:
    least = READERS[who][2]
    reviewed(state, 6 * least, stale=least, concealed=least, ranked_low=least)
    shown = read(state, who).classes
    # Two that are empty are few together, so the next smallest is hidden with them; the others are just enough.
    assert sorted(n for n in shown.values() if n is not None) == [least, least]
    assert {shown["unscreened"], shown["not_replayable"]} == {None}


@pytest.mark.parametrize("who", READERS)
def test_a_stream_is_counted_from_the_least_on(state: State, who: str) -> None:
    least = READERS[who][2]
    reviewed(state, 60 * least, stream=least, stale=21 * least)
    assert read(state, who).streams["floor"] == 10 * least
    reviewed(state, 60 * least, stream=least - 1, stale=21 * least)
    assert read(state, who).streams["audit"] is None


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ({"a": 5, "b": 5}, set()),
        ({"a": 5, "b": 4, "c": 1}, {"b", "c"}),  # together just as many as are shown
        ({"a": 5, "b": 3, "c": 1}, {"a", "b", "c"}),  # together one fewer
        ({"a": 6, "b": 5, "c": 4}, {"b", "c"}),
    ],
)
def test_a_cell_of_just_the_least_is_shown(cells: dict[str, int], hidden: set[str]) -> None:
    assert {name for name, n in hidden_below(cells, 5).items() if n is None} == hidden


@pytest.mark.parametrize(("size", "left_out"), [(3, 0), (2, 2)])
def test_a_group_of_an_extract_of_just_k_stays(size: int, left_out: int) -> None:
    rows = [("A", 8)] * 3 + [("B", 9)] * size
    frame = pd.DataFrame(rows, columns=["school_id", "grade"])
    students = frame.assign(
        student_id=[f"S-{n}" for n in range(len(frame))],
        sex="female",
        boarding=False,
        class_id="1",
        born=date(2012, 1, 1),
    )
    found = grouped(students, 3)
    assert len(found.too_few) == left_out
    assert found.smallest == 3
    assert found.dropped == (() if size == 3 else ("class_id", "boarding"))
