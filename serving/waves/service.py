"""Waves of a school: allowed first, then put in the audit log, then read, planned or dropped."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from data_schemas.calendar import SchoolCalendar
from data_schemas.distribution import FEWEST_SHEETS, MOST
from models.duty_cover import DAY, DutyHours, kind_of_day
from models.flag_rates import DAYS_BETWEEN_WAVES
from models.policy import Policy
from models.waves import (
    DayFault,
    WaveClass,
    WaveCount,
    WaveDay,
    WaveMove,
    is_too_full,
    loads,
    moves_that_help,
    spread,
    wave_class,
    wave_day,
)
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may
from serving.platform.state import State, instruments_of
from serving.store import AuditEvent, Store, duty_in_force, write_audit
from serving.waves.store import PlannedClass, Wave, WaveSheet, classes_of, keep_wave, sheets_of, waves_of

MOST_DAYS = 20  # of a wave
LONGEST = 60  # characters of a title
LATE = timedelta(days=7)  # after the last day sheets still count to a wave
A_YEAR = timedelta(days=365)


class WaveFault(UserError):
    """What does not fit in a plan; `key` names the words that say so on the page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(Kind.BAD_DATA, message)
        self.key = key


@dataclass(frozen=True)
class CameIn:
    """What came of one class or of all: `sheets`, of these `elsewhen` on another day than planned, who was positive,
    and who of them was checked the same day."""

    sheets: int
    elsewhen: int
    positive: int
    checked: int

    @property
    def doubtful(self) -> bool:
        """Whether so many are positive that the coding is looked at first."""
        return self.sheets >= FEWEST_SHEETS and self.positive > MOST * self.sheets


@dataclass(frozen=True)
class WaveView:
    """A wave for the page: its days as the roster has them with what to expect on each, those too full, the moves that
    help, how many checks no day has room for, and by class what came in, which is nothing before the wave has begun."""

    wave: Wave
    days: tuple[WaveDay, ...]
    expected: Mapping[date, float]
    too_full: frozenset[date]
    moves: tuple[WaveMove, ...]
    left_over: float
    came: Mapping[str, CameIn]
    total: CameIn
    began: bool
    over: bool


def open_waves(state: State, user: User, school_id: str) -> tuple[Wave, ...]:
    """Raises `UserError` (refused)."""
    check_may(user, Action.PLAN_WAVES, school_id)
    write_audit(state.store, AuditEvent(state.clock(), user.username, "waves.read", object_id=school_id))
    return waves_of(state.store, school_id)


def open_wave(state: State, user: User, school_id: str, wave_id: str) -> WaveView:
    """One wave with what is to be seen of it now. Raises `UserError` (refused, not found)."""
    wave = _found(open_waves(state, user, school_id), wave_id)
    today, classes = state.today(), [one.wave_class for one in wave.classes]
    days = days_by_roster(state, school_id, wave.days)
    plan = _plan(wave)
    expected = loads(classes, plan, wave.days)
    moves, left_over = moves_that_help(classes, plan, [one for one in days if one.day >= today])
    began = wave.days[0] <= today
    sheets = _sheets(state, wave) if began else ()
    return WaveView(
        wave=wave,
        days=days,
        expected=expected,
        too_full=frozenset(one.day for one in days if is_too_full(one, expected[one.day])),
        moves=moves,
        left_over=left_over,
        came={one.class_id: _came([s for s in sheets if s.class_id == one.class_id], plan) for one in classes},
        total=_came(sheets, plan),
        began=began,
        over=wave.days[-1] < today,
    )


def begin_wave(state: State, user: User, school_id: str, title: str, instrument: str, first: str, days: str) -> str:
    """Plan a new wave: so many school days from the first one on, classes spread over those on which somebody is on
    duty. Answers its id. Raises `UserError` (refused) and `WaveFault`."""
    check_may(user, Action.PLAN_WAVES, school_id)
    if not title.strip() or len(title) > LONGEST:
        raise WaveFault("wave_fault_title", "name the wave")
    if instrument not in instruments_of(state):
        raise WaveFault("wave_fault_instrument", "choose a questionnaire")
    try:
        begins = date.fromisoformat(first)
    except ValueError as error:
        raise WaveFault("wave_fault_day", f"{first!r} is no day") from error
    if not days.isdigit() or not 1 <= int(days) <= MOST_DAYS:
        raise WaveFault("wave_fault_days", f"a wave has 1 to {MOST_DAYS} days")
    if not state.today() <= begins <= state.today() + A_YEAR:
        raise WaveFault("wave_fault_day", "a wave begins today or within a year")
    over = school_days_from(begins, int(days), state.calendars.of(school_id))
    rostered = days_by_roster(state, school_id, over)
    if all(one.fault is not None for one in rostered):
        raise WaveFault("wave_fault_nobody", "nobody is on duty on any of these days")
    classes = expected_classes(state.store, school_id, instrument, begins, state.policy, state.today())
    if not classes:
        raise WaveFault("wave_fault_classes", "no class of this school is known")
    plan = spread(classes, rostered)
    planned = tuple(PlannedClass(one, plan.get(one.class_id)) for one in classes)
    now = state.clock()
    wave = Wave(secrets.token_urlsafe(9), school_id, title.strip(), instrument, over, planned, now, user.username)
    _keep(state, user, wave)
    return wave.wave_id


