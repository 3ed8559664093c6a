"""计划任务: what the plan asks for at a school, one duty with its students, and a class's list for its teacher."""

import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from models.duties import DutyResult, DutyState, ExcuseReason, VisitHow, of_duty
from models.small_counts import about
from serving.access import LEAST_TOLD, Action, User, may
from serving.duties.form import LONGEST_AGO, TaskFault, TaskForm
from serving.duties.service import open_duties, record_task, undo_task
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State

FIRST = 50  # lines shown before asking for all
FIELDS = ("on", "result", "how", "reason")


def show_duties(request: Request, user: User, state: State) -> Response:
    query = request.query_params
    return _page(request, user, state, chosen_school(request, user) or "", query.get("duty", ""), query.get("class"))


def take_task(request: Request, user: User, state: State, form: Form) -> Response:
    school, duty, typed = one(form, "school"), one(form, "duty"), {name: one(form, name) for name in FIELDS}
    ids = form.get("student", [])
    try:
        count = record_task(state, user, school, duty, ids, TaskForm(one(form, "form_id"), **typed))
    except TaskFault as fault:
        return _page(request, user, state, school, duty, one(form, "class") or None, typed | {"ids": ids}, fault.key)
    said = {"school": school, "duty": duty if ids else "", "class": one(form, "class"), "said": "saved"}
    return _to(request, said | {"n": str(count), "form": one(form, "form_id")})


def take_undo(request: Request, user: User, state: State, form: Form) -> Response:
    try:
        school = undo_task(state, user, one(form, "form_id"))
    except TaskFault as fault:
        return _page(request, user, state, one(form, "school"), one(form, "duty"), None, {}, fault.key)
    return _to(request, {"school": school, "duty": one(form, "duty"), "said": "undone"})


def _page(
    request: Request,
    user: User,
    state: State,
    school: str,
    duty: str,
    class_id: str | None,
    typed: Mapping[str, object] | None = None,
    fault: str | None = None,
) -> Response:
    view, query = open_duties(state, user, school), request.query_params
    rule = of_duty(duty)
    lines = [line for line in view.lines if (rule is None or line.rule is rule) and _in_class(line.student, class_id)]
    if rule is None and class_id is not None:
        lines = [line for line in lines if line.of_class]
    asked = [line for line in lines if line.task.to_do]
    settled = sorted((line for line in lines if not line.task.to_do), key=lambda line: line.task.due_on, reverse=True)
    students = may(user, Action.SEE_TASKS, school)
    return page(
        request,
        "duties.html",
        user=user,
        school=school,
        synthetic=view.synthetic,
        view=view,
        rule=rule,
        class_id=class_id,
        asked=asked if query.get("all") else asked[:FIRST],
        asked_n=len(asked),
        settled=settled[:FIRST] if rule is not None else [],
        settled_n=len(settled),
        classes=view.classes,
        states=tuple(DutyState),
        results=[r for r in DutyResult if rule is not None and (rule.visit or r is not DutyResult.PROBLEM)],
        school_results=[DutyResult.DONE, DutyResult.EXCUSED],
        hows=tuple(VisitHow),
        reasons=tuple(ExcuseReason),
        asks_how=rule is not None and (rule.visit or rule.id == "D08"),
        students=students,
        may_record=may(user, Action.DO_TASKS, school),
        may_record_school=may(user, Action.DO_SCHOOL_TASKS, school),
        fewest=LEAST_TOLD[user.role],
        about=about,
        form_id=secrets.token_urlsafe(12),
        today=state.today(),
        earliest=state.today() - LONGEST_AGO,
        typed={"on": "", "result": "", "how": "", "reason": "", "ids": []} | dict(typed or {}),
        fault=fault,
        said=query.get("said") if request.method == "GET" else None,
        said_n=query.get("n", ""),
        said_form=query.get("form", ""),
        path="/duties",
        status=422 if fault else 200,
    )


def _in_class(student: object, class_id: str | None) -> bool:
    return class_id is None or (getattr(student, "class_id", None) or "") == class_id


def _to(request: Request, query: Mapping[str, str]) -> Response:
    return go(request, f"/duties?{urlencode({key: value for key, value in query.items() if value})}")


ROUTES = (shows("/duties", show_duties), takes("/duties", take_task), takes("/duties/undo", take_undo))
