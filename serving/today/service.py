"""A school's list for one of its counselors: allowed first, then put in the audit log, then read."""

from dataclasses import replace

from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may, may
from serving.platform.state import State
from serving.store import AuditEvent, write_audit
from serving.today.blind import drawn_of_school
from serving.today.build import follow_up_list
from serving.today.clusters import clusters_of
from serving.today.entries import FollowUpList


def open_list(
    state: State, user: User, school_id: str, purpose: str = "follow_up", slots: int | None = None
) -> FollowUpList | None:
    """A school's list, with names where allowed; None where none was published. `slots` moves the
    week's line; it must keep the lot (`models.triage.week.keeps_the_lot`). Raises `UserError` (refused)."""
    check_may(user, Action.SEE_LIST, school_id)
    now = state.clock()
    write_audit(state.store, AuditEvent(now, user.username, "list.read", purpose, school_id))
    names = may(user, Action.SEE_NAMES, school_id)
    try:
        listed = follow_up_list(state.store, school_id, now, names, state.policy, slots, calendars=state.calendars)
    except UserError as error:
        if error.kind is Kind.NOT_FOUND:
            return None
        raise
    blind = drawn_of_school(state.store, school_id, now, state.policy, state.calendars)
    return replace(listed, clusters=clusters_of(state.store, school_id, now, blind))