def plan_wave(
    state: State, user: User, school_id: str, wave_id: str, given: Mapping[str, str], version: int, again: bool
) -> None:
    """Put classes on days (class → ISO day, blank for none), or spread them `again` by themselves. A class whose day
    has passed stays where it is. Raises `UserError` (refused, not found) and `WaveFault`: a day is refused, or somebody
    has planned the wave anew since `version` was read."""
    check_may(user, Action.PLAN_WAVES, school_id)
    wave, today = _found(waves_of(state.store, school_id), wave_id), state.today()
    rostered = {one.day: one for one in days_by_roster(state, school_id, wave.days)}
    if again:
        free = [one.wave_class for one in wave.classes if one.day is None or one.day >= today]
        asked: dict[str, date | None] = dict(spread(free, list(rostered.values())))
    else:
        asked = {class_id: _day(text) for class_id, text in given.items()}
    planned = []
    for one in wave.classes:
        class_id = one.wave_class.class_id
        day = asked.get(class_id, one.day)
        if day != one.day or (day is not None and day >= today):
            if one.day is not None and one.day < today:
                raise WaveFault("wave_fault_past", "a class whose day has passed stays where it is")
            fault = DayFault.NO_SCHOOL if day is not None and day not in rostered else None
            fault = rostered[day].fault if day is not None and fault is None else fault
            if fault is not None:
                raise WaveFault(f"wave_fault_{fault.code}", f"{day} is refused: {fault.en}")
        planned.append(PlannedClass(one.wave_class, day))
    now = state.clock()
    _keep(
        state,
        user,
        replace(wave, classes=tuple(planned), version=version, said_at=now, said_by=user.username),
    )


def drop_wave(state: State, user: User, school_id: str, wave_id: str, version: int) -> None:
    """Give up a wave that has not begun; its plans stay on record. Raises `UserError` (refused, not found) and
    `WaveFault`."""
    check_may(user, Action.PLAN_WAVES, school_id)
    wave = _found(waves_of(state.store, school_id), wave_id)
    if wave.days[0] <= state.today():
        raise WaveFault("wave_fault_past", "the wave has begun")
    dropped = replace(wave, dropped=True, version=version, said_at=state.clock(), said_by=user.username)
    _keep(state, user, dropped)


def _keep(state: State, user: User, wave: Wave) -> None:
    action = "wave.dropped" if wave.dropped else "wave.planned"
    event = AuditEvent(state.clock(), user.username, action, object_id=wave.school_id, detail=wave.wave_id)
    if not keep_wave(state.store, wave, event):
        raise WaveFault("wave_fault_gone_on", "somebody has planned this wave anew")


def expected_classes(
    store: Store, school_id: str, instrument: str, before: date, policy: Policy, today: date
) -> list[WaveClass]:
    """What to expect of every class by the school's last wave of the questionnaire that ended before a day."""
    earlier = sheets_of(store, school_id, instrument, before - A_YEAR, before - DAY, today)
    newest = max((one.on for one in earlier), default=before)
    last = [one for one in earlier if one.on > newest - timedelta(days=DAYS_BETWEEN_WAVES)]
    by_class = {name: [one for one in last if one.class_id == name] for name in {one.class_id for one in last}}
    school, classes = _count(last), classes_of(store, school_id)
    return [wave_class(one, stages, _count(by_class.get(one, [])), school, policy) for one, stages in classes.items()]


def _count(sheets: Sequence[WaveSheet]) -> WaveCount:
    return WaveCount(len(sheets), sum(one.positive for one in sheets))


def days_by_roster(state: State, school_id: str, days: Sequence[date]) -> tuple[WaveDay, ...]:
    spans, school = duty_in_force(state.store, [school_id]).get(school_id, []), state.calendars.of(school_id)
    return tuple(wave_day(day, spans, school, state.policy, state.today()) for day in days)


def school_days_from(first: date, count: int, school: SchoolCalendar) -> tuple[date, ...]:
    """So many school days from a day on, fewer where a year has not as many."""
    days = (first + n * DAY for n in range(A_YEAR.days))
    return tuple(islice((day for day in days if kind_of_day(day, school) is DutyHours.LESSONS), count))


def _sheets(state: State, wave: Wave) -> tuple[WaveSheet, ...]:
    last = wave.days[-1] + LATE
    return sheets_of(state.store, wave.school_id, wave.instrument, wave.days[0], last, state.today())


def _came(sheets: Sequence[WaveSheet], plan: Mapping[str, date]) -> CameIn:
    return CameIn(
        len(sheets),
        sum(one.on != plan.get(one.class_id) for one in sheets),
        sum(one.positive for one in sheets),
        sum(one.checked for one in sheets),
    )


def _plan(wave: Wave) -> dict[str, date]:
    return {one.wave_class.class_id: one.day for one in wave.classes if one.day is not None}


def _found(waves: Sequence[Wave], wave_id: str) -> Wave:
    wave = next((one for one in waves if one.wave_id == wave_id), None)
    if wave is None:
        raise UserError(Kind.NOT_FOUND, "there is no such wave")
    return wave


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise WaveFault("wave_fault_day", f"{text!r} is no day") from error
