"""A school in which everything has happened once, and the address of every page with who may open it."""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

from data_schemas.codes import DutyRole, Tier
from data_schemas.duty import DutySpan
from data_schemas.school_days import Calendars
from models.duty_cover import at
from models.waves import RateFrom, WaveClass
from serving.bookings.booking import Asker, BookedStep, BookingStep, Slot
from serving.bookings.store import keep_slots, keep_steps
from serving.crisis.clock import CrisisClock
from serving.store import AuditEvent, NewEntry, Store, keep_duty, keep_names, record_entry
from serving.store.duty import keep_numbers
from serving.waves.store import PlannedClass, Wave, classes_of, keep_wave
from tests import sample_school as school
from tests.desk import Desk, colleague
from tests.factories import AS_OF, NOW, assessment

GAP = date(2026, 11, 26)  # nobody is on duty in lessons
NAMES = {school.NEAR: "欧阳文静", school.PROTECTED: "王芳", school.CONFIRMED: "陈晨", school.LATE[0]: "赵子涵"}
CARE = {
    "goal": "能按时入睡，按时到校",
    "people": "班主任 王老师；心理教师",
    "steps": "每周谈一次\n与班主任约定课间去处",
    "family": "晚上十点前收手机",
    "begins_on": "2026-11-20",
    "review_on": "2026-12-11",
}
SAFETY = {
    "signs": "一个人待着，不想说话",
    "coping": "听音乐，跑步",
    "help": "妈妈；班主任",
    "professionals": "96111；12356",
    "review_on": "2026-12-04",
}
CHANNELS = """
[mail]
kind = "mail"
host = "mail.example.org"
sender = "runxin@example.org"
to = { default = "duty@example.org" }
[ding]
kind = "dingtalk"
url = "https://oapi.example.org/robot/send?access_token=t"
"""


@dataclass(frozen=True)
class Address:
    """A page: who opens it (nobody signed in where `who` is empty), and whether it looks like one before it."""

    name: str
    path: str
    who: str = "wang"
    status: int = 200
    again: bool = False


def lived_in(store: Store, home: Path) -> Desk:
    """The school with names, leave, plans, a note, a link, cases in many states and requests that wait."""
    school.whole_school(store)
    (home / "channels.toml").write_text(CHANNELS, "utf-8")
    keep_names(store, NAMES, NOW, "cli")
    monday = AS_OF - timedelta(days=AS_OF.weekday())
    record = {
        "leaves": [
            {"type": "sick", "start_on": f"{monday}", "end_on": f"{monday}", "recorded_on": "2026-11-16"},
            {"type": "unexcused", "start_on": "2026-11-12", "end_on": "2026-11-12", "recorded_on": "2026-11-13"},
        ],
        "family": [{"flag": "left_behind", "value": "yes", "source": "mca", "valid_from": "2025-09-01"}],
        "concerns": [{"kind": "mood_abnormal", "reported_on": f"{monday}", "source": "teacher"}],
    }
    said = assessment(school.NEAR, Tier.ROUTINE)
    record_entry(store, NewEntry("city", school.NEAR, school.SCHOOL, "junior", 7, record, said, NOW))
    wang = Desk(store, home)
    colleague(wang, "li")
    du, _ = colleague(wang, "du", "supervisor"), colleague(wang, "ren", "principal")
    colleague(wang, "shi", "bureau", ())
    colleague(wang, "jiao", "staff")
    for path, fields in (
        ("/plans", {"kind": "care", "last": "0", **CARE}),
        ("/plans", {"kind": "safety", "last": "0", **SAFETY}),
        ("/notes", {"text": "先听她说，不急着给建议。"}),
        ("/links", {"kind": "dormitory", "others": f"{school.NEAR} {school.AWAY}", "on": ""}),
        ("/cases", {"move": "acknowledge", "last": "0"}),
        ("/records", wang.fill(school.DANGER, how="in_person", level="2", note="说到失眠")),
    ):
        _done(wang, path, school.DANGER, fields)
    _done(wang, "/cases", school.NEAR, {"move": "acknowledge", "last": "0"})
    _done(wang, "/cases", school.LATE[0], {"move": "offer", "last": "0", "person": "li", "reason": "分班"})
    _done(wang, "/cases", school.LATE[1], {"move": "assign", "last": "0", "person": "du"})
    _done(wang, "/cases", school.LATE[2], {"move": "assign", "last": "0", "person": "du"})
    _done(du, "/cases", school.LATE[3], {"move": "offer", "last": "0", "person": "wang", "reason": "分班"})
    roster_and_waves(store)
    booked(store)
    asked = {"act": "ask", "purpose": "follow_up", "reason": "代她约谈"}
    zhao = colleague(wang, "zhao")
    _done(zhao, "/readings", school.LATE[2], asked)
    clock = CrisisClock(store, wang.pages.state.policy, Calendars(), wang.pages.state.channels, lambda: NOW)
    assert clock.look(), "somebody is called"
    return wang


