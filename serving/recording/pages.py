"""The forms of a record: taken, kept as a draft, taken back. They stand on the student's page."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from serving.access import User
from serving.platform.guard import Form, local_path, one
from serving.platform.pages import takes
from serving.platform.render import day, go, student_path
from serving.platform.state import State
from serving.recording import drafts, service
from serving.today.beside import beside

RECORD, DRAFT, FORM_DRAFT = "/records", "/records/draft", "/drafts"


def take_record(request: Request, user: User, state: State, form: Form) -> Response:
    """Keep the record and go on: to the next student on the list where that was asked for."""
    student_id, then = one(form, "student_id"), one(form, "then")
    kept = _back(form)
    back = kept.get("back", "/")
    if then == "draft":
        return take_draft(request, user, state, form)
    following = None
    if then == "next":
        following = beside(state, user, one(form, "school_id"), back, student_id, 1)
    recorded = service.record_talk(state, user, student_id, form)
    if recorded.status != "saved":
        return go(request, _place(student_id, record=recorded.status, **kept))
    if then == "next":
        return go(
            request,
            back if following is None else _place(following.student_id, before=student_id, at=following.at, **kept),
        )
    return go(request, _place(student_id, record="saved", **kept))


def take_draft(request: Request, user: User, state: State, form: Form) -> Response:
    """Keep the form as far as it is filled in; a script is told when, and anybody else sees the page again."""
    saved_at = service.keep_draft(state, user, one(form, "student_id"), form)
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"saved_at": day(saved_at)[-5:]})
    return go(request, _place(one(form, "student_id"), record="draft"))


def take_drop(request: Request, user: User, state: State, form: Form) -> Response:
    service.drop_draft(state, user, one(form, "student_id"))
    return go(request, _place(one(form, "student_id")))


def take_undo(request: Request, user: User, state: State, form: Form) -> Response:
    return go(request, _place(service.undo_talk(state, user, one(form, "talk_id")), record="undone", **_back(form)))


def take_view(request: Request, user: User, state: State, form: Form) -> Response:
    student_id = one(form, "student_id")
    service.say_of_explanation(state, user, student_id, one(form, "said"), one(form, "assessment_id"))
    return go(request, student_path(student_id) + "?" + urlencode({"viewed": 1} | _back(form)) + "#explanation")


def take_form(request: Request, user: User, state: State, form: Form) -> Response:
    """Keep a plan or a note as far as it is filled in."""
    student_id, name = one(form, "student_id"), one(form, "form")
    saved_at = drafts.keep_form(state, user, student_id, name, form)
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"saved_at": day(saved_at)[-5:]})
    return go(request, drafts.FORMS.get(name, "") + student_path(student_id))


def take_form_drop(request: Request, user: User, state: State, form: Form) -> Response:
    student_id, name = one(form, "student_id"), one(form, "form")
    drafts.drop_form(state, user, student_id, name)
    return go(request, drafts.FORMS.get(name, "") + student_path(student_id))


def park(request: Request, form: Form | None) -> str | None:
    """Where to come back to after a session has ended while a form about a student was sent: its draft waits there."""
    if form is None or request.url.path not in (RECORD, DRAFT, FORM_DRAFT, *drafts.FORMS.values()):
        return None
    state, student_id, author = request.app.state.service, one(form, "student_id"), one(form, "author")
    if request.url.path in (RECORD, DRAFT):
        claim: str | None = service.park_draft(state, author, student_id, form)
        return student_path(student_id) + "?" + urlencode({"draft": claim})
    name = one(form, "form")
    claim = drafts.park_form(state, author, student_id, name, form)
    if claim is None:
        return None
    return drafts.FORMS[name] + student_path(student_id) + "?" + urlencode({"draft": claim})


def _back(form: Form) -> dict[str, str]:
    """The page that one came from, with its filters, where it is not the start page itself."""
    back = local_path(one(form, "back") or "/")
    return {} if back == "/" else {"back": back}


def _place(student_id: str, **query: str) -> str:
    return student_path(student_id) + (f"?{urlencode(query)}" if query else "") + "#record"


ROUTES = (
    takes(RECORD, take_record),
    takes(DRAFT, take_draft),
    takes("/records/drop", take_drop),
    takes("/records/undo", take_undo),
    takes("/explanation-views", take_view),
    takes(FORM_DRAFT, take_form),
    takes("/drafts/drop", take_form_drop),
)
