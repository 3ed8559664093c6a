"""Who turns 14, from when the own consent is the one that counts (`models.consent`): they are to be asked before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.consent import OWN_FROM, own_from
from models.triage import ZONE
from serving.rights.store import turning
from serving.store import AuditEvent, Store, write_audit

READ = "birthdays.read"


@dataclass(frozen=True)
class Birthday:
    student_id: str
    school_id: str
    on: date


def birthdays(store: Store, now: datetime, days: int, school_id: str | None, actor: str) -> list[Birthday]:
    """Those of whom a guardian's consent is on record and no own one, by the day within `days` (today among them) on
    which they turn 14. That the list was read is put in the trail."""
    write_audit(store, AuditEvent(now, actor, READ, "rights_request", school_id, f"days={days}"))
    today = now.astimezone(ZONE).date()
    years = timedelta(days=366)  # a year too many on either side: the birthday itself decides
    first = date(today.year - OWN_FROM, 1, 1) - years
    found = turning(store, first, date(today.year - OWN_FROM, 12, 31) + years + timedelta(days=days), school_id)
    told = [Birthday(who, school, own_from(born)) for who, school, born in found]
    return sorted((one for one in told if today <= one.on <= today + timedelta(days=days)), key=lambda one: one.on)
