"""扶助与课程 of one student."""

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.state import State
from serving.support.service import SubsidyPurpose, SubsidyStep, note_step, open_support


def show_support(request: Request, user: User, state: State) -> Response:
    student_id = request.path_params["student_id"]
    view = open_support(state, user, student_id)
    if view is None:
        return go(request, student_path(student_id))
    return page(
        request,
        "support.html",
        user=user,
        school=view.file.student.school_id,
        student=view.file.student,
        view=view,
        steps=tuple(SubsidyStep),
        purposes=tuple(SubsidyPurpose),
        step_of=SubsidyStep.of,
        purpose_of=SubsidyPurpose.of,
        year=state.clock().astimezone(CHINA).year,
    )


def take_step(request: Request, user: User, state: State, form: Form) -> Response:
    student_id = one(form, "student_id")
    note_step(state, user, student_id, one(form, "step"), one(form, "purpose"))
    return go(request, f"/support{student_path(student_id)}")


ROUTES = (shows("/support/students/{student_id:path}", show_support), takes("/support", take_step))
