"""No report, and no two of them, tell of so few that they could be known: by every world that would look the same."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from itertools import product

import pytest

from models.small_counts import STEP, about, told

MOST = 13
READERS = (5, 10)


def seen(worlds: Mapping[Hashable, set[int]], least: int) -> None:
    """In no picture is a count from 1 to below `least` the only one that fits."""
    assert worlds
    assert not {picture: found for picture, found in worlds.items() if len(found) == 1 and 0 < min(found) < least}


@pytest.mark.parametrize("least", READERS)
def test_two_weeks_and_the_month_of_them_tell_of_no_few_days(least: int) -> None:
    """A month is told beside its weeks: what is left of it are days of which no report is made."""
    left, first, change = (defaultdict[Hashable, set[int]](set) for _ in range(3))
    for one, other in product(range(MOST), repeat=2):
        for rest in range(4 * MOST):  # so far that no picture ends where the search does
            picture = (about(one, least), about(other, least), about(one + other + rest, least))
            left[picture].add(rest)
            first[picture].add(one)
            change[picture].add(abs(one - other))
    whole = 3 * MOST
    for worlds in (left, first, change):
        seen({picture: found for picture, found in worlds.items() if (picture[2] or 0) < whole}, least)  # type: ignore[index]


def between(n: int | None, least: int) -> tuple[int, int | None]:
    """What a told count may be; what is hidden may be anything, since a large one is hidden beside a small one."""
    return (0, None) if n is None else (max(n - STEP // 2, least), n + STEP // 2)


@pytest.mark.parametrize("least", READERS)
def test_schools_beside_their_city_leave_room_for_every_hidden_one(least: int) -> None:
    """What the city's sum and the schools that are told leave to one that is not: from nobody up to `least` or more."""
    for cells in product(range(MOST), repeat=4):
        shown = list(told({str(n): cell for n, cell in enumerate(cells)}, least).values())
        whole, parts = about(sum(cells), least), [between(n, least) for n in shown if n is not None]
        hidden = [cell for cell, n in zip(cells, shown, strict=True) if n is None]
        if not hidden or whole is None:
            continue
        most = whole + STEP // 2 - sum(low for low, _ in parts)
        assert len(hidden) > 1 or not parts, "never one alone"
        assert most >= least, (cells, shown)


@pytest.mark.parametrize("least", READERS)
def test_what_was_done_and_what_was_due_do_not_tell_what_was_not(least: int) -> None:
    done_of, left_of = defaultdict[Hashable, set[int]](set), defaultdict[Hashable, set[int]](set)
    for due in range(3 * MOST):
        for done in range(due + 1):
            picture = (about(due, least), about(done, least))
            done_of[picture].add(done)
            left_of[picture].add(due - done)
    seen(done_of, least)
    seen(left_of, least)


@pytest.mark.parametrize("least", READERS)
def test_a_count_of_two_weeks_is_not_seen_to_move_by_few(least: int) -> None:
    """The same students a week later: one count before and after, and how many there are in all."""
    moved: dict[Hashable, set[int]] = defaultdict(set)
    for whole in range(4 * MOST):
        for before, after in product(range(whole + 1), repeat=2):
            moved[about(before, least), about(after, least), about(whole, least)].add(abs(after - before))
    seen(moved, least)


def test_who_sees_the_students_is_told_exactly() -> None:
    assert told({"a": 1, "b": 0, "c": 17}, 0) == {"a": 1, "b": 0, "c": 17}
    assert [about(n, 0) for n in (0, 1, 7)] == [0, 1, 7]
    assert [about(n, 5) for n in (4, 5, 7, 8, 12, 13)] == [None, 5, 5, 10, 10, 15]
    assert [about(n, 10) for n in (9, 10, 12, 13)] == [None, 10, 10, 15]
