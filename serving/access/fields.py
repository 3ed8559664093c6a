"""Which field of a student's record each role, and each scope of a key, may see, and at which door it stands at all.

What somebody sees at a door is what both tables name. A test puts a mark into every field, fetches every page for every
role and every answer for every scope, and finds no mark that is not named here, and every mark that is.
"""

from collections.abc import Mapping
from types import MappingProxyType

from data_schemas.codes import Code
from serving.access.roles import Role


class RecordField(Code):
    ID = ("id", "学号（假名）", "pseudonymous id")
    NAME = ("name", "姓名", "name")
    CLASS = ("class", "年级与班级", "grade and class")
    BIRTH = ("birth", "出生日期与性别", "birth date and sex")
    TIER = ("tier", "等级", "tier")
    REASONS = ("reasons", "理由（问卷、请假、家庭）", "reasons (questionnaires, leave, family)")
    CODES = ("codes", "理由代码", "codes of reasons and rules")
    EVIDENCE = ("evidence", "安全证据与线索的文字", "words of safety evidence and reports")
    TOTALS = ("totals", "问卷总分与分段", "totals and bands of questionnaires")
    ANSWERS = ("answers", "逐题作答", "answers to items")
    FIGURES = ("figures", "概率与边际", "probability and margin")
    WORDS = ("words", "谁在何时谈过、看法几级", "who spoke when, and the view taken")
    NOTE = ("note", "备注", "note of a talk")
    CASE = ("case", "个案步骤及其说明", "moves of the case, with their reasons")
    PLAN = ("plan", "一人一策与安全计划", "plan and safety plan")
    RESTRICTED = ("restricted", "限阅备注", "restricted note")
    LINK = ("link", "有关联的学生", "linked students")
    IDENTITY = ("identity", "身份核实的理由", "reason of a decision who somebody is")
    MISS = ("miss", "遗漏复查的个案", "case of a miss review")
    READING = ("reading", "查阅申请的原因", "reason of a request to read")
    RINGS = ("rings", "何时呼叫过谁", "who was called when")
    TASKS = ("tasks", "按方案要做的事", "what the city's plan asks for")
    SUPPORT = ("support", "扶助登记", "what was asked for as a subsidy")
    BOOKING = ("booking", "预约", "times that were asked for and given")
    BOOKING_NOTE = ("booking_note", "预约事由", "why a time was asked for")
    CONSENT = ("consent", "同意与撤回", "consents and withdrawals")
    INTERNAL = ("internal", "内部编号、散列与时刻", "internal numbers, hashes and moments")


