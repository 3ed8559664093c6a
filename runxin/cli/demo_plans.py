"""What a school of the demo has planned: a duty roster with a gap to see, a wave that is over, and one that is to come.
People and numbers are invented."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import ceil

from data_schemas.calendar import SchoolCalendar
from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from data_schemas.zone import CHINA
from models.duty_cover import DAY, DutyHours, at, kind_of_day, term_end
from models.policy import Policy
from models.waves import WaveClass, spread, wave_day
from serving.store import AuditEvent, Store, keep_duty
from serving.store.duty import PUBLIC, keep_numbers
from serving.waves import LATE, PlannedClass, Wave, WaveSheet, expected_classes, keep_wave, school_days_from, sheets_of

QUESTIONNAIRES = ("phq9", "mht", "mssmhs", "cesd")  # one of them a school of the city uses
MOST, UNTIL_THEN, BACK = 20, timedelta(days=7), timedelta(days=60)
ON_CALL = ("李老师", "0517-0000002")
COUNSELORS = {
    ("王老师", "0517-0000001"): (time(7, 30), time(12)),
    ("张老师", "0517-0000005"): (time(12), time(17, 30)),
}
A_DAY = 11  # of the twelve checks that the two can hold
NUMBERS = {
    PUBLIC: (None, "0517-0000000"),
    DutyRole.DEPUTY.code: ("周副校长", "0517-0000003"),
    DutyRole.PRINCIPAL.code: ("陈校长", "0517-0000004"),
    DutyRole.CENTRE.code: (None, "12356"),
}


def plan_demo(
    store: Store, school_id: str, as_of: date, school: SchoolCalendar, policy: Policy, now: datetime, actor: str
) -> None:
    """Put all of it into the store. The roster reaches from the wave that is over to the end of the term of
    the one to come, so that clocks find somebody in between; on a day in the middle of that one nobody is on duty."""
    today = now.astimezone(CHINA).date()
    over = {code: sheets_of(store, school_id, code, as_of - BACK, as_of, today) for code in QUESTIONNAIRES}
    code = max(over, key=lambda one: len(over[one]))
    first = school_days_from(today + UNTIL_THEN, 1, school)
    if not over[code] or not first:
        return
    began = min(sheet.on for sheet in over[code])
    classes = expected_classes(store, school_id, code, first[0], policy, today)
    days = school_days_from(first[0], min(MOST, ceil(sum(one.expected for one in classes) / A_DAY) + 1), school)
    last = max(days[-1] + 2 * LATE, term_end(days[-1], school) or days[-1])
    turns = _turns(school_id, began, last, {days[len(days) // 2]}, school)
    keep_duty(store, turns, actor, now)
    keep_numbers(store, school_id, NUMBERS, actor, now)
    before = expected_classes(store, school_id, code, began, policy, today)
    _keep(store, _over(school_id, code, over[code], before, now, actor))
    plan = spread(classes, [wave_day(day, turns, school, policy, today) for day in days])
    moved = {one: days[0] for one in list(plan)[-2:]}  # somebody put the last two classes on the first day
    planned = tuple(PlannedClass(one, (plan | moved).get(one.class_id)) for one in classes)
    _keep(store, Wave(f"next-{school_id}", school_id, "下一次筛查", code, days, planned, now, actor))


def _turns(school_id: str, first: date, last: date, nobody: set[date], school: SchoolCalendar) -> list[DutySpan]:
    found = []
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        found.append(DutySpan(school_id, ON_CALL[0], DutyRole.ON_CALL, ON_CALL[1], at(day), at(day) + DAY))
        if kind_of_day(day, school) is DutyHours.LESSONS and day not in nobody:
            for (person, phone), (begins, ends) in COUNSELORS.items():
                hours = at(day, begins), at(day, ends)
                found.append(DutySpan(school_id, person, DutyRole.COUNSELOR, phone, *hours))
    return found


def _over(
    school_id: str, code: str, sheets: Sequence[WaveSheet], classes: Sequence[WaveClass], now: datetime, actor: str
) -> Wave:
    """The wave of these sheets, as if each class had been planned on the day on which most of it came."""
    by_class: dict[str, Counter[date]] = {}
    for sheet in sheets:
        by_class.setdefault(sheet.class_id, Counter())[sheet.on] += 1
    planned = tuple(
        PlannedClass(one, by_class[one.class_id].most_common(1)[0][0]) for one in classes if one.class_id in by_class
    )
    days = tuple(sorted({one.day for one in planned if one.day is not None}))
    return Wave(f"over-{school_id}", school_id, "上一次筛查", code, days, planned, now, actor)


def _keep(store: Store, wave: Wave) -> None:
    event = AuditEvent(wave.said_at, wave.said_by, "wave.planned", object_id=wave.school_id, detail=wave.wave_id)
    keep_wave(store, wave, event)
