"""待补充: everyone who stands in a queue beside the list, each once, whose deadline ends first on top."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from models.triage import QUEUES, Queue
from models.triage.queues import BESIDE
from serving.today.entries import Entry, FollowUpList, people

ASIDE = tuple(queue for queue in QUEUES if queue.band == BESIDE)


@dataclass(frozen=True)
class Place:
    """One line of the page: that of the queue whose own deadline ends first, and every queue the student stands in."""

    entry: Entry
    places: tuple[Queue, ...]


def to_complete(listed: FollowUpList) -> tuple[Place, ...]:
    """Lines that stand for several students stay one."""
    return tuple(sorted(_places(listed), key=lambda one: _ends(one.entry)))


def count_to_complete(listed: FollowUpList) -> int:
    """How many students stand there."""
    return people(one.entry for one in _places(listed))


def _places(listed: FollowUpList) -> Iterator[Place]:
    lines: dict[str, list[tuple[Queue, Entry]]] = {}
    for queue in ASIDE:
        for entry in listed.queue(queue.code):
            lines.setdefault(entry.student.student_id, []).append((queue, entry))
    for of_one in lines.values():
        first = min(of_one, key=lambda line: _ends(line[1])) if len(of_one) > 1 else of_one[0]
        yield Place(first[1], tuple(queue for queue, _ in of_one))


def _ends(entry: Entry) -> float:
    """When the first of what is due ends. What has no deadline comes last, in the order of the queues."""
    return min((due.by.timestamp() for due in entry.dues if due.by is not None), default=math.inf)
