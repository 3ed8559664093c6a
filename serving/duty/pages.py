"""The roster of a school: a week as a grid, one turn to add or change, numbers, and files."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.tables import TABLES
from runxin.errors import Kind, UserError
from serving.access import User
from serving.duty.form import FIELDS, DutyFault, DutyRepeat, day_of
from serving.duty.service import (
    KINDS,
    import_duty,
    may_change,
    open_duty,
    remove_turn,
    save_numbers,
    save_turn,
    turns_to_file,
)
from serving.duty.week import WEEK, DutyWeek
from serving.platform.file_faults import ImportFault, faults_said
from serving.platform.guard import Form, language_of, one, uploaded
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State
from serving.platform.table_files import download

MOST_FAULTS = 50  # of a file, named on the page
TABLE = TABLES["duty"]
WIDTHS = {"school_id": 16.0, "phone": 18.0, "starts_at": 18.0, "ends_at": 18.0, "note": 24.0}


def show_duty(request: Request, user: User, state: State) -> Response:
    school = chosen_school(request, user) or ""
    return _page(request, user, state, school, _day(request.query_params.get("week")), request.query_params.get("turn"))


def take_turn(request: Request, user: User, state: State, form: Form) -> Response:
    school, turn, typed = one(form, "school"), one(form, "turn"), {name: one(form, name) for name in FIELDS}
    week = _day(one(form, "week"))
    try:
        if one(form, "act") == "remove":
            remove_turn(state, user, school, turn)
            said = {"said": "removed"}
        else:
            said = {"said": "saved", "n": str(save_turn(state, user, school, turn, typed))}
    except DutyFault as fault:
        return _page(request, user, state, school, week, turn, typed=typed, fault=fault.key)
    return _back(request, school, _day(typed["day"]) or week, said)


def take_numbers(request: Request, user: User, state: State, form: Form) -> Response:
    school = one(form, "school")
    given = {kind: (one(form, f"{kind}_person") or None, one(form, f"{kind}_phone") or None) for kind in KINDS}
    try:
        save_numbers(state, user, school, given)
    except DutyFault as fault:
        return _page(request, user, state, school, _day(one(form, "week")), None, fault=fault.key)
    return _back(request, school, _day(one(form, "week")), {"said": "numbers"})


def take_import(request: Request, user: User, state: State, form: Form) -> Response:
    school, week = one(form, "school"), _day(one(form, "week"))
    try:
        done = import_duty(state, user, school, uploaded(request))
    except UserError as error:
        if error.kind is not Kind.BAD_DATA:
            raise
        return _page(request, user, state, school, week, None, problems=faults_said(error, TABLE))
    said = {"said": "imported", "n": str(done.turns), "first": f"{done.first}", "last": f"{done.last}"}
    return _back(request, school, done.first, said)


def show_sheet(request: Request, user: User, state: State) -> Response:
    """The template, with the turns of the week; Excel, or CSV that Excel opens."""
    school, query = chosen_school(request, user) or "", request.query_params
    spans = turns_to_file(state, user, school, _day(query.get("week")))
    zh = language_of(request) == "zh"
    rows = [_cells(span, zh) for span in spans] or [[school, *[""] * (len(TABLE.columns) - 1)]]
    return download(TABLE, rows, zh, query.get("as") == "csv", WIDTHS)


def _page(
    request: Request,
    user: User,
    state: State,
    school: str,
    week: date | None,
    turn: str | None,
    typed: Mapping[str, str] | None = None,
    fault: str | None = None,
    problems: Sequence[ImportFault] = (),
) -> Response:
    found = open_duty(state, user, school, week)
    query = request.query_params if request.method == "GET" else {}
    return page(
        request,
        "duty.html",
        user=user,
        school=school,
        week=found,
        before=found.monday - WEEK,
        after=found.monday + WEEK,
        today=state.today(),
        may_change=may_change(user, school),
        turn=turn if turn in found.turns else None,
        typed=typed or _typed(found, turn, state.today()),
        roles=tuple(DutyRole),
        repeats=tuple(DutyRepeat),
        kinds={kind: {one.code: one for one in DutyRole}.get(kind) for kind in KINDS},
        said=query.get("said"),
        told={name: query.get(name, "") for name in ("n", "first", "last")},
        fault=fault,
        problems=problems[:MOST_FAULTS],
        more_problems=max(0, len(problems) - MOST_FAULTS),
        year=state.clock().astimezone(CHINA).year,
        path="/duty",
        status=422 if fault or problems else 200,
    )


def _typed(week: DutyWeek, turn: str | None, today: date) -> dict[str, str]:
    """The form as it is filled in first: the turn that is asked for, or an empty one of the week."""
    span = week.turns.get(turn or "")
    if span is None:
        first = max(week.monday, today) if week.monday <= today < week.monday + WEEK else week.monday
        return dict.fromkeys(FIELDS, "") | {"day": f"{first}"}
    said = {"role": span.role.code, "person": span.person, "phone": span.phone or "", "note": span.note or ""}
    hours = {"day": f"{span.starts_at.date()}", "from": f"{span.starts_at:%H:%M}", "until": f"{span.ends_at:%H:%M}"}
    return dict.fromkeys(FIELDS, "") | said | hours


def _back(request: Request, school: str, week: date | None, said: Mapping[str, str]) -> Response:
    query = {"school": school} | ({"week": f"{week}"} if week else {}) | dict(said)
    return go(request, f"/duty?{urlencode(query)}")


def _day(text: str | None) -> date | None:
    try:
        return day_of(text) if text else None
    except DutyFault:
        return None


def _cells(span: DutySpan, zh: bool) -> list[str]:
    hours = (f"{span.starts_at:%Y-%m-%d %H:%M}", f"{span.ends_at:%Y-%m-%d %H:%M}")
    return [
        span.school_id,
        span.person,
        span.role.zh if zh else span.role.code,
        span.phone or "",
        *hours,
        span.note or "",
    ]


ROUTES = (
    shows("/duty", show_duty),
    takes("/duty", take_turn),
    takes("/duty/numbers", take_numbers),
    takes("/duty/import", take_import),
    shows("/duty/sheet", show_sheet),
)