F = RecordField
WITH_STUDENTS = frozenset(
    {
        F.ID,
        F.NAME,
        F.CLASS,
        F.TIER,
        F.REASONS,
        F.CODES,
        F.EVIDENCE,
        F.TOTALS,
        F.WORDS,
        F.NOTE,
        F.CASE,
        F.PLAN,
        F.RESTRICTED,
        F.LINK,
        F.IDENTITY,
        F.READING,
        F.RINGS,
        F.TASKS,
        F.SUPPORT,
        F.BOOKING,
        F.BOOKING_NOTE,
    }
)
# Of a note a counselor and a supervisor see their own; of restricted ones a supervisor sees all. Nobody is shown
# answers, figures, birth dates or consents.
SEES: Mapping[Role, frozenset[RecordField]] = MappingProxyType(
    {
        Role.COUNSELOR: WITH_STUDENTS | {F.MISS},
        Role.SUPERVISOR: WITH_STUDENTS,
        Role.PRINCIPAL: frozenset({F.ID, F.READING, F.CODES, F.RINGS, F.CLASS}),
        Role.STAFF: frozenset({F.ID, F.CLASS, F.BOOKING}),
        Role.BUREAU: frozenset(),
        Role.ADMINISTRATOR: frozenset(),
    }
)
# What a key with this scope alone sees. `explain` goes with `score` or `dry_run`, and adds to what they answer.
ANSWERED = frozenset({F.ID, F.TIER, F.CODES})
KEY_SEES: Mapping[str, frozenset[RecordField]] = MappingProxyType(
    {
        "score": ANSWERED,
        "dry_run": ANSWERED,
        "explain": ANSWERED | {F.REASONS, F.EVIDENCE, F.TOTALS, F.FIGURES},
        "list": ANSWERED | {F.CLASS},
        "outcomes": frozenset({F.ID}),
        "events": frozenset({F.ID}),
        "changes": frozenset({F.ID, F.CODES}),
        "prompts": frozenset({F.ID}),
        "model": frozenset(),
    }
)
LINE = frozenset({F.ID, F.NAME, F.CLASS, F.TIER, F.REASONS, F.EVIDENCE, F.TOTALS})  # a reason may say a total
# Of a student's own page; what is left out stands on pages of its own.
ON_A_PAGE = WITH_STUDENTS - {F.CODES, F.READING, F.PLAN, F.RESTRICTED, F.TASKS, F.SUPPORT}
# Method and path, or command → what can stand there. A door that is not here shows nothing of anybody.
STANDS_AT: Mapping[str, frozenset[RecordField]] = MappingProxyType(
    {
        "GET /": LINE | {F.RINGS, F.BOOKING},
        "GET /rings": frozenset({F.ID, F.CODES, F.RINGS}),
        "GET /week": LINE,
        "GET /to-complete": frozenset({F.ID, F.NAME, F.CLASS}),
        "GET /students": frozenset({F.ID, F.NAME, F.CLASS}),
        "GET /students/{student_id:path}": ON_A_PAGE,
        "GET /readings": frozenset({F.ID, F.READING}),
        **{
            f"GET /{queue}": LINE
            for queue in ("contact", "history", "retest", "not-screened", "needs-person", "suspended", "identity")
        },
        "GET /intake": frozenset(),  # what a file changes is shown to who has sent it
        "GET /duties": frozenset({F.ID, F.NAME, F.CLASS, F.TASKS}),
        "GET /export/duties": frozenset({F.ID, F.NAME, F.CLASS, F.TASKS}),
        "GET /bookings": frozenset({F.ID, F.NAME, F.CLASS, F.BOOKING}),
        "GET /cases": frozenset({F.ID, F.CASE}),
        "GET /concerns": frozenset({F.ID, F.NAME, F.CLASS}),
        "GET /handover": LINE | {F.CASE},
        "GET /export/list": LINE | {F.TOTALS, F.CASE},
        "GET /export/handover": LINE | {F.CASE},
        "GET /export/students/{student_id:path}": ON_A_PAGE - {F.LINK, F.BOOKING, F.BOOKING_NOTE},
        "GET /plans/students/{student_id:path}": frozenset({F.ID, F.NAME, F.CLASS, F.PLAN}),
        "GET /support/students/{student_id:path}": frozenset({F.ID, F.NAME, F.CLASS, F.SUPPORT, F.REASONS}),
        "GET /notes/students/{student_id:path}": frozenset({F.ID, F.NAME, F.CLASS, F.RESTRICTED}),
        "GET /links/students/{student_id:path}": frozenset({F.ID, F.NAME, F.CLASS, F.LINK}),
        # Counts alone, by class among them: what a class is called says of nobody that they are in it.
        **dict.fromkeys(("GET /reports", "GET /export/reports"), frozenset({F.CLASS})),
        "GET /miss-review": frozenset({F.ID, F.MISS}),
        "POST /score": KEY_SEES["explain"],
        "POST /score_batch": KEY_SEES["explain"],
        "POST /outcomes": frozenset({F.ID}),
        "POST /events": KEY_SEES["explain"],
        "GET /changes": KEY_SEES["changes"],
        "POST /prompts": KEY_SEES["prompts"],
        "GET /follow_up_list": KEY_SEES["list"] | KEY_SEES["explain"] - {F.FIGURES},
        "runxin list": LINE - {F.NAME} | {F.CODES},
    }
)


def seen_at(door: str, role: Role) -> frozenset[RecordField]:
    """What somebody of this role may see at a door (`GET /students`)."""
    return STANDS_AT.get(door, frozenset()) & SEES[role]


def answered_at(door: str, scopes: tuple[str, ...]) -> frozenset[RecordField]:
    """What a key with these scopes may be answered at a door."""
    seen = frozenset().union(*(KEY_SEES[scope] for scope in scopes))
    return STANDS_AT.get(door, frozenset()) & seen
