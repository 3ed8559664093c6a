"""名册与登记: choose a table, send a file, look it over, take it; mend what is at fault and send it again."""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.table import CellKind, Table
from runxin.errors import Kind, UserError
from serving.access import User
from serving.intake.files import MOST_ROWS, TAKEN, WIDTHS, taken
from serving.intake.service import NAMED, FilePreview, check_may_bring, check_template, occasions_of, preview, take_rows
from serving.platform.file_faults import ImportFault, faults_said
from serving.platform.guard import Form, Upload, language_of, one, uploaded
from serving.platform.pages import shows, takes
from serving.platform.render import go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State
from serving.platform.table_files import download

MOST_FAULTS = 50
OF_COLUMN = "column-"  # before the name of a column in the form for one row


def show_intake(request: Request, user: User, state: State) -> Response:
    school = chosen_school(request, user) or ""
    check_may_bring(user, school)
    return _page(request, user, school, request.query_params.get("table", ""), state.today())


def take_file(request: Request, user: User, state: State, form: Form) -> Response:
    """The first look at a file, or (`act=take`) what the first look has shown."""
    school, table = one(form, "school"), one(form, "table")
    known = taken(table)
    try:
        if one(form, "act") == "take":
            done = take_rows(state, user, school, table, form.get("text", [""])[0], one(form, "occasion"))
            said = {"said": "taken", "rows": done.rows, "students": done.students, "strangers": done.strangers}
            return go(request, f"/intake?{urlencode({'school': school, 'table': table} | said)}")
        sent = _one_row(known, form) if one(form, "act") == "one" and known is not None else uploaded(request)
        return _page(request, user, school, table, state.today(), preview(state, user, school, table, sent))
    except UserError as error:
        if error.kind is not Kind.BAD_DATA or known is None:
            raise
        return _page(request, user, school, table, state.today(), problems=faults_said(error, known))


def _one_row(table: Table, form: Form) -> Upload:
    """A row that was filled in by hand: a file of one."""
    out = StringIO()
    csv.writer(out).writerows(
        [
            [column.name for column in table.columns],
            [one(form, f"{OF_COLUMN}{column.name}") for column in table.columns],
        ]
    )
    return Upload("one.csv", out.getvalue().encode())


def show_template(request: Request, user: User, state: State) -> Response:
    """The heads alone: what each column may hold stands on the page."""
    query, school = request.query_params, chosen_school(request, user) or ""
    table = check_template(user, school, query.get("table", TAKEN[0].name))
    return download(table, [], language_of(request) == "zh", query.get("as") == "csv", WIDTHS)


def _page(
    request: Request,
    user: User,
    school: str,
    table: str,
    today: date,
    shown: FilePreview | None = None,
    problems: Sequence[ImportFault] = (),
) -> Response:
    query, known = request.query_params, taken(table)
    told = {name: query.get(name, "") for name in ("rows", "students", "strangers")}
    coded = [] if known is None else [column for column in known.columns if column.kind is CellKind.CODE]
    return page(
        request,
        "intake.html",
        user=user,
        school=school,
        tables=TAKEN,
        table=known,
        coded=coded,
        of_column=OF_COLUMN,
        today=today,
        days=CellKind.DATE,
        occasions=() if known is None else occasions_of(known),
        shown=shown,
        named=NAMED,
        most_rows=MOST_ROWS,
        problems=problems[:MOST_FAULTS],
        more_problems=len(problems[MOST_FAULTS:]),
        said=query.get("said") if request.method == "GET" else None,
        told=told,
        path="/intake",
        status=422 if problems else 200,
    )


ROUTES = (shows("/intake", show_intake), takes("/intake", take_file), shows("/intake/template", show_template))
