"""Lists and files to go out: `as=xlsx` is a workbook, everything else a view to print."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.exports.service import open_file_out, open_handover_out, open_list_out, open_report_out, open_tasks_out
from serving.exports.sheet import OutSheet, workbook_of
from serving.platform.guard import language_of
from serving.platform.pages import shows
from serving.platform.render import page
from serving.platform.schools import chosen_school
from serving.platform.state import State
from serving.reports.pages import asked_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_list_out(request: Request, user: User, state: State) -> Response:
    school, form = chosen_school(request, user), _form(request)
    queue = request.query_params.get("queue") or None
    sheet = open_list_out(state, user, school or "", queue, form, language_of(request))
    if sheet is None:
        return page(request, "no_list.html", user=user, school=school)
    return out(request, user, sheet, form)


def show_handover_out(request: Request, user: User, state: State) -> Response:
    school, form = chosen_school(request, user), _form(request)
    return out(request, user, open_handover_out(state, user, school or "", form, language_of(request)), form)


def show_tasks_out(request: Request, user: User, state: State) -> Response:
    school, form, query = chosen_school(request, user) or "", _form(request), request.query_params
    duty, class_id = query.get("duty", ""), query.get("class")
    return out(request, user, open_tasks_out(state, user, school, duty, class_id, form, language_of(request)), form)


def show_file_out(request: Request, user: User, state: State) -> Response:
    form = _form(request)
    return out(
        request, user, open_file_out(state, user, request.path_params["student_id"], form, language_of(request)), form
    )


def show_report_out(request: Request, user: User, state: State) -> Response:
    school, form, (kind, day) = chosen_school(request, user), _form(request), asked_for(request)
    return out(request, user, open_report_out(state, user, kind, day, school, form, language_of(request)), form)


def out(request: Request, user: User, sheet: OutSheet, form: str) -> Response:
    """A table as a workbook, or as a page to print."""
    if form == "xlsx":
        name = quote(f"{sheet.title}.xlsx", safe="")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(workbook_of([sheet]), media_type=XLSX, headers=headers)
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "as"]
    return page(request, "print_view.html", user=user, sheet=sheet, as_workbook=dict(query) | {"as": "xlsx"})


def _form(request: Request) -> str:
    return "xlsx" if request.query_params.get("as") == "xlsx" else "print"


ROUTES = (
    shows("/export/list", show_list_out),
    shows("/export/handover", show_handover_out),
    shows("/export/duties", show_tasks_out),
    shows("/export/reports", show_report_out),
    shows("/export/students/{student_id:path}", show_file_out),
)
