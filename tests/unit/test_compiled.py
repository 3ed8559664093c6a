"""Compiled loops run with and without a folder to keep them in, and share students out in order."""

from typing import Any

import numba
import numpy as np
import pytest

from models.compiled import MANY_STUDENTS, by_student, compiled, in_blocks


def doubled(value: int) -> int:
    return 2 * value


def test_without_a_folder_to_write_to_a_loop_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_it = numba.njit

    def nowhere(**options: Any) -> Any:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return compile_it(**options)

    monkeypatch.setattr(numba, "njit", nowhere)
    assert compiled(doubled)(21) == 42


@pytest.mark.parametrize("n", [0, 1, MANY_STUDENTS - 1, MANY_STUDENTS, MANY_STUDENTS + 7])
def test_every_student_is_in_one_block(n: int) -> None:
    spans = in_blocks(n, lambda low, high: (low, high))
    assert [who for low, high in spans for who in range(low, high)] == list(range(n))


def test_rows_of_a_student_stand_together_in_their_own_order() -> None:
    order, offsets = by_student(np.array([2, 0, 2, 2, 0]), 4)
    assert order.tolist() == [1, 4, 0, 2, 3]
    assert offsets.tolist() == [0, 2, 2, 5, 5]
