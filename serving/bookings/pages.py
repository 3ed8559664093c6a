"""预约: who waits for a time and who has one, what a counselor offers, and one's own requests."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from serving.access import Action, User, check_may, may, may_somewhere
from serving.bookings import service
from serving.bookings.booking import Asker, BookingStep, DeclineReason
from serving.bookings.form import LONGEST_NOTE, LONGEST_TALK, MOST_WEEKS, OFFERED, SHORTEST_TALK, AskForm, BookingFault
from serving.directory.service import look_up
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State

MOST_FOUND = 12
MOST_SETTLED = 20
ASKED = ("asker", "slot", "note")


def show_bookings(request: Request, user: User, state: State) -> Response:
    return _page(request, user, state, chosen_school(request, user), request.query_params.get("student"))


def take_request(request: Request, user: User, state: State, form: Form) -> Response:
    student_id, typed = one(form, "student_id"), {name: one(form, name) for name in ASKED}
    try:
        service.ask_time(state, user, student_id, AskForm(typed["asker"], typed["slot"], typed["note"]))
    except BookingFault as fault:
        return _page(request, user, state, one(form, "school"), student_id, typed, fault.key)
    return _back(request, user, one(form, "school"), "asked")


def take_step(request: Request, user: User, state: State, form: Form) -> Response:
    booking, step, slot, reason, seen = (one(form, name) for name in ("booking", "step", "slot", "reason", "last"))
    last = int(seen) if re.fullmatch(r"[0-9]{1,9}", seen) else 0
    try:
        school = service.take_step(state, user, booking, step, slot, reason, last)
    except BookingFault as fault:
        return _page(request, user, state, one(form, "school"), None, {}, fault.key)
    return _back(request, user, school, "done")


def take_times(request: Request, user: User, state: State, form: Form) -> Response:
    school, slot, typed = one(form, "school"), one(form, "slot"), {name: one(form, name) for name in OFFERED}
    try:
        if slot:
            service.take_time_back(state, user, school, slot)
            return _back(request, user, school, "removed")
        count = service.offer_times(state, user, school, typed)
    except BookingFault as fault:
        return _page(request, user, state, school, None, typed, fault.key)
    return _back(request, user, school, "offered", n=str(count))


def _page(
    request: Request,
    user: User,
    state: State,
    school: str | None,
    student_id: str | None,
    typed: Mapping[str, str] | None = None,
    fault: str | None = None,
) -> Response:
    if not may_somewhere(user, Action.ASK_BOOKING):
        check_may(user, Action.ASK_BOOKING)
    query = request.query_params
    student = service.student_to_book(state, user, student_id) if student_id else None
    school = student.school_id if student is not None else school or ""
    keeps, searched = may(user, Action.KEEP_BOOKINGS, school), query.get("q", "").strip()
    found = look_up(state, user, school, searched) if student is None and searched else None
    now = state.clock()
    return page(
        request,
        "bookings.html",
        user=user,
        school=school,
        student=student,
        view=service.open_bookings(state, user, school) if keeps and student is None else None,
        mine=() if keeps or student is not None else service.bookings_asked_by(state, user),
        free=service.free_slots(state, user, school) if student is not None else (),
        keeps=keeps,
        query=searched,
        found=found,
        most_found=MOST_FOUND,
        reads=may_somewhere(user, Action.SEE_LIST),
        askers=tuple(Asker),
        reasons=tuple(DeclineReason),
        step=BookingStep,
        most_settled=MOST_SETTLED,
        longest_note=LONGEST_NOTE,
        shortest=SHORTEST_TALK,
        longest=LONGEST_TALK,
        most_weeks=MOST_WEEKS,
        minutes=state.policy.list.minutes_per_interview,
        typed=dict.fromkeys((*OFFERED, *ASKED), "") | dict(typed or {}),
        fault=fault,
        said=query.get("said") if request.method == "GET" else None,
        said_n=query.get("n", ""),
        now=now,
        zone=CHINA,
        today=state.today(),
        year=now.astimezone(CHINA).year,
        path="/bookings",
        status=422 if fault else 200,
    )


def _back(request: Request, user: User, school: str, said: str, **more: str) -> Response:
    where = {"school": school} if len(user.schools) > 1 and school else {}
    return go(request, f"/bookings?{urlencode(where | {'said': said} | more)}")


ROUTES = (
    shows("/bookings", show_bookings),
    takes("/bookings", take_request),
    takes("/bookings/step", take_step),
    takes("/bookings/times", take_times),
)
