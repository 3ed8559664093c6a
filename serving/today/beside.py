"""Who stands before and behind a student on a page of the list, under the filters of its address."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from models.triage import BY_CODE
from models.triage.queues import BELOW, IMMEDIATE, LEADS, REVIEW, WEEK
from models.triage.week import hours_offered, slots_of
from serving.access import User
from serving.cases.service import cases_of
from serving.links.service import rooms_of_school
from serving.platform.state import State
from serving.today.entries import Entry, FollowUpList
from serving.today.filters import Filters, keeps, read_filters
from serving.today.service import open_list
from serving.today.to_complete import to_complete

ON_LIST = (IMMEDIATE, WEEK, REVIEW, LEADS, BELOW)  # in the order of the page
TO_COMPLETE = "/to-complete"


class Beside(NamedTuple):
    """Who stands there, at which place (from 1) of how many students."""

    student_id: str
    place: int
    total: int

    @property
    def at(self) -> str:
        """For an address: what the page says of the place."""
        return f"{self.place}-{self.total}"


def beside(state: State, user: User, school_id: str, address: str, student_id: str, step: int) -> Beside | None:
    """Who stands `step` places behind a student (before, where it is negative) on the page of an address; None where
    nobody does. Of a student who is not on it the first is behind. Raises `UserError` (refused)."""
    split = urlsplit(address)
    query = dict(parse_qsl(split.query))
    hours = hours_offered(state.policy)
    filters = read_filters(query, hours)
    slots = None if filters.hours is None else slots_of(filters.hours, state.policy)
    listed = open_list(state, user, school_id, slots=slots)
    if listed is None:
        return None
    shown = _lines(state, user, listed, split.path, filters)
    order = [line.student.student_id for line in shown if keeps(line, filters, state.clock())]
    order = list(dict.fromkeys(order))
    if student_id not in order:
        return Beside(order[0], 1, len(order)) if order and step > 0 else None
    place = order.index(student_id) + step
    return Beside(order[place], place + 1, len(order)) if 0 <= place < len(order) else None


def lines_for(state: State, user: User, listed: FollowUpList, filters: Filters) -> dict[str, tuple[Entry, ...]]:
    """The lines of each band of the list that a reader has asked for. Checks at once are never cut: whoever nobody has
    taken on is everybody's."""
    lines = {code: listed.queue(code) for code in ON_LIST}
    if not filters.handled:
        lines[BELOW] = tuple(line for line in lines[BELOW] if not line.handled)
    if filters.room is not None:
        there = rooms_of_school(state.store, listed.school_id).get(filters.room, frozenset())
        for code in ON_LIST:
            lines[code] = tuple(line for line in lines[code] if line.student.student_id in there)
    if filters.mine:
        ids = [line.student.student_id for code in ON_LIST for line in lines[code]]
        own = {one for one, case in cases_of(state.store, ids).items() if case.holder == user.username}
        for code in ON_LIST:
            if code != IMMEDIATE:
                lines[code] = tuple(line for line in lines[code] if line.student.student_id in own)
    return lines


def _lines(state: State, user: User, listed: FollowUpList, path: str, filters: Filters) -> list[Entry]:
    if path == TO_COMPLETE:
        return [one.entry for one in to_complete(listed)]
    paths: Mapping[str, str] = {queue.path: code for code, queue in BY_CODE.items()}
    if path in paths:
        return list(listed.queue(paths[path]))
    lines = lines_for(state, user, listed, filters)
    return [line for code in ON_LIST for line in lines[code]]
