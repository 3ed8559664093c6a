"""Restricted notes on a page of their own."""

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.notes.service import NoteFault, open_notes, write_note
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.state import State
from serving.recording.drafts import drop_form, form_before

NOTE = "note"


def show_notes(request: Request, user: User, state: State) -> Response:
    return _page(request, user, state, request.path_params["student_id"], "", None)


def take_note(request: Request, user: User, state: State, form: Form) -> Response:
    student_id, text = one(form, "student_id"), one(form, "text")
    try:
        write_note(state, user, student_id, text)
    except NoteFault as fault:
        return _page(request, user, state, student_id, text, fault.key)
    drop_form(state, user, student_id, NOTE)
    return go(request, f"/notes{student_path(student_id)}")


def _page(request: Request, user: User, state: State, student_id: str, typed: str, fault: str | None) -> Response:
    student, notes = open_notes(state, user, student_id)
    kept = form_before(state, user, student_id, NOTE, request.query_params.get("draft"))
    return page(
        request,
        "notes.html",
        user=user,
        school=student.school_id,
        student=student,
        notes=notes,
        typed=typed or (kept.fields.get("text", "") if kept is not None else ""),
        kept=kept,
        fault=fault,
        year=state.clock().astimezone(CHINA).year,
        status=200 if fault is None else 422,
    )


ROUTES = (shows("/notes/students/{student_id:path}", show_notes), takes("/notes", take_note))
