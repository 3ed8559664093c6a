"""Small counts in figures that are told to who does not see the students: hidden, and so that they cannot be worked out
from the rest, nor from another report of other days or of more schools."""

from collections.abc import Mapping

STEP = 5  # counts that stand in several reports are told to the nearest five


def hidden_below(cells: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Counts with those below `least` as None, zeros among them. Where what is hidden could be told from the sum,
    since it is one cell alone or few students together, the next smallest is hidden too."""
    shown: dict[str, int | None] = {name: n if n >= least else None for name, n in cells.items()}
    while True:
        hidden = [cells[name] for name, n in shown.items() if n is None]
        open_ones = sorted((n, name) for name, n in shown.items() if n is not None)
        if not hidden or not open_ones or (len(hidden) > 1 and sum(hidden) >= least):
            return shown
        shown[open_ones[0][1]] = None


def about(n: int, least: int) -> int | None:
    """One count as it is told in reports: None below `least`, else to the nearest `STEP`; the count itself where
    `least` is 0. The difference of two such figures, of neighbouring weeks or of a city and its schools, is known
    to within `STEP` only, and so is never one child."""
    if least == 0:
        return n
    return None if n < least else (n + STEP // 2) // STEP * STEP


def told(cells: Mapping[str, int], least: int) -> dict[str, int | None]:
    """The parts of a sum as they are told in reports: those hidden that `hidden_below` hides, the others `about`."""
    return {name: None if n is None else about(n, least) for name, n in hidden_below(cells, least).items()}
