"""A school's list for one of its counselors: allowed first, then put in the trail, then read."""

from datetime import datetime

from data_schemas.school_days import Calendars
from models.policy import Policy
from models.triage import Duty
from serving.access import User, check_user_can_see_list, user_can_see_names
from serving.store import AuditEvent, Store, write_audit
from serving.today.build import follow_up_list
from serving.today.entries import FollowUpList


def open_list(
    store: Store,
    user: User,
    school_id: str,
    now: datetime,
    policy: Policy,
    slots: int | None = None,
    purpose: str = "follow_up",
    calendars: Calendars | None = None,
    duty: Duty | None = None,
) -> FollowUpList:
    """The list with names where allowed; raises `UserError` (refused, not found)."""
    check_user_can_see_list(user, school_id)
    write_audit(store, AuditEvent(now, user.username, "list.read", purpose, school_id))
    names = user_can_see_names(user, school_id)
    return follow_up_list(store, school_id, now, names, policy, slots, calendars=calendars, duty=duty)
