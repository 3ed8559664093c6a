"""今日跟进 and its queues: who is shown, under which filters, and where the week's line falls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import Tier
from serving.access import Action, User, may_somewhere
from serving.followup.entries import Entry, FollowUpList
from serving.platform.pages import shows
from serving.platform.render import CHINA, go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State
from serving.today.service import is_blind, open_list

FIRST = 50  # lines shown below the week's line, or in a queue, before asking for all
WORKING_DAY = 8  # hours
CLASSES_SHOWN = 8  # more are offered only once a grade is chosen
GRADES = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "高一", "高二", "高三")
FRESH_DAYS = 7  # a list is published at least every week
SOURCES = {"leaves": "leave", "leave_totals": "leave", "concerns": "concern"}  # what a table is called when missing
QUEUES = ("not_screened", "contact", "retest", "history", "identity")


@dataclass(frozen=True)
class Filters:
    """What the address asks to see; None is everyone."""

    tier: Tier | None = None
    grade: int | None = None
    class_id: str | None = None
    everyone: bool = False

    @property
    def any(self) -> bool:
        return self.tier is not None or self.grade is not None or self.class_id is not None

    @property
    def query(self) -> dict[str, str | int | None]:
        return {
            "tier": self.tier.code if self.tier else None,
            "grade": self.grade,
            "class": self.class_id,
            "all": "1" if self.everyone else None,
        }

    def changed(self, **fields: object) -> dict[str, str | int | None]:
        """The address's query with some fields set otherwise."""
        return replace(self, **fields).query  # type: ignore[arg-type]


@dataclass(frozen=True)
class Part:
    """The lines of one section: how many there are, how many the filters leave, and those shown."""

    total: int
    matching: int
    shown: tuple[Entry, ...]


def read_filters(request: Request) -> Filters:
    """Filters from the address; what cannot be read is left out, as an old bookmark should still open."""
    query = request.query_params
    tier, grade = query.get("tier"), query.get("grade", "")
    return Filters(
        tier=next((one for one in Tier if one.code == tier), None),
        grade=int(grade) if grade.isascii() and grade.isdigit() and len(grade) <= 2 else None,
        class_id=query.get("class") or None,
        everyone=query.get("all") == "1",
    )


def keeps(entry: Entry, filters: Filters) -> bool:
    """Whether the filters leave this line. A blind one passes every tier, or the filter would tell it."""
    return (
        (filters.tier is None or is_blind(entry) or entry.assessment.tier is filters.tier)
        and filters.grade in (None, entry.pupil.grade)
        and filters.class_id in (None, entry.pupil.class_id)
    )


def part(entries: tuple[Entry, ...], filters: Filters, most: int | None = None) -> Part:
    matching = tuple(entry for entry in entries if keeps(entry, filters))
    shown = matching if most is None or filters.everyone else matching[:most]
    return Part(len(entries), len(matching), shown)


def limited_evidence(entry: Entry, listed: FollowUpList) -> bool:
    """Whether a line carries the mark of limited evidence.

    What a silent feed takes from everyone is said once above the list, not on every line.
    """
    quality = entry.assessment.data_quality
    silent = {SOURCES.get(feed, feed) for feed in listed.silent_feeds}
    return quality.confidence == "low" and bool(quality.retest or set(quality.missing) - silent)


def offered(entries: Sequence[Entry], filters: Filters) -> dict[str, object]:
    """What can be chosen: tiers that are there, grades with their names, and the classes of the chosen grade."""
    there = {entry.assessment.tier for entry in entries if not is_blind(entry)}
    pupils = [entry.pupil for entry in entries]
    grades = sorted({pupil.grade for pupil in pupils if pupil.grade is not None})
    classes = {
        pupil.class_id: pupil.grade or 0
        for pupil in pupils
        if pupil.class_id is not None and filters.grade in (None, pupil.grade)
    }
    if filters.grade is None and len(classes) > CLASSES_SHOWN:
        classes = {name: grade for name, grade in classes.items() if name == filters.class_id}
    named = [(grade, GRADES[grade - 1] if 1 <= grade <= len(GRADES) else str(grade)) for grade in grades]
    return {
        "tiers": [tier for tier in reversed(Tier) if tier in there or tier is filters.tier],
        "grades": named,
        "classes": sorted(classes, key=lambda name: (classes[name], len(name), name)),
    }


