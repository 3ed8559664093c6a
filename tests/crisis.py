"""A school with a duty roster, and the crisis clock over it with receivers of the tests' own; time is the test's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from data_schemas.codes import DutyRole, Tier
from data_schemas.duty import DutySpan
from runxin.settings import Settings, read_settings
from serving.store import Filing, RunFacts, Store, keep_duty
from serving.work import Work, make_work
from tests.factories import AS_OF, NOW, assessment, floor, publish, student
from tests.known_schools import make_known
from tests.receivers import Hooks

COUNSELOR, DEPUTY, PRINCIPAL, CENTRE, ON_CALL = DutyRole
PEOPLE = {COUNSELOR: "王老师", DEPUTY: "李校长", PRINCIPAL: "陈校长", CENTRE: "区县中心", ON_CALL: "赵老师"}
MINUTE = timedelta(minutes=1)


def roster(store: Store, school_id: str = "school-01", at: datetime = NOW) -> None:
    """On duty by day, on call by night, and the other three day and night, for a week."""
    morning = at.replace(hour=0, minute=0, second=0)  # eight o'clock at school
    spans = []
    for day in range(7):
        start = morning + timedelta(days=day)
        evening, end = start + timedelta(hours=10), start + timedelta(days=1)
        spans.append(DutySpan(school_id, PEOPLE[COUNSELOR], COUNSELOR, "13800000001", start, evening))
        spans.append(DutySpan(school_id, PEOPLE[ON_CALL], ON_CALL, "13800000005", evening, end))
    whole = (morning, morning + timedelta(days=7))
    spans += [DutySpan(school_id, PEOPLE[role], role, None, *whole) for role in (DEPUTY, PRINCIPAL, CENTRE)]
    make_known(store, [school_id])
    keep_duty(store, spans, "test", at)


def in_danger(
    store: Store, ids: Sequence[str], at: datetime, rule: str = "R02", school_id: str = "school-01", run: str = "f"
) -> None:
    """Evidence that is to be answered in minutes is published of these students at a moment."""
    found = floor(rule, received_at=at, known_on=AS_OF, evidence_on=AS_OF)
    said = [assessment(one, Tier.CRISIS, tier_source="floor", floors=(found,)) for one in ids]
    filings = RunFacts(filings=[Filing(one, school_id, (found,)) for one in ids])
    them = [student(one, school_id) for one in ids]
    publish(store, said, students=them, at=at, fingerprint=f"{run}-{rule}-{at}", facts=filings)


@dataclass
class Shift:
    """The clock at work: `now` is moved on by the test."""

    store: Store
    home: Path
    now: datetime = NOW
    hook: Hooks | None = None
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    @property
    def settings(self) -> Settings:
        return read_settings({"RUNXIN_HOME": str(self.home), "RUNXIN_PUBLIC_URL": "https://runxin.example.org"})

    def begin(self) -> None:
        """Another process takes over: nothing is left of the one before but what is stored."""
        self.work = make_work(self.store, self.settings, lambda: self.now)

    def step(self, minutes: float = 0) -> int:
        """Move on and do everything that is due."""
        self.now += timedelta(minutes=minutes)
        return self.work.worker.run_until_idle()

    def danger(self, *ids: str) -> None:
        """A minute later something comes in, and the clock looks."""
        self.now += MINUTE
        in_danger(self.store, ids, self.now)
        self.step()

    def pass_time(self, minutes: int) -> None:
        """Let time pass as the worker sees it, a minute at a time."""
        for _ in range(minutes):
            self.step(1)

    def texts(self, kind: str = "/ding") -> list[str]:
        """What a robot was sent, oldest first."""
        assert self.hook is not None
        return [one.content["text"]["content"] for one in self.hook.received if one.path == kind]


def with_robots(home: Path, hook: Hooks, *codes: str) -> None:
    """Channels of a home: a robot of DingTalk each, at an address by its name."""
    said = "".join(f'[{code}]\nkind = "dingtalk"\nurl = "{hook.url}/{code}"\n' for code in codes or ("ding",))
    (home / "channels.toml").write_text(said, "utf-8")


@contextmanager
def shift(store: Store, home: Path, hook: Hooks) -> Iterator[Shift]:
    with_robots(home, hook)
    roster(store)
    yield Shift(store, home, hook=hook)