def roster_and_waves(store: Store) -> None:
    """This week and the next ones on duty but for Wednesday evenings and one school day, numbers, a wave that is over,
    and one to come, of which one day is refused and another too full."""
    monday = AS_OF - timedelta(days=AS_OF.weekday())
    turns = []
    for day in (monday + timedelta(days=n) for n in range(28)):
        taught, evening = day.weekday() < 5 and day != GAP, day.weekday() != 2
        role, who = (DutyRole.COUNSELOR, "王老师") if taught else (DutyRole.ON_CALL, "李老师")
        turns.append(DutySpan(school.SCHOOL, who, role, "13800000001", at(day, time(8)), at(day, time(17))))
        if evening:
            night = at(day, time(17)), at(day + timedelta(days=1), time(8))
            turns.append(DutySpan(school.SCHOOL, "李老师", DutyRole.ON_CALL, "13800000002", *night, "住校"))
    keep_duty(store, turns, "ren", NOW)
    numbers = {"public": (None, "0517-80000001"), "deputy": ("周校长", "13800000003"), "centre": (None, "12356")}
    keep_numbers(store, school.SCHOOL, numbers, "ren", NOW)
    over = tuple(AS_OF - timedelta(days=n) for n in (9, 8, 7))
    _wave(store, Wave("over", school.SCHOOL, "秋季筛查", "phq9", over, (), NOW - timedelta(days=20), "wang"), 0.4)
    to_come = tuple(AS_OF + timedelta(days=n) for n in (5, 4, 6, 7))
    _wave(store, Wave("next", school.SCHOOL, "冬季筛查", "phq9", to_come, (), NOW, "wang"), 1.1)


def booked(store: Store) -> None:
    """A talk that is over, one today, one that was not kept, two that wait for a time, and hours to come."""
    hours = (-24, -4, 3, 27, 28, 51)
    slots = [Slot(f"s{n}", school.SCHOOL, "wang", NOW + timedelta(hours=n), 45) for n in hours]
    keep_slots(store, slots, AuditEvent(NOW, "wang", "slots.offered", object_id=school.SCHOOL))
    asked_at = NOW - timedelta(days=2)
    for student_id, said in (
        (school.NEAR, (("given", "s-4"),)),
        (school.AGAIN, (("given", "s3"),)),
        (school.LATE[0], (("given", "s-24"), ("not_kept", None))),
        (school.DANGER, ()),
        (school.BLIND, ()),
    ):
        about = (f"b-{student_id}", student_id, school.SCHOOL)
        steps = [BookedStep(*about, BookingStep.ASKED, asked_at, "jiao", Asker.STUDENT, note="想聊聊睡不好的事")]
        steps += [BookedStep(*about, BookingStep.of(step), NOW, "wang", slot_id=slot) for step, slot in said]
        assert keep_steps(store, steps, 0, []) is None


def _wave(store: Store, wave: Wave, expected: float) -> None:
    """Keep it with the school's classes on its first two days in turn, and the first class on a day of its own."""
    planned = [
        PlannedClass(
            WaveClass(name, sum(stages.values()), expected, RateFrom.SCHOOL), wave.days[place % 2 if place else -1]
        )
        for place, (name, stages) in enumerate(classes_of(store, school.SCHOOL).items())
    ]
    event = AuditEvent(NOW, "wang", "wave.planned", object_id=school.SCHOOL, detail=wave.wave_id)
    keep_wave(store, replace(wave, days=tuple(sorted(wave.days)), classes=tuple(planned)), event)


