"""Tasks that leave and reports give rise to: they stand beside the list and move nobody on it.

淮政办函〔2026〕1号 names 节假日返校即请假 and absence among what schools follow up, and asks for 必访必问; one event
is a reason to ask, not a tier. A task is done when somebody has reached the student or a guardian, or has recorded an
interview, on that day or later; a report's, on a later day than it came in.
"""

from collections.abc import Iterator

import numpy as np

from data_schemas.calendar import day_to_date
from data_schemas.codes import Concern
from data_schemas.instruments import Words
from models.assessment import Task
from models.contacts import known_contacts
from models.features.leave_days import LeaveDays, back_from, leave_days, return_days
from models.features.matrix import latest_by_student
from models.floors.concerns import KINDS, known_concerns, report_words
from models.policy import Policy
from models.records import Records, rows_of
from models.sheets import Ints

CONTACT, ASK = "contact_unexcused", "ask_return"
VISIT, CLASS_VISIT, BULLYING = "visit", "class_visit", "bullying"
HOMEROOM = Words(zh="班主任", en="homeroom teacher")
LAW_DEPUTY = Words(zh="法治副校长", en="deputy principal for legal affairs")
WHO = {CONTACT: HOMEROOM, ASK: HOMEROOM, VISIT: HOMEROOM, CLASS_VISIT: HOMEROOM, BULLYING: LAW_DEPUTY}
# 「对校园欺凌苗头性问题，学校法治副校长第一时间开展专题教育、调解疏导」, beside what the report itself opens.
IS_BULLYING = (Concern.BULLYING, Concern.BULLYING_SERIOUS)


def open_tasks(records: Records, as_of: int, policy: Policy, seen: Ints) -> list[list[Task]]:
    """The errands of each student at the end of the day, from what was recorded by then. `seen` (n,) is the day of the
    last interview by a named person that was not a blind one by lot."""
    n, school = len(records), records.school
    found: list[list[Task]] = [[] for _ in range(n)]
    leaves, _ = rows_of(records, "leaves")
    days = leave_days(leaves, as_of, school)
    recent = back_from(days.student, days.day, as_of, school) < policy.tasks.school_days
    days, done = days.where(recent), np.maximum(seen, _contacted(records, as_of))
    tasks = [*_contacts(days, policy), *_asks(records, days, policy), *_reports(records, as_of, policy)]
    for student, kind, on, known, within, text in sorted(tasks, key=_order):
        since = known if kind in OF_REPORTS else on
        if since > done[student] or (kind in OF_REPORTS and since == done[student]):
            due = day_to_date(_school_day_after(records, student, max(on, known), within))
            found[student].append(Task(kind, day_to_date(on), due, text, WHO[kind], day_to_date(since)))
    return found


Errand = tuple[int, str, int, int, int, Words]  # student, kind, day, known since, school days to do it in
Found = Iterator[Errand]


def _order(errand: Errand) -> tuple[int, str, int, str]:
    return *errand[:3], errand[5].zh


def _contacts(days: LeaveDays, policy: Policy) -> Found:
    """旷课: contact on the same day. One errand a student, for the newest day."""
    if not policy.tasks.contact_unexcused:
        return
    absent = days.where(days.unexcused)
    last = np.append(np.diff(absent.student) != 0, True)[: len(absent.day)]
    for student, on, known in zip(absent.student[last], absent.day[last], absent.recorded[last], strict=True):
        day = day_to_date(on).isoformat()
        todo = TO_DO[CONTACT]
        text = Words(
            zh=f"旷课（{day}），未见联系记录：{todo.zh}",
            en=f"absent without leave ({day}) and no contact on record: {todo.en}",
        )
        yield int(student), CONTACT, int(on), int(known), 0, text


def _asks(records: Records, days: LeaveDays, policy: Policy) -> Found:
    """节假日返校即请假, once: ask about it. Of more times in two terms a floor speaks."""
    if not policy.tasks.ask_return:
        return
    for student, on, known in zip(*return_days(days, records.school), strict=True):
        day = day_to_date(on).isoformat()
        todo = TO_DO[ASK]
        text = Words(
            zh=f"节假日返校即请假（{day}）：{todo.zh}", en=f"on leave right after a holiday ({day}): {todo.en}"
        )
        yield int(student), ASK, int(on), int(known), policy.due.ask_school_days, text


def _reports(records: Records, as_of: int, policy: Policy) -> Found:
    """必访必问 after what was reported, and 法治副校长 after bullying. A report exported again gives one errand."""
    concerns = known_concerns(records, as_of)
    concerns = concerns.where(concerns["known_on"] >= records.school.first)
    known = np.minimum(concerns["known_on"], as_of)
    concerns = concerns.where(back_from(concerns.student, known, as_of, records.school) < policy.tasks.school_days)
    first: dict[tuple[int, str, int, Concern], tuple[int, str, Words]] = {}
    for row, place in enumerate(concerns["kind"].tolist()):
        kind, use = KINDS[place], policy.concerns[KINDS[place].code]
        errand = BULLYING if kind in IS_BULLYING and use != "off" else OF_USE.get(use)
        if errand is not None:
            key = int(concerns.student[row]), errand, int(concerns["reported_on"][row]), kind
            words = report_words(concerns, row)
            told = int(concerns["known_on"][row]), words.zh, words
            first[key] = min(told, first.get(key, told), key=lambda one: one[:2])
    for (student, errand, on, _), (known, _, words) in first.items():
        within = 0 if errand == BULLYING else policy.tasks.visit_school_days
        duty = BULLYING_DUTY if errand == BULLYING else TO_DO[errand]
        text = Words(zh=f"{words.zh}：{duty.zh}", en=f"{words.en}: {duty.en}")
        yield student, errand, on, known, within, text


OF_USE = {"lead": VISIT, "class_task": CLASS_VISIT}
OF_REPORTS = (VISIT, CLASS_VISIT, BULLYING)
# What each kind asks for, in words that say nothing of the student: who may not read why is told this.
TO_DO = {
    CONTACT: Words(zh="当日联系学生与家长", en="call student and guardian the same day"),
    ASK: Words(zh="问一问原因", en="ask about it"),
    VISIT: Words(zh="班主任必访必问", en="the homeroom teacher visits and asks"),
    CLASS_VISIT: Words(zh="班主任了解情况", en="the homeroom teacher finds out how things are"),
    BULLYING: Words(zh="法治副校长当日处置", en="the deputy principal for legal affairs acts the same day"),
}
# Under the protection lock no guardian is called: somebody at home may have harmed the student.
UNDER_LOCK = {
    CONTACT: Words(
        zh="当日找到学生本人；保护锁，不联系监护人",
        en="find the student the same day; protection lock: no call to guardians",
    )
}
BULLYING_DUTY = Words(
    zh="法治副校长当日开展专题教育、调解疏导，情节严重的联动公安",
    en="the deputy principal for legal affairs teaches and mediates the same day; the police where it is serious",
)


def _contacted(records: Records, as_of: int) -> Ints:
    """The day of the newest contact of each student, as recorded by the day."""
    contacts = known_contacts(records, as_of)
    return latest_by_student(len(records), contacts.student, contacts["contacted_on"])


def _school_day_after(records: Records, student: int, day: int, within: int) -> int:
    """The school day so many after a day; with 0 the day itself, or the next one that is a school day."""
    school = records.school
    calendar, place = school.which[student], day - school.first
    passed = school.passed[calendar]
    if within == 0 and school.school_day[calendar, place]:
        return day
    wanted = passed[place] + max(within, 1)
    return int(np.searchsorted(passed, wanted)) + school.first
