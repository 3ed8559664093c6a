"""调阅: asking to read outside the caseload, answering it, and looking afterwards at what was opened in danger."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.cases.opening import AsksFirst
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.state import State
from serving.reading import service


def ask_page(request: Request, user: User, state: State, first: AsksFirst) -> Response:
    """In place of a student's page, for who has to ask first."""
    return page(
        request,
        "ask_reading.html",
        user=user,
        school=first.student.school_id,
        asking=service.asking_of(state, user, first.student),
        purposes=service.PURPOSES,
        status=403,
        reading_status=request.query_params.get("reading"),
        year=state.clock().astimezone(CHINA).year,
    )


def take_reading(request: Request, user: User, state: State, form: Form) -> Response:
    """Ask to read a record, or open it at once."""
    student_id, at_once = one(form, "student_id"), one(form, "act") == "open"
    try:
        service.ask(state, user, student_id, one(form, "purpose"), one(form, "reason"), at_once)
    except service.ReadingFault as fault:
        return go(request, f"{student_path(student_id)}?{urlencode({'reading': fault.key})}")
    return go(request, student_path(student_id) + ("?purpose=crisis" if at_once else ""))


def show_readings(request: Request, user: User, state: State) -> Response:
    return page(
        request,
        "readings.html",
        user=user,
        readings=service.open_readings(state, user),
        reading_status=request.query_params.get("reading"),
        year=state.clock().astimezone(CHINA).year,
    )


def take_answer(request: Request, user: User, state: State, form: Form) -> Response:
    try:
        service.answer(state, user, one(form, "reading"), one(form, "act"), one(form, "remark"))
    except service.ReadingFault as fault:
        return go(request, f"/readings?{urlencode({'reading': fault.key})}")
    return go(request, "/readings?reading=done")


def take_alert(request: Request, user: User, state: State, form: Form) -> Response:
    """Say that an alert was looked into, from either page that shows it."""
    service.see_alert(state, user, one(form, "username"), one(form, "at"))
    return go(request, "/admin" if one(form, "back") == "admin" else "/readings?reading=done")


ROUTES = (
    shows("/readings", show_readings),
    takes("/readings", take_reading),
    takes("/readings/answer", take_answer),
    takes("/readings/alert", take_alert),
)
