"""Lines of a list as they were drawn before. A line that says the same is the same object (`serving.today.build`), so
that what was drawn of it is kept with it."""

from collections.abc import Callable

from models.triage import Queue
from serving.today.entries import Entry

MOST = 8  # ways in which one line is kept: languages, filters to come back to, and pages


def drawn(entry: Entry, under: tuple[object, ...], draw: Callable[..., str], places: tuple[Queue, ...] = ()) -> str:
    """What `draw` (a macro of the templates) makes of a line. `under` is all else that it goes by: it must read
    nothing of who looks but the language, the addresses and the names that the line itself holds."""
    if entry.blind:  # made anew for each list
        return draw(entry, *([places] if places else []))
    way = (draw.name, under, tuple(queue.code for queue in places))  # type: ignore[attr-defined]
    html = entry.drawn.get(way)
    if html is None:
        html = draw(entry, *([places] if places else []))
        if len(entry.drawn) >= MOST:
            entry.drawn.clear()
        entry.drawn[way] = html
    return html