def _done(desk: Desk, path: str, student_id: str, fields: dict[str, str]) -> None:
    token = desk.client.get("/help").text.partition('name="form_token" value="')[2][:64]
    sent = desk.client.post(path, {"form_token": token, "student_id": student_id} | fields)
    assert sent.status_code == 303, (path, student_id, sent.status_code)
    assert "fault" not in sent.headers["location"], (path, student_id, sent.headers["location"])


def _student(kind: str, student_id: str, name: str, again: bool = False) -> Address:
    return Address(name, f"{kind}/students/{student_id}", again=again)


PAGES = (
    Address("today", "/"),
    Address("week", "/week", again=True),
    Address("to-complete", "/to-complete"),
    Address("retest", "/retest", again=True),
    Address("contact", "/contact", again=True),
    Address("identity", "/identity"),
    Address("students", "/students"),
    Address("search", "/students?q=zz"),
    _student("", school.DANGER, "student-danger"),
    _student("", school.NEAR, "student-near"),
    _student("", school.PROTECTED, "student-locked"),
    _student("", school.BLIND, "student-blind"),
    _student("", school.CONFIRMED, "student-review", again=True),
    _student("", school.AGAIN, "student-retest", again=True),
    _student("", school.SETTLED, "student-settled", again=True),
    _student("", school.SENT, "student-unknown", again=True),
    Address("ask-first", f"/students/{school.LATE[1]}", "zhao", 403),
    Address("concern", f"/concerns?student={school.NEAR}"),
    _student("/plans", school.DANGER, "plans"),
    _student("/plans", school.PROTECTED, "plans-locked"),
    _student("/notes", school.DANGER, "notes"),
    _student("/links", school.DANGER, "links"),
    _student("/support", school.NEAR, "support"),
    Address("duty", "/duty"),
    Address("duty-gap", "/duty?week=2026-11-23"),
    Address("duty-supervisor", "/duty", "du", again=True),
    Address("duties", "/duties"),
    Address("duties-of-one", "/duties?duty=D02"),
    Address("duties-class", "/duties?class=七(1)班", again=True),
    Address("duties-principal", "/duties", "ren", again=True),
    Address("export-duties", "/export/duties", again=True),
    Address("bookings", "/bookings"),
    Address("bookings-ask", f"/bookings?student={school.NEAR}", again=True),
    Address("bookings-staff", "/bookings", "jiao", again=True),
    Address("intake", "/intake?table=family"),
    Address("staff", "/concerns", "jiao"),
    Address("staff-tap", f"/concerns?student={school.NEAR}", "jiao"),
    Address("waves", "/waves"),
    Address("wave-next", "/waves?wave=next"),
    Address("wave-over", "/waves?wave=over"),
    Address("handover", "/handover"),
    Address("cases", "/cases"),
    Address("cases-offered", "/cases", "li", again=True),
    Address("readings", "/readings", again=True),
    Address("readings-to-answer", "/readings", "du"),
    Address("export-list", "/export/list"),
    Address("export-handover", "/export/handover", again=True),
    _student("/export", school.DANGER, "export-file"),
    Address("rings", "/rings"),
    Address("rings-principal", "/rings", "ren", again=True),
    Address("channels", "/admin/channels", "admin"),
    Address("reports", "/reports"),
    Address("reports-month", "/reports?kind=month", "ren"),
    Address("reports-term", "/reports?kind=term", again=True),
    Address("reports-bureau", "/reports?kind=half", "shi"),
    Address("export-reports", "/export/reports?kind=term", again=True),
    Address("miss-review", "/miss-review"),
    Address("miss-review-bureau", "/miss-review", "shi", again=True),
    Address("no-list", "/", "shi", again=True),
    Address("admin", "/admin", "admin"),
    Address("admin-account", "/admin/accounts/wang", "admin"),
    Address("account", "/account"),
    Address("second-factor", "/account/second-factor"),
    Address("help", "/help"),
    Address("not-found", "/nowhere", status=404),
    Address("sign-in", "/sign-in", ""),
)
