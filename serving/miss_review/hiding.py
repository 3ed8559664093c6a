"""Small counts in figures that leave the school: hidden, and so that they cannot be worked out from the rest."""

from collections.abc import Mapping


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
