"""Moves of a case, as forms on the student's page, and the page of what waits for an answer."""

from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.cases import service
from serving.platform.guard import Form, local_path, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.state import State


def take_move(request: Request, user: User, state: State, form: Form) -> Response:
    """Make the move and show the page again; what does not fit is said there."""
    student_id = one(form, "student_id")
    last = one(form, "last")
    given = {name: one(form, name) for name in ("person", "to_school", "to", "answer", "by", "reason", "agreed")}
    asked = "/cases" if one(form, "back") == "cases" else one(form, "back")
    back = local_path(asked) if asked else student_path(student_id)
    place = "" if asked else "#case"
    try:
        number = int(last) if last.isdigit() else 0
        service.do_move(state, user, student_id, one(form, "move"), number, given | {"told": form.get("told", [])})
    except service.CaseFault as fault:
        return go(request, _told(back, fault.key) + place)
    return go(request, _told(back, "done") + place)


def _told(back: str, what: str) -> str:
    """The address to go back to, with what became of the move in place of what became of the one before."""
    path, _, query = back.partition("?")
    kept = [(key, value) for key, value in parse_qsl(query) if key != "case"]
    return f"{path}?{urlencode([*kept, ('case', what)])}"


def show_cases(request: Request, user: User, state: State) -> Response:
    """What waits for an answer, and the reader's own cases."""
    lines = service.waiting_cases(state, user)
    return page(
        request,
        "cases.html",
        user=user,
        lines=lines,
        year=state.clock().astimezone(CHINA).year,
        case_status=request.query_params.get("case"),
    )


ROUTES = (shows("/cases", show_cases), takes("/cases", take_move))
