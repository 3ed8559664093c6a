"""The plans of a student, as forms and to print. What does not fit is said above the form, with all that was typed."""

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.plans.form import FIELDS, PlanFault, PlanKind
from serving.plans.service import open_plans, write_plan
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.state import State
from serving.recording.drafts import drop_form, form_before


def show_plans(request: Request, user: User, state: State) -> Response:
    return _page(request, user, state, request.path_params["student_id"], None, {}, request.query_params.get("plan"))


def take_plan(request: Request, user: User, state: State, form: Form) -> Response:
    student_id, kind, last = one(form, "student_id"), one(form, "kind"), one(form, "last")
    typed = {field.name: one(form, field.name) for field in FIELDS.get(kind, ())}
    try:
        write_plan(state, user, student_id, kind, typed, int(last) if last.isdigit() else 0)
    except PlanFault as fault:
        return _page(request, user, state, student_id, kind, typed, fault.key)
    drop_form(state, user, student_id, kind)
    return go(request, f"/plans{student_path(student_id)}?plan=done#{kind}")


def _page(
    request: Request,
    user: User,
    state: State,
    student_id: str,
    kind: str | None,
    typed: dict[str, str],
    said: str | None,
) -> Response:
    file, parts = open_plans(state, user, student_id)
    if file.blind:
        return go(request, student_path(student_id))
    claim = request.query_params.get("draft")
    return page(
        request,
        "plans.html",
        user=user,
        school=file.student.school_id,
        synthetic=file.synthetic,
        file=file,
        parts_of=parts,
        drafts={part.kind: form_before(state, user, student_id, part.kind, claim) for part in parts},
        names_of={one.code: one for one in PlanKind},
        typed_kind=kind,
        typed=typed,
        said=said,
        year=state.clock().astimezone(CHINA).year,
        status=200 if kind is None else 422,
    )


ROUTES = (shows("/plans/students/{student_id:path}", show_plans), takes("/plans", take_plan))
