"""What is wrong with the crisis clock and with what goes out: told, and never a reason to take the service away."""

from collections.abc import Collection
from datetime import datetime, timedelta

from models.crisis_policy import CrisisPolicy
from models.triage import ZONE
from runxin.errors import how_many
from serving.health.checks import Trouble
from serving.jobs.state import WorkState, work_state
from serving.store import Store

CANARY_LATE = timedelta(minutes=30)  # after its time by which a canary has arrived
NEVER = "no worker has ever run: nobody is rung"
START = "start `runxin work` (systemctl restart runxin-work); until then docs/runbooks.md, the crisis path is down"
SEE = "see /admin/channels"


def work_troubles(store: Store, channels: Collection[str], policy: CrisisPolicy, now: datetime) -> list[Trouble]:
    """Of a clock that nobody has ever started something is said only where there are `channels`."""
    state = work_state(store, now)
    if not state.known:
        return [Trouble("clock", NEVER, START, stops=False)] if channels else []
    return [*_of_clock(state, policy, now), *_of_messages(state, channels, policy, now)]


def _of_clock(state: WorkState, policy: CrisisPolicy, now: datetime) -> list[Trouble]:
    if state.looked_at is None:
        return [Trouble("clock", "the crisis clock has never looked: nobody is rung", START, stops=False)]
    if state.silent_since(now, policy.silent_minutes) is None:
        return []
    minutes = int((now - state.looked_at).total_seconds() // 60)
    what = f"the crisis clock has been silent for {how_many(minutes, 'minute')}: nobody is rung"
    return [Trouble("clock", what, START, stops=False)]


def _of_messages(state: WorkState, channels: Collection[str], policy: CrisisPolicy, now: datetime) -> list[Trouble]:
    found = []
    if state.late:
        by = ", ".join(sorted({one.channel for one in state.late}))
        what = f"{how_many(len(state.late), 'message')} did not arrive by {by}"
        found.append(Trouble("messages", what, SEE, stops=False))
    today = now.astimezone(ZONE).date()
    if now > datetime.combine(today, policy.canary_at, ZONE) + CANARY_LATE:
        there = {one.channel for one in state.canaries if one.sent_at and one.made_at.astimezone(ZONE).date() == today}
        missing = sorted(set(channels) - there)
        if missing:
            what = f"today's canary has not arrived by {', '.join(missing)}"
            found.append(Trouble("messages", what, SEE, stops=False))
    return found
