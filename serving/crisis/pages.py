"""呼叫: what rings now, with the answer to it, and who was called; 通知渠道: the ways by which staff are reached."""

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.crisis import service
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page
from serving.platform.state import State


def show_rings(request: Request, user: User, state: State) -> Response:
    shown = service.open_rings(state, user)
    return page(
        request,
        "rings.html",
        user=user,
        shown=shown,
        policy=state.policy,
        year=state.clock().astimezone(CHINA).year,
        answered=request.query_params.get("ring") == "answered",
    )


def take_answer(request: Request, user: User, state: State, form: Form) -> Response:
    """Of one student, or of all friends of one incident at once."""
    for student_id in form.get("student_id") or [""]:
        service.respond(state, user, student_id)
    return go(request, "/rings?ring=answered")


def show_channels(request: Request, user: User, state: State) -> Response:
    return page(
        request,
        "channels.html",
        user=user,
        shown=service.open_channels(state, user),
        year=state.clock().astimezone(CHINA).year,
        done=request.query_params.get("done") == "tested",
    )


def take_test(request: Request, user: User, state: State, form: Form) -> Response:
    service.test_channel(state, user, one(form, "channel"))
    return go(request, "/admin/channels?done=tested")


ROUTES = (
    shows("/rings", show_rings),
    takes("/rings", take_answer),
    shows("/admin/channels", show_channels),
    takes("/admin/channels", take_test),
)
