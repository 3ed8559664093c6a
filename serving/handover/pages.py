"""Handing over, on one page: who may be given away, and what others offer."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.handover.service import HandoverDone, answer, hand_over, open_handover
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State

SHOWN = 20  # ids named in the address of what did not work


def show_handover(request: Request, user: User, state: State) -> Response:
    school, asked = chosen_school(request, user), request.query_params
    return page(
        request,
        "handover.html",
        user=user,
        school=school,
        part=open_handover(state, user, school or ""),
        done=asked.get("done"),
        failed=asked.getlist("failed"),
        year=state.clock().astimezone(CHINA).year,
    )


def take_handover(request: Request, user: User, state: State, form: Form) -> Response:
    school, ids = one(form, "school"), form.get("student", [])
    made = hand_over(state, user, school, ids, one(form, "person"), one(form, "to_school"), one(form, "reason"))
    return _back(request, school, made)


def take_answer(request: Request, user: User, state: State, form: Form) -> Response:
    made = answer(state, user, form.get("student", []), one(form, "said"), one(form, "reason"))
    return _back(request, one(form, "school"), made)


def _back(request: Request, school: str, made: HandoverDone) -> Response:
    query: list[tuple[str, str]] = [("school", school)] if school else []
    query += [("done", str(made.done)), *(("failed", student) for student, _ in made.failed[:SHOWN])]
    return go(request, f"/handover?{urlencode(query)}")


ROUTES = (
    shows("/handover", show_handover),
    takes("/handover", take_handover),
    takes("/handover/answer", take_answer),
)
