"""Decisions on who somebody is, as forms on the student's page."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.identity import service
from serving.platform.guard import Form, one
from serving.platform.pages import takes
from serving.platform.render import go, student_path
from serving.platform.state import State


def take_decision(request: Request, user: User, state: State, form: Form) -> Response:
    """Keep the decision and show the student whose file it is now; what does not fit is said on the page."""
    student_id, kind = one(form, "student_id"), one(form, "kind")
    given = (one(form, "other_id"), form.get("row", []), one(form, "reason"))
    try:
        now_at = service.settle(state, user, student_id, kind, *given)
    except service.IdentityFault as fault:
        return go(request, _place(student_id, identity=fault.key))
    return go(request, _place(now_at, identity="identity_done"))


def take_undo(request: Request, user: User, state: State, form: Form) -> Response:
    return go(request, _place(service.take_back(state, user, one(form, "decision_id")), identity="identity_undone"))


def _place(student_id: str, **query: str) -> str:
    return f"{student_path(student_id)}?{urlencode(query)}#identity"


ROUTES = (takes("/identity", take_decision), takes("/identity/undo", take_undo))
