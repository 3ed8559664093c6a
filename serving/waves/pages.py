"""Waves of a school: the list with a form for a new one, and one wave as classes × days."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import DutyRole
from data_schemas.instruments import Words
from serving.access import User
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page
from serving.platform.schools import chosen_school
from serving.platform.state import State, instruments_of
from serving.waves.service import (
    MOST_DAYS,
    WaveFault,
    begin_wave,
    drop_wave,
    open_wave,
    open_waves,
    plan_wave,
)

FIELDS = ("title", "instrument", "first", "count")
PLANNED_DAYS = 8  # of a new wave, to begin with
OF_CLASS = "class-"  # before the number of a class in the form: what a class is called may hold anything


def show_waves(request: Request, user: User, state: State) -> Response:
    school, wave_id = chosen_school(request, user) or "", request.query_params.get("wave")
    if wave_id:
        return _wave(request, user, state, school, wave_id)
    return _waves(request, user, state, school)


def take_new(request: Request, user: User, state: State, form: Form) -> Response:
    school, typed = one(form, "school"), {name: one(form, name) for name in FIELDS}
    try:
        wave_id = begin_wave(state, user, school, typed["title"], typed["instrument"], typed["first"], typed["count"])
    except WaveFault as fault:
        return _waves(request, user, state, school, typed, fault.key)
    return _to(request, school, wave_id, "begun")


def take_plan(request: Request, user: User, state: State, form: Form) -> Response:
    """The grid as it was sent: a day for each class, by the number of its row."""
    school, wave_id, act = one(form, "school"), one(form, "wave"), one(form, "act")
    version = int(one(form, "version")) if one(form, "version").isdigit() else 0
    names = form.get("name", [])
    given = {name: one(form, f"{OF_CLASS}{number}") for number, name in enumerate(names)}
    try:
        if act == "drop":
            drop_wave(state, user, school, wave_id, version)
            return go(request, f"/waves?{urlencode({'school': school, 'said': 'dropped'})}")
        plan_wave(state, user, school, wave_id, given, version, act == "spread")
    except WaveFault as fault:
        return _wave(request, user, state, school, wave_id, given, fault.key)
    return _to(request, school, wave_id, "saved")


def _waves(
    request: Request,
    user: User,
    state: State,
    school: str,
    typed: Mapping[str, str] | None = None,
    fault: str | None = None,
) -> Response:
    known = instruments_of(state)
    return page(
        request,
        "waves.html",
        user=user,
        school=school,
        waves=open_waves(state, user, school),
        instruments={code: _label(known[code].short, known[code].name) for code in sorted(known)},
        today=state.today(),
        most_days=MOST_DAYS,
        typed=typed or {"title": "", "instrument": "phq9", "first": "", "count": str(PLANNED_DAYS)},
        fault=fault,
        said=request.query_params.get("said") if request.method == "GET" else None,
        path="/waves",
        status=422 if fault else 200,
    )


def _wave(
    request: Request,
    user: User,
    state: State,
    school: str,
    wave_id: str,
    given: Mapping[str, str] | None = None,
    fault: str | None = None,
) -> Response:
    view, known = open_wave(state, user, school, wave_id), instruments_of(state)
    instrument = known.get(view.wave.instrument)
    code = view.wave.instrument
    days = {one.wave_class.class_id: f"{one.day or ''}" for one in view.wave.classes}
    return page(
        request,
        "wave.html",
        user=user,
        school=school,
        view=view,
        instrument=_label(instrument.short, instrument.name) if instrument else Words(zh=code, en=code),
        days=days | dict(given or {}),
        of_class=OF_CLASS,
        policy=state.policy,
        check_roles=[one for one in DutyRole if one.code in state.policy.waves.check_roles],
        today=state.today(),
        fault=fault,
        said=request.query_params.get("said") if request.method == "GET" else None,
        year=state.clock().astimezone(CHINA).year,
        path="/waves",
        status=422 if fault else 200,
    )


def _label(short: Words | None, name: Words) -> Words:
    return short or name


def _to(request: Request, school: str, wave_id: str, said: str) -> Response:
    return go(request, f"/waves?{urlencode({'school': school, 'wave': wave_id, 'said': said})}")


ROUTES = (shows("/waves", show_waves), takes("/waves/new", take_new), takes("/waves", take_plan))
