"""A student of whom every field of the record has a mark, in a store with somebody of every role."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from data_schemas.codes import DutyRole, Tier
from models.duties import DutyRecord, DutyResult, VisitHow
from models.ringing import RingStep
from serving.access import Role
from serving.access.fields import RecordField
from serving.accounts import create_user
from serving.bookings.booking import Asker, BookedStep, BookingStep, Slot
from serving.bookings.store import keep_slots
from serving.bookings.store import keep_steps as keep_booking_steps
from serving.crisis.store import KeptRing, keep_call
from serving.duties.store import keep_records as keep_duty_records
from serving.links.store import LinkedMember, StudentGroup, keep_group
from serving.miss_review import Case, KeptReview, read_half
from serving.miss_review.review import _plain, counts_of
from serving.miss_review.store import KeptCase, keep_reviews
from serving.notes.store import RestrictedNote, keep_note
from serving.plans.store import WrittenPlan, keep_plan
from serving.recording.store import keep_draft
from serving.store import AuditEvent, Consent, NewEntry, Store, keep_names, record_entries
from serving.store.case_events import CaseEvent, add_case_event
from serving.store.corrections import keep_correction
from serving.store.identity import NEW, IdentityDecision, keep_decision
from serving.store.readings import ASKED, OPENED, ReadingStep, keep_step, new_id
from serving.store.talks import Talk, add_talk
from serving.support.store import KeptStep
from serving.support.store import keep_step as keep_subsidy_step
from tests.factories import AS_OF, NOW, assessment, floor, lead, publish, reason, sheet, student, tell, word, words
from tests.known_schools import make_known

WHO, SCHOOL = "ZQ-ID", "school-01"
SCHOOLS = {role: (SCHOOL,) for role in ("counselor", "supervisor", "principal", "staff")}
# What stands on a page or in an answer where the field is shown there. Each is looked for as it stands.
MARKS: dict[RecordField, tuple[str, ...]] = {
    RecordField.ID: (WHO,),
    RecordField.NAME: ("圈标名", "quanbiaoming"),
    RecordField.CLASS: ("圈标班",),
    RecordField.BIRTH: ("2013-02-03", "2013/2/3", "2013年2月3日", "1973-07-09"),
    RecordField.TIER: ('class="tier priority', "row priority", '"code":"priority"', '"tier": {"ord"', "big-tier"),
    RecordField.REASONS: ("标问卷", "标家庭", "标请假"),
    RecordField.CODES: ("zq_feature", "R05"),
    RecordField.EVIDENCE: ("标证据", "标线索"),
    RecordField.TOTALS: ("标量表", "17.25"),
    RecordField.ANSWERS: ("ZQANSWER",),
    RecordField.FIGURES: ("3.14159", "0.27182", "-2.71828"),
    RecordField.WORDS: ("ZQSTAFF",),
    RecordField.CASE: ("标个案",),
    RecordField.PLAN: ("标方案",),
    RecordField.RESTRICTED: ("标限阅",),
    RecordField.LINK: (">LK-ID</a>",),
    RecordField.IDENTITY: ("标身份",),
    RecordField.MISS: ("没有筛查", "2026-09-02"),
    RecordField.READING: ("标查阅",),
    RecordField.RINGS: ("标值班",),
    RecordField.TASKS: ("标登记",),
    RecordField.SUPPORT: ("标扶助",),
    RecordField.BOOKING: ("标预约",),
    RecordField.BOOKING_NOTE: ("标事由",),
    RecordField.CONSENT: ("2026-09-03", "2026/9/3"),
}


def note_of(author: str) -> str:
    return f"标备注{author}"


def lay_out_marked(store: Store) -> None:
    make_known(store, [SCHOOL, "school-02"])
    for role in Role.codes():
        create_user(store, role, role, SCHOOLS.get(role, ()), NOW)
    texts = (("标问卷", "questionnaire"), ("标家庭", "family"), ("标请假", "leave"))
    said = assessment(
        WHO,
        Tier.PRIORITY,
        margin=3.14159,
        probability=0.27182,
        base_value=-2.71828,
        reasons=tuple(reason("zq_feature", 0.9, group=group, text=words(text)) for text, group in texts),
        floors=(floor("R05", Tier.PRIORITY, text=words("标证据")),),
        leads=(lead(text=words("标线索")),),
        instruments=(sheet("phq9", 17.25, name=words("标量表")),),
    )
    other = assessment("S-2", Tier.ROUTINE)
    who = replace(student(WHO), class_id="圈标班", birth_date=AS_OF.replace(2013, 2, 3))
    linked = assessment("LK-ID", Tier.ROUTINE)
    them = [who, student("S-2"), student("LK-ID")]
    publish(store, [said, other, linked], students=them, at=NOW - timedelta(hours=3))
    keep_names(store, {WHO: "圈标名"}, NOW, "test")
    record = {"student_id": WHO, "birth_date": "1973-07-09", "responses": [{"source_event_id": "ZQANSWER"}]}
    consent = Consent("model_score", AS_OF.replace(month=9, day=3), None, None)
    sent = NewEntry("city", WHO, SCHOOL, "junior", 7, record, said, NOW - timedelta(hours=2), consents=(consent,))
    record_entries(store, [sent])
    tell(store, word(WHO, 1, AS_OF - timedelta(days=9), interviewer="ZQSTAFF", assessed=()), at=NOW)
    keep_draft(store, WHO, "supervisor", {"note": [note_of("supervisor")]}, NOW, None)
    with store.writing() as connection:
        for author in ("counselor", "supervisor"):
            at = NOW - timedelta(hours=1)
            talk = Talk(uuid4().hex, WHO, SCHOOL, "not_reached", AS_OF, at, author, note=note_of(author))
            add_talk(connection, talk)
        refused = CaseEvent(WHO, SCHOOL, "refer", NOW, "counselor", details={"to": "medical", "told": ["identity"]})
        said_yes = {"answer": "accepted", "by": "标个案"}
        answered = CaseEvent(WHO, SCHOOL, "answered", NOW, "counselor", answers=2, details=said_yes)
        for event in (CaseEvent(WHO, SCHOOL, "acknowledge", NOW, "counselor"), refused, answered):
            add_case_event(connection, event)
        decision = IdentityDecision(uuid4().hex, NEW, WHO, None, SCHOOL, "标身份", None, NOW, "counselor")
        keep_decision(connection, decision)
    birth = ("birth_date", "2013-02-03", "2013-02-04", ("student", "document"))
    told = AuditEvent(NOW, "cli:test", "student.corrected", "rights_request", WHO)
    keep_correction(store, WHO, SCHOOL, *birth, NOW, "cli:test", told)
    plan = WrittenPlan(WHO, SCHOOL, "care", {"goal": "标方案"}, NOW, "counselor")
    keep_plan(store, plan, 0, AuditEvent(NOW, "counselor", "plan.written", "follow_up", WHO))
    note = RestrictedNote(WHO, SCHOOL, "标限阅", NOW, "counselor")
    keep_note(store, note, AuditEvent(NOW, "counselor", "note.written", "follow_up", WHO))
    both = tuple(LinkedMember(one, SCHOOL, False) for one in (WHO, "LK-ID"))
    keep_group(store, StudentGroup("g", "siblings", both, None, NOW, "counselor"), None, [])
    for who, step in (("counselor", ASKED), ("principal", OPENED)):
        asked = ReadingStep(new_id(), WHO, SCHOOL, step, None, "crisis", "标查阅", NOW, who)
        keep_step(store, asked, AuditEvent(NOW, who, f"reading.{step}", "crisis", WHO))
    about = (WHO, SCHOOL, "c", ("R05",), NOW - timedelta(hours=1))
    rung = KeptRing("r", *about, RingStep.DAY_END, DutyRole.PRINCIPAL, "标值班", NOW - timedelta(minutes=30))
    keep_call(store, [rung], [], NOW)
    visited = DutyRecord("form", "D02", AS_OF, DutyResult.DONE, VisitHow.HOME, by="标登记")
    keep_duty_records(store, SCHOOL, [WHO], visited, NOW)
    asked_for = KeptStep(WHO, SCHOOL, "asked", "counselling", NOW, "标扶助")
    keep_subsidy_step(store, asked_for, AuditEvent(NOW, "counselor", "subsidy.noted", "follow_up", WHO))
    slot = Slot("slot", SCHOOL, "标预约", NOW + timedelta(hours=1), 45)
    keep_slots(store, [slot], AuditEvent(NOW, "counselor", "slots.offered", object_id=SCHOOL))
    wish = BookedStep("b", WHO, SCHOOL, BookingStep.ASKED, NOW, "staff", Asker.TEACHER, note="标事由")
    given = BookedStep("b", WHO, SCHOOL, BookingStep.GIVEN, NOW, "counselor", slot_id="slot")
    assert keep_booking_steps(store, [wish, given], 0, []) is None
    case = Case("referral", AS_OF.replace(month=9, day=2), "ranked", "unscreened", AS_OF.replace(month=8), "routine")
    kept = (KeptCase("o1", WHO, _plain(case)),)
    half = read_half("2026H1")
    review = KeptReview(half.name, SCHOOL, NOW, False, 20, 20, {**counts_of(kept), "no_list": {}}, kept)
    keep_reviews(store, [review], AuditEvent(NOW, "cli", "misses.reviewed", "quality_audit", SCHOOL))


def marks_in(text: str, of: str | None = None) -> set[RecordField]:
    """The fields whose mark stands in a text; a note only where it is not that of the reader (`of`)."""
    found = {field for field, marks in MARKS.items() if any(mark in text for mark in marks)}
    authors = [author for author in ("counselor", "supervisor") if author != of]
    return found | ({RecordField.NOTE} if any(note_of(author) in text for author in authors) else set())
