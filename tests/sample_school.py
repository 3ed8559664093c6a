"""A school with somebody in every queue and in every state that a page tells apart, published into a real store."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from data_schemas.codes import Tier
from models.assessment import Assessment, DataQuality, Floor, Retest, Task, Uncertainty
from models.triage import week_of
from models.triage.lots import lot
from serving.store import Filing, NewEntry, RunFacts, Store, Stranger, Student, keep_names, record_entry
from tests.factories import AS_OF, NOW, assessment, floor, lead, publish, reason, sheet, student, tell, word, words

SCHOOL = "school-01"
EASES = reason("sleep", -0.4, group="context", value=9.0, text=words("每晚睡眠 9 小时", "9 hours of sleep a night"))
SECRET = words("秘密理由", "a secret reason")  # in whatever could say something of who was drawn by lot
ABSENT = words("旷课 1 天，未见联系记录", "absent without leave for a day, no contact on record")
NAME_OF = {"S-1001": "李明"}

# whom each case is about
DANGER, ONE_PERSON, PROTECTED, SAME_DAY = "S-1001", "S-1002", "S-1003", "S-1004"
CONFIRMED, REPORTED, TO_CONTACT, OLD, AGAIN = "S-1010", "S-1030", "S-1031", "S-1032", "S-1033"
UNSCREENED, NEAR, AWAY_IN_DANGER, AWAY, SETTLED = "S-1034", "S-1035", "S-1036", "S-1037", "S-1038"
LATE = tuple(f"S-{1040 + n}" for n in range(15))  # whose deadline lies in this week, more than there are places
LAST_STRANGERS = ("X-1", "X-2", "X-3")  # of one import; the second has safety evidence
SENT = "X-9"
# Whoever has the lowest lot of many is drawn before everybody else at the school.
BLIND = min((f"S-8{n:03d}" for n in range(2000)), key=lambda one: lot(SCHOOL, week_of(NOW), one))


def whole_school(store: Store) -> None:
    """Publish the school, keep what people said, and take a record of somebody unknown."""
    positive = floor("R02", evidence_on=date(2026, 11, 18))
    strangers = [Stranger(one, SCHOOL, "unknown") for one in LAST_STRANGERS]
    filings = [Filing(LAST_STRANGERS[1], SCHOOL, (positive,))]
    everyone = [*_flagged(), *_others(), blind_one(), *_plain()]
    filings += [Filing(one.student_id, SCHOOL, (*one.floors, *one.leads)) for one in everyone]
    publish(
        store,
        everyone,
        students=[_person(one.student_id, place) for place, one in enumerate(everyone)],
        facts=RunFacts(strangers=strangers, filings=filings),
    )
    found = (floor("R11", evidence_on=AS_OF),)
    said = assessment(SENT, Tier.CRISIS, tier_source="floor", floors=found)
    record_entry(store, NewEntry("city", SENT, SCHOOL, "junior", 7, {}, said, NOW - timedelta(minutes=12), found))
    tell(store, word(ONE_PERSON, level=2, assessed=(_farewell().evidence,)))
    tell(store, word(CONFIRMED, level=3, on=AS_OF - timedelta(days=1), second_interviewer="staff-2"))
    tell(store, word(SETTLED, level=1, assessed=(_item9().evidence,)))
    keep_names(store, NAME_OF, NOW, "cli")


def blind_one() -> Assessment:
    """Whoever is drawn by lot, with something to say in every place where it must not be said."""
    retests = (Retest("phq9", "suspect", SECRET),)
    tasks = (Task("contact_unexcused", AS_OF, AS_OF, SECRET), Task("class_visit", AS_OF, AS_OF, SECRET))
    return assessment(
        BLIND,
        Tier.WATCH,
        screened=False,
        reasons=(reason(text=SECRET), replace(EASES, text=SECRET)),
        instruments=(sheet(total=13, critical_status="unknown"),),
        data_quality=DataQuality("low", retests, ("gad7", "leave")),
        uncertainty=Uncertainty(0.08, 0.12, True),
        tasks=tasks,
    )


def _person(student_id: str, place: int) -> Student:
    return student(student_id, class_id=f"{'七八九'[place % 3]}({place % 5 + 1})班", grade=7 + place % 3)


def _farewell() -> Floor:
    return floor("R11", text=words("同学转述：表达告别的话", "a classmate reports words of farewell"), severity=5)


def _item9() -> Floor:
    return floor("R01", Tier.PRIORITY, severity=2, text=words("PHQ-9 第9题 = 1", "PHQ-9 item 9 = 1"))


def _violence() -> Floor:
    text = words("教师报告：疑似家庭暴力", "a teacher reports suspected domestic violence")
    return floor("R12", text=text, protection=True, severity=5)


def _flagged() -> list[Assessment]:
    """Who has evidence open, or has had it."""

    def of(student_id: str, *floors: Floor, **fields: Any) -> Assessment:
        tier = max((one.tier for one in floors), key=lambda one: one.ord)
        return assessment(student_id, tier, tier_source="floor", floors=floors, **fields)

    old = floor("R01", Tier.PRIORITY, severity=2, history=True, evidence_on=date(2026, 2, 3))
    said = {"reasons": (reason(), EASES)}
    return [
        of(DANGER, floor(), floor("phq9-total-15", Tier.PRIORITY, severity=0), **said),
        of(ONE_PERSON, _farewell(), **said),
        of(PROTECTED, _violence()),
        of(SAME_DAY, _item9()),
        of(OLD, old),
        of(AWAY_IN_DANGER, floor(), suspended_since=date(2026, 10, 9), suspended_until=date(2027, 1, 20), **said),
        of(SETTLED, _item9()),
    ]


def _others() -> list[Assessment]:
    """Who stands somewhere for another reason."""
    half_blank = sheet(total=None, least=5, band=None, band_code=None, valid=False, n_missing=4,
                       critical_status="unknown", previous_total=None, previous_on=None)  # fmt: skip
    stale = sheet("gad7", 6, band=words("轻度", "mild"), administered_on=date(2026, 4, 24), current=False)
    ask = Retest("phq9", "critical_blank", words("当面询问 PHQ-9 第9题", "ask about PHQ-9 item 9 in person"))
    visit = Task("class_visit", AS_OF, AS_OF + timedelta(days=5), words("睡眠不足 6 小时", "less than 6 h of sleep"))
    return [
        assessment(CONFIRMED, Tier.PRIORITY),
        assessment(REPORTED, Tier.ROUTINE, leads=(lead(),)),
        assessment(TO_CONTACT, Tier.PRIORITY, tasks=(Task("contact_unexcused", AS_OF, AS_OF, ABSENT),)),
        assessment(
            AGAIN,
            Tier.PRIORITY,
            instruments=(half_blank, stale),
            data_quality=DataQuality("low", (ask,), ("gad7", "mht", "leave", "family", "concern")),
        ),
        assessment(UNSCREENED, Tier.ROUTINE, screened=False, instruments=(), reasons=(), tasks=(visit,)),
        assessment(NEAR, Tier.PRIORITY, uncertainty=Uncertainty(0.08, 0.12, True), reasons=(reason(), EASES)),
        assessment(AWAY, Tier.PRIORITY, suspended_since=date(2026, 10, 9), reasons=(reason(), EASES)),
    ]


def _plain() -> list[Assessment]:
    """More deadlines than the week has places, and everybody else."""
    late = [
        assessment(one, Tier.PRIORITY, margin=1 - n / 100, changed_on=date(2026, 11, 16)) for n, one in enumerate(LATE)
    ]
    return [*late, *(assessment(f"S-5{n:03d}", Tier.ROUTINE, margin=-4.0) for n in range(20))]
