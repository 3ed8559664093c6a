"""A school of three classes with a wave behind it, for tests of planning one."""

from datetime import date, time
from html import unescape

from data_schemas.codes import DutyRole, Tier
from data_schemas.duty import DutySpan
from models.assessment import Assessment
from models.duty_cover import at
from serving.store import Store, keep_duty
from tests.desk import Desk
from tests.factories import NOW, assessment, floor, publish, sheet, student

SCHOOL = "school-01"
SIZES = {"七(1)班": 30, "七(2)班": 30, "八(1)班": 10}  # 八(1)班 is too few for a share of its own
POSITIVE = {"七(1)班": 6, "七(2)班": 1}
FILLED = {"七(1)班": date(2026, 11, 11), "七(2)班": date(2026, 11, 12), "八(1)班": date(2026, 11, 13)}
DAYS = (date(2026, 11, 11), date(2026, 11, 12), date(2026, 11, 13))
NEXT = {"title": "冬季筛查", "instrument": "phq9", "first": "2026-11-23", "count": "3"}


def screened(student_id: str, on: date, positive: bool) -> Assessment:
    floors = (floor("R01", Tier.PRIORITY, evidence_on=on, known_on=on),) if positive else ()
    tier = Tier.PRIORITY if positive else Tier.ROUTINE
    return assessment(student_id, tier, floors=floors, instruments=(sheet(administered_on=on, previous_on=None),))


def whole_school(store: Store) -> None:
    """Seventy students, of whom seven gave an answer that is checked the same day."""
    said, people = [], []
    for class_id, size in SIZES.items():
        for n in range(size):
            student_id = f"{class_id}-{n:02d}"
            said.append(screened(student_id, FILLED[class_id], n < POSITIVE.get(class_id, 0)))
            people.append(student(student_id, class_id=class_id))
    publish(store, said, students=people)


def on_duty(store: Store, *days: int, hours: tuple[int, int] = (8, 17), people: int = 1) -> None:
    """Counselors on duty on days of November; a second one as the first one's half day each."""
    first, last = hours
    parts = [(first, last)] if people == 1 else [(first, 12), (12, last)]
    turns = [
        DutySpan(
            SCHOOL,
            f"老师{n}",
            DutyRole.COUNSELOR,
            None,
            at(date(2026, 11, day), time(begins)),
            at(date(2026, 11, day), time(ends)),
        )
        for day in days
        for n, (begins, ends) in enumerate(parts)
    ]
    keep_duty(store, turns, "test", NOW)


def page(desk: Desk, wave: str = "") -> str:
    return unescape(desk.client.get(f"/waves{'?wave=' + wave if wave else ''}").text)
