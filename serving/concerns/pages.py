"""＋ 记一条线索: whom it is about, then what was seen or told."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import Source
from serving.access import Action, User, may, may_somewhere
from serving.concerns import service
from serving.concerns.form import LONGEST_AGO, LONGEST_NOTE, kinds_of, read_report
from serving.directory.service import look_up
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.schools import chosen_school
from serving.platform.state import State

MOST_FOUND = 12


def show_form(request: Request, user: User, state: State) -> Response:
    return _form(request, user, state, request.query_params.get("student"), {}, None)


def _form(
    request: Request, user: User, state: State, student_id: str | None, filled: dict[str, str], fault: str | None
) -> Response:
    service.check_may_report(user)
    query = request.query_params.get("q", "").strip()
    student = service.student_for(state, user, student_id) if student_id else None
    school = student.school_id if student is not None else chosen_school(request, user)
    reads, today = may_somewhere(user, Action.SEE_LIST), state.today()
    found = look_up(state, user, school or "", query) if student is None and query else None
    return page(
        request,
        "concern.html",
        user=user,
        school=school,
        student=student,
        query=query,
        found=found,
        most_found=MOST_FOUND,
        reads=reads,
        receipts=() if reads or student is not None else service.receipts_of(state, user),
        told=request.query_params.get("told") if request.method == "GET" else None,
        year=state.clock().astimezone(CHINA).year,
        kinds=kinds_of(state.policy, reads),
        sources=tuple(Source),
        today=today,
        earliest=today - LONGEST_AGO,
        longest_note=LONGEST_NOTE,
        filled=filled,
        fault=fault,
        status=422 if fault else 200,
    )


def take_report(request: Request, user: User, state: State, form: Form) -> Response:
    """Keep the report and show the student's page; what does not fit comes back as it was typed."""
    student_id = one(form, "student_id")
    typed = {name: one(form, name) for name in ("kind", "source", "reported_on", "note")}
    reads, today = may_somewhere(user, Action.SEE_LIST), state.today()
    kind, source, on, note = typed.values()
    said = read_report(kind, source, on, note, state.policy, today, reads)
    student = service.student_for(state, user, student_id)
    if said.fault is not None:
        return _form(request, user, state, student_id, typed, said.fault)
    report_id = service.report_concern(state, user, student_id, said)
    if not may(user, Action.SEE_STUDENT, student.school_id):
        return go(request, "/concerns?told=kept")
    return go(request, student_path(student_id) + "?" + urlencode({"reported": report_id}))


def take_undo(request: Request, user: User, state: State, form: Form) -> Response:
    student_id = service.undo_report(state, user, one(form, "report_id"))
    if not may_somewhere(user, Action.SEE_LIST):
        return go(request, "/concerns?told=undone")
    return go(request, student_path(student_id) + "?report=undone#timeline")


ROUTES = (
    shows("/concerns", show_form),
    takes("/concerns", take_report),
    takes("/concerns/undo", take_undo),
)
