"""今日跟进 and its queues: who is shown, under which filters, and where the week's line falls."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import Tier
from models.assessment import GROUPS
from models.triage import BY_CODE
from models.triage.queues import BELOW, IMMEDIATE, LEADS, REVIEW, WEEK
from models.triage.week import hours_for, hours_offered, slots_of
from serving.access import Action, User, may_somewhere
from serving.bookings.service import bookings_note
from serving.cases.service import cases_of
from serving.crisis.service import rung_lately
from serving.duty.service import duty_note
from serving.platform.guard import local_path
from serving.platform.pages import shows
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.schools import chosen_school
from serving.platform.state import State
from serving.today.beside import beside, lines_for
from serving.today.cells import missed_words
from serving.today.drawn import drawn
from serving.today.entries import Entry, FollowUpList, people
from serving.today.filters import DUES, STATES, Filters, due_by, keeps, offered, read_filters
from serving.today.service import open_list
from serving.today.to_complete import ASIDE, count_to_complete, to_complete

FIRST = 50  # lines shown below the week's line, or in a queue, before asking for all
WORKING_DAY = 8  # hours
FRESH_DAYS = 7  # a list is published at least every week
SOURCES = {"leaves": "leave", "leave_totals": "leave", "concerns": "concern"}  # what a table is called when missing
ON_PAGES = (BY_CODE[WEEK], *ASIDE)


@dataclass(frozen=True)
class Section:
    """One section: how many students it has, how many of them the filters leave, and the lines shown."""

    total: int
    matching: int
    shown: tuple[Entry, ...]

    @property
    def showing(self) -> int:
        return people(self.shown)


def part(entries: tuple[Entry, ...], filters: Filters, now: datetime, most: int | None = None) -> Section:
    matching = tuple(entry for entry in entries if keeps(entry, filters, now)) if filters.any else entries
    shown = matching if most is None or filters.everyone else matching[:most]
    return Section(people(entries), people(matching), shown)


def limited_evidence(entry: Entry, listed: FollowUpList) -> bool:
    """Whether a line carries the mark of limited evidence.

    What a silent feed takes from everyone is said once above the list, not on every line.
    """
    if entry.assessment is None:
        return False
    quality = entry.assessment.data_quality
    silent = {SOURCES.get(feed, feed) for feed in listed.silent_feeds}
    return quality.confidence == "low" and bool(quality.retest or set(quality.missing) - silent)


def days_old(listed: FollowUpList, today: date) -> int | None:
    """Days since the day of a list that should have been followed by another; None for a fresh or a made-up one."""
    age = (today - listed.as_of).days
    return age if age > FRESH_DAYS and not listed.synthetic else None


def show_list(request: Request, user: User, state: State) -> Response:
    if not may_somewhere(user, Action.SEE_LIST) and may_somewhere(user, Action.SEE_SERVICE):
        return go(request, "/admin")
    if not may_somewhere(user, Action.SEE_LIST) and may_somewhere(user, Action.SEE_REPORTS):
        return go(request, "/reports")
    if not may_somewhere(user, Action.SEE_LIST) and may_somewhere(user, Action.REPORT_CONCERN):
        return go(request, "/concerns")
    school = chosen_school(request, user)
    hours = hours_offered(state.policy)
    filters = read_filters(request.query_params, hours)
    slots = None if filters.hours is None else slots_of(filters.hours, state.policy)
    listed = open_list(state, user, school, slots=slots) if school is not None else None
    if school is None or listed is None:
        return page(request, "no_list.html", user=user, school=school)
    now = state.clock()
    lines = lines_for(state, user, listed, filters)
    today = now.astimezone(CHINA).date()
    shown = {code: part(lines[code], filters, now) for code in (IMMEDIATE, REVIEW, WEEK, LEADS)}
    shown[BELOW] = part(lines[BELOW], filters, now, FIRST)
    at_once = [entry.student.student_id for entry in shown[IMMEDIATE].shown]
    due_today = tuple(entry for entry in shown[WEEK].shown if due_by(entry, today))
    everyone = [entry for code in shown for entry in listed.queue(code)]
    checking = listed.count(IMMEDIATE) * listed.check_minutes / 60
    return page(
        request,
        "list.html",
        user=user,
        school=school,
        synthetic=listed.synthetic,
        queues=queue_counts(listed),
        listed=listed,
        filters=filters,
        choices=offered(everyone, filters),
        days_old=days_old(listed, state.clock().astimezone(CHINA).date()),
        parts_of=[(BY_CODE[code], shown[code]) for code in (IMMEDIATE, WEEK, REVIEW, LEADS, BELOW)],
        due_today=due_today,
        hours_offered=hours,
        hours_now=filters.hours or hours_for(listed.weekly_slots * state.policy.list.minutes_per_interview),
        groups=GROUPS,
        dues=DUES,
        states=STATES,
        nobody=not everyone,
        cases=cases_of(state.store, at_once),
        rung=rung_lately(state.store, at_once, now),
        just_handled=sum(entry.handled for entry in listed.queue(BELOW)),
        case_status=request.query_params.get("case"),
        duty_note=duty_note(state, user, school),
        bookings=bookings_note(state, user, school),
        missed=missed_words(listed.missed),
        hours=_round(checking),
        over_a_day=checking > WORKING_DAY,
        limited=partial(limited_evidence, listed=listed),
        drawn=drawn,
        hotlines=any(_needs_hotlines(entry) for entry in everyone),
    )


def show_queue(request: Request, user: User, state: State) -> Response:
    queue = next(queue for queue in ON_PAGES if queue.path == request.url.path)
    school = chosen_school(request, user)
    listed = open_list(state, user, school) if school is not None else None
    if school is None or listed is None:
        return page(request, "no_list.html", user=user, school=school)
    filters = read_filters(request.query_params)
    entries = listed.queue(queue.code)
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
        part=part(entries, filters, state.clock(), FIRST),
        limited=partial(limited_evidence, listed=listed),
        drawn=drawn,
        hotlines=any(_needs_hotlines(entry) for entry in entries),
    )


def show_to_complete(request: Request, user: User, state: State) -> Response:
    school = chosen_school(request, user)
    listed = open_list(state, user, school) if school is not None else None
    if school is None or listed is None:
        return page(request, "no_list.html", user=user, school=school)
    filters = read_filters(request.query_params)
    together = to_complete(listed)
    entries = tuple(one.entry for one in together)
    return page(
        request,
        "to_complete.html",
        user=user,
        school=school,
        synthetic=listed.synthetic,
        queues=queue_counts(listed),
        listed=listed,
        aside=[(queue, listed.count(queue.code)) for queue in ASIDE],
        places={one.entry.student.student_id: one.places for one in together},
        filters=filters,
        choices=offered(entries, filters) | {"tiers": []},
        days_old=days_old(listed, state.clock().astimezone(CHINA).date()),
        part=part(entries, filters, state.clock(), FIRST),
        limited=partial(limited_evidence, listed=listed),
        drawn=drawn,
        hotlines=any(_needs_hotlines(entry) for entry in entries),
    )


def queue_counts(listed: FollowUpList) -> dict[str, int]:
    """How many the header tells of: this week's talks, and whoever stands in a queue beside the list, each once."""
    return {WEEK: listed.count(WEEK), "to_complete": count_to_complete(listed)}


def _needs_hotlines(entry: Entry) -> bool:
    return entry.tier is not None and entry.tier.ord >= Tier.PRIORITY.ord


def _round(hours: float) -> str:
    """Half hours up to three, whole hours beyond; never 0 while something is open."""
    if hours <= 3:
        return f"{max(0.5, round(hours * 2) / 2):g}"
    return f"{hours:.0f}"


def show_beside(request: Request, user: User, state: State) -> Response:
    """Lead to who stands before or behind a student on the page that one came from; at its ends, back to it."""
    asked = request.query_params
    back, school = local_path(asked.get("back") or "/"), asked.get("school") or chosen_school(request, user)
    step = -1 if asked.get("step") == "-1" else 1
    found = beside(state, user, school or "", back, asked.get("student", ""), step)
    if found is None:
        return go(request, back)
    return go(request, student_path(found.student_id) + "?" + urlencode({"back": back, "at": found.at}))


ROUTES = (
    shows("/", show_list),
    shows("/beside", show_beside),
    shows("/to-complete", show_to_complete),
    *(shows(queue.path, show_queue) for queue in ON_PAGES),
)
