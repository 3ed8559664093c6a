"""待补充: everyone who stands in a queue beside the list, each once, whose deadline ends first on top."""

from dataclasses import dataclass
from datetime import datetime

from models.triage import QUEUES, Queue
from models.triage.queues import BESIDE
from serving.today.entries import Due, Entry, FollowUpList

ASIDE = tuple(queue for queue in QUEUES if queue.band == BESIDE)


@dataclass(frozen=True)
class Place:
    """One line of the page: that of the queue whose own deadline ends first, and every queue the student stands in."""

    entry: Entry
    places: tuple[Queue, ...]


def to_complete(listed: FollowUpList) -> tuple[Place, ...]:
    """Lines that stand for several students stay one."""
    lines: dict[str, list[tuple[Queue, Entry]]] = {}
    for queue in ASIDE:
        for entry in listed.queue(queue.code):
            lines.setdefault(entry.student.student_id, []).append((queue, entry))
    found = []
    for of_one in lines.values():
        first = min(of_one, key=lambda line: _ends(line[1].dues[0]))
        found.append(Place(first[1], tuple(queue for queue, _ in of_one)))
    return tuple(sorted(found, key=lambda one: _ends(one.entry.dues[0])))


def _ends(due: Due) -> tuple[bool, float]:
    """What has no deadline comes last, in the order of the queues."""
    by: datetime | None = due.by
    return by is None, by.timestamp() if by is not None else 0.0