def days_old(listed: FollowUpList, today: date) -> int | None:
    """Days since the day of a list that should have been followed by another; None for a fresh or a made-up one."""
    age = (today - listed.as_of).days
    return age if age > FRESH_DAYS and not listed.synthetic else None


def show_list(request: Request, user: User, state: State) -> Response:
    if not may_somewhere(user, Action.SEE_LIST) and may_somewhere(user, Action.SEE_SERVICE):
        return go(request, "/admin")
    if not may_somewhere(user, Action.SEE_LIST) and may_somewhere(user, Action.SEE_MISS_COUNTS):
        return go(request, "/miss-review")
    school = chosen_school(request, user)
    listed = open_list(state, user, school) if school is not None else None
    if school is None or listed is None:
        return page(request, "no_list.html", user=user, school=school)
    filters = read_filters(request)
    immediate = part(listed.immediate, filters)
    hours = len(listed.immediate) * listed.check_minutes / 60
    return page(
        request,
        "list.html",
        user=user,
        school=school,
        synthetic=listed.synthetic,
        queues=queue_counts(listed),
        listed=listed,
        filters=filters,
        choices=offered((*listed.immediate, *listed.week, *listed.below), filters),
        days_old=days_old(listed, state.clock().astimezone(CHINA).date()),
        immediate=immediate,
        week=part(listed.week, filters),
        below=part(listed.below, filters, FIRST),
        hours=_round(hours),
        over_a_day=hours > WORKING_DAY,
        is_blind=is_blind,
        limited=partial(limited_evidence, listed=listed),
        hotlines=any(entry.assessment.tier.ord >= Tier.PRIORITY.ord for entry in (*listed.immediate, *listed.week)),
    )


def show_queue(request: Request, user: User, state: State) -> Response:
    queue = request.url.path.strip("/").replace("-", "_")
    school = chosen_school(request, user)
    listed = open_list(state, user, school) if school is not None else None
    if school is None or listed is None:
        return page(request, "no_list.html", user=user, school=school)
    filters = read_filters(request)
    entries = queue_of(listed, queue)
    return page(
        request,
        "queue.html",
        user=user,
        school=school,
        synthetic=listed.synthetic,
        queues=queue_counts(listed),
        listed=listed,
        queue=queue,
        filters=filters,
        choices=offered(entries, filters) | {"tiers": []},
        days_old=days_old(listed, state.clock().astimezone(CHINA).date()),
        part=part(entries, filters, FIRST),
        is_blind=is_blind,
        limited=partial(limited_evidence, listed=listed),
        hotlines=any(entry.assessment.tier.ord >= Tier.PRIORITY.ord for entry in entries),
    )


def queue_of(listed: FollowUpList, queue: str) -> tuple[Entry, ...]:
    return {
        "not_screened": listed.not_screened,
        "contact": listed.contact,
        "retest": listed.retest,
        "history": listed.history,
        "identity": listed.identity,
    }[queue]


def queue_counts(listed: FollowUpList) -> dict[str, int]:
    """How many stand in each queue, for the header."""
    return {queue: len(queue_of(listed, queue)) for queue in QUEUES}


def _round(hours: float) -> str:
    """Half hours up to three, whole hours beyond; never 0 while something is open."""
    if hours <= 3:
        return f"{max(0.5, round(hours * 2) / 2):g}"
    return f"{hours:.0f}"


ROUTES = (shows("/", show_list), *(shows("/" + queue.replace("_", "-"), show_queue) for queue in QUEUES))
