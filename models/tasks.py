"""Errands that leave gives rise to: they stand beside the list and move nobody on it.

淮政办函〔2026〕1号 names 节假日返校即请假 and absence among what schools follow up; one event is a reason to ask, not a
tier. An errand is done when somebody has recorded a contact or an interview on that day or later.
"""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.instruments import Words
from models.assessment import Task
from models.columns import NO_DAY
from models.features.leave_days import LeaveDays, back_from, leave_days, return_days
from models.features.matrix import latest_by_student
from models.policy import Policy
from models.records import Records, rows_of
from models.sheets import Ints

CONTACT, ASK = "contact_unexcused", "ask_return"


def open_tasks(records: Records, as_of: int, policy: Policy, seen: Ints) -> list[list[Task]]:
    """The errands of each student at the end of the day, from what was recorded by then. `seen` (n,) is the day of the
    last interview by a named person."""
    n, school = len(records), records.school
    found: list[list[Task]] = [[] for _ in range(n)]
    leaves, _ = rows_of(records, "leaves")
    days = leave_days(leaves, as_of, school)
    recent = back_from(days.student, days.day, as_of, school) < policy.tasks.school_days
    days, done = days.where(recent), np.maximum(seen, _contacted(records, as_of))
    tasks = [*_contacts(days, policy), *_asks(records, days, policy)]
    for student, kind, on, known, within, text in sorted(tasks, key=lambda task: task[:3]):
        if on > done[student]:
            due = day_to_date(_school_day_after(records, student, max(on, known), within))
            found[student].append(Task(kind, day_to_date(on), due, text))
    return found


Found = Iterator[tuple[int, str, int, int, int, Words]]  # student, kind, day, known since, school days to do it in


def _contacts(days: LeaveDays, policy: Policy) -> Found:
    """旷课: contact on the same day. One errand a student, for the newest day."""
    if not policy.tasks.contact_unexcused:
        return
    absent = days.where(days.unexcused)
    last = np.append(np.diff(absent.student) != 0, True)[: len(absent.day)]
    for student, on, known in zip(absent.student[last], absent.day[last], absent.recorded[last], strict=True):
        day = day_to_date(on).isoformat()
        text = Words(
            zh=f"旷课（{day}），未见联系记录：当日联系学生与家长",
            en=f"absent without leave ({day}) and no contact on record: call student and guardian the same day",
        )
        yield int(student), CONTACT, int(on), int(known), 0, text


def _asks(records: Records, days: LeaveDays, policy: Policy) -> Found:
    """节假日返校即请假, once: ask about it. Of more times in two terms a floor speaks."""
    if not policy.tasks.ask_return:
        return
    for student, on, known in zip(*return_days(days, records.school), strict=True):
        day = day_to_date(on).isoformat()
        text = Words(
            zh=f"节假日返校即请假（{day}）：问一问原因", en=f"on leave right after a holiday ({day}): ask about it"
        )
        yield int(student), ASK, int(on), int(known), policy.due.ask_school_days, text


def _contacted(records: Records, as_of: int) -> Ints:
    """The day of the newest contact of each student, as recorded by the day."""
    rows, _ = rows_of(records, "contacts")
    on = rows["contacted_on"]
    known = np.where(rows["recorded_on"] == NO_DAY, on, rows["recorded_on"])
    mine = (known <= as_of) & (on <= as_of)
    return latest_by_student(len(records), rows.student[mine], on[mine])


def _school_day_after(records: Records, student: int, day: int, within: int) -> int:
    """The school day so many after a day; with 0 the day itself, or the next one that is a school day."""
    school = records.school
    calendar, place = school.which[student], day - school.first
    passed = school.passed[calendar]
    if within == 0 and school.school_day[calendar, place]:
        return day
    wanted = passed[place] + max(within, 1)
    return int(np.searchsorted(passed, wanted)) + school.first
