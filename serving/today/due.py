"""What is due for a line of the list: the strictest clock, the own one of a queue, and what is told of the blind."""

from datetime import datetime

from data_schemas.instruments import Words
from models.triage import BY_CODE, Clock, Present
from models.triage.queues import CONTACT, RETEST
from serving.today.entries import Due

AUDIT_DUE = Due(Words(zh="本周内访谈", en="talk this week"), None, False)
# What a queue asks for of somebody blind: by when, and not why.
BLIND_DUE = {
    CONTACT: Words(zh="与学生或家长联系", en="contact the student or a guardian"),
    RETEST: Words(zh="复测或当面询问", en="repeat a questionnaire or ask in person"),
}
NOTHING_DUE = Words(zh="目前没有单独安排", en="nothing in particular is planned")


def due_of(one: Present, now: datetime) -> Due:
    """The strictest clock of a student, and why."""
    clock = one.clock
    return Due(NOTHING_DUE, None, False) if clock is None else _due(clock, now)


def own_due(one: Present, queue: str, now: datetime) -> Due | None:
    """The clock of a queue, where it is not the strictest itself: a talk that is overdue for a month must not read as
    the answer to a danger of this morning, nor a questionnaire to be repeated as what can be done for who is away."""
    clock = _own_clock(one, queue)
    return None if clock is None or clock is one.clock else _due(clock, now)


def overdue_of(one: Present, queue: str, now: datetime) -> tuple[bool, bool]:
    """Whether the strictest clock and the queue's own have run out: all that the hour changes in what is due."""
    clock, own = one.clock, _own_clock(one, queue)
    return clock is not None and clock.overdue(now), own is not None and own.overdue(now)


def _own_clock(one: Present, queue: str) -> Clock | None:
    own = BY_CODE[queue].clock
    return None if own is None else next(filter(own, one.clocks), None)


def _due(clock: Clock, now: datetime) -> Due:
    return Due(clock.what, clock.by, clock.overdue(now), clock.start, clock.why, clock.who)


def blind_due(one: Present, queue: str, now: datetime) -> Due:
    """The talk of the week, but where a queue has a deadline of its own: that is no less for being blind."""
    clock = _own_clock(one, queue) if queue in BLIND_DUE else None
    return AUDIT_DUE if clock is None else Due(BLIND_DUE[queue], clock.by, clock.overdue(now), clock.start)
