"""`runxin duty tasks`: how the tasks of the city's plan stand, in counts."""

from datetime import UTC, datetime
from typing import Any

from data_schemas.calendar_tables import read_calendars
from models import read_policy
from models.duties import DutyCount, DutyState
from runxin.cli.operator import operator
from runxin.settings import Settings
from serving.duties.service import DutiesView, view_of
from serving.store import AuditEvent, Store, write_audit


def tasks_of(store: Store, settings: Settings, schools: list[str]) -> tuple[dict[str, Any], list[str]]:
    """By school, for a program and for a person; nobody is named. The reading is put in the trail."""
    now, policy, calendars = datetime.now(UTC), read_policy(settings.policy_file), read_calendars(settings.calendar)
    payload, lines = [], []
    for school_id in schools:
        write_audit(store, AuditEvent(now, operator(), "tasks.read", object_id=school_id))
        view = view_of(store, school_id, policy, calendars, now)
        payload.append(_school(school_id, view))
        lines += [f"{school_id}  counted from {view.since}", *(_line(one) for one in view.counts)]
    return {"schools": payload}, lines


def _school(school_id: str, view: DutiesView) -> dict[str, Any]:
    return {"school_id": school_id, "since": view.since.isoformat(), "duties": [_plain(one) for one in view.counts]}


def _plain(one: DutyCount) -> dict[str, Any]:
    states = {state.code: n for state, n in one.states.items()}
    more = {"late": one.late, "longest_overdue_days": one.longest, "share": one.share}
    return {"id": one.rule.id, "what": {"zh": one.rule.what.zh, "en": one.rule.what.en}} | states | more


def _line(one: DutyCount) -> str:
    counts = ", ".join(f"{state.en} {one.states[state]}" for state in DutyState if one.states[state])
    return f"  {one.rule.id}  {one.rule.what.zh} / {one.rule.what.en}: {counts}"
