"""Loops over students, compiled: they read like the definition, and run at the speed of the machine.

Each loop takes the students from `low` to `high`, so that a large number is shared out among threads while one student
in a request runs through the very same code. Compiled code is cached on disk and loaded at the first call.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Result = TypeVar("Result")
MANY_STUDENTS = 20_000  # below, threads cost more than they save


def compiled(loop: Callable[..., Result]) -> Callable[..., Result]:
    """Compile a loop at its first call; it runs without the interpreter's lock. Where no folder can be written to, as
    in a locked-down container, it is compiled in each process anew."""
    try:
        found: Callable[..., Result] = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:
        found = numba.njit(nogil=True)(loop)
    return found


def in_blocks(n: int, work: Callable[[int, int], Result]) -> list[Result]:
    """`work(low, high)` over blocks of n students, in order; in one block where there are few."""
    if n < MANY_STUDENTS:
        return [work(0, n)]
    threads = os.cpu_count() or 1
    bounds = np.linspace(0, n, 4 * threads + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))


@compiled
def by_student(student: Ints, n: int) -> tuple[NDArray[np.int32], Ints]:
    """Rows grouped by student, in their own order within one: the rows of student s are
    `order[offsets[s]:offsets[s + 1]]`."""
    offsets = np.zeros(n + 1, np.int64)
    for row in range(len(student)):
        offsets[student[row] + 1] += 1
    for place in range(n):
        offsets[place + 1] += offsets[place]
    order = np.empty(len(student), np.int32)
    filled = offsets[:-1].copy()
    for row in range(len(student)):
        order[filled[student[row]]] = row
        filled[student[row]] += 1
    return order, offsets
