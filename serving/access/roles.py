"""Who a person or a platform is, and the one table of what each role may do, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from data_schemas.codes import Code


class Role(Code):
    COUNSELOR = ("counselor", "心理教师", "counselor")
    SUPERVISOR = ("supervisor", "心理督导", "supervisor")
    PRINCIPAL = ("principal", "校长", "principal")
    STAFF = ("staff", "教职工", "member of staff")
    BUREAU = ("bureau", "教育局", "education bureau")
    ADMINISTRATOR = ("administrator", "管理员", "administrator")


class Action(Code):
    """What is asked for. The words go into a refusal."""

    SEE_LIST = ("see_list", "查看跟进名单", "see a follow-up list")
    SEE_STUDENT = ("see_student", "查看学生档案", "see a student's record")
    SEE_NAMES = ("see_names", "查看姓名", "see students' names")
    RECORD_WORD = ("record_word", "记录访谈与评估", "record a contact or an assessment")
    REPORT_CONCERN = ("report_concern", "记录线索", "report a concern")
    SETTLE_IDENTITY = ("settle_identity", "核实身份", "settle who a student is")
    ANSWER_RING = ("answer_ring", "响应呼叫", "answer a call of the crisis clock")
    APPROVE_CASE = ("approve_case", "同意结案与转介内容", "approve what closes a case or is told with a referral")
    REVIEW_READINGS = ("review_readings", "批准与复核查阅", "answer for who reads a record outside the caseload")
    SEE_DUTY = ("see_duty", "查看值班表", "see a duty roster")
    CHANGE_DUTY = ("change_duty", "修改值班表", "change a duty roster")
    PLAN_WAVES = ("plan_waves", "安排筛查", "plan a wave of screening")
    SEE_TASKS = ("see_tasks", "查看计划任务", "see what the city's plan asks for of students")
    COUNT_TASKS = ("count_tasks", "查看计划任务的汇总", "see the counts of what the city's plan asks for")
    DO_TASKS = ("do_tasks", "登记计划任务", "record what was done of the city's plan")
    DO_SCHOOL_TASKS = ("do_school_tasks", "登记学校任务", "record what the school has done of the city's plan")
    ASK_BOOKING = ("ask_booking", "申请预约", "ask for a time with a counselor")
    KEEP_BOOKINGS = ("keep_bookings", "安排预约", "give times to who asks for one")
    BRING_ROWS = ("bring_rows", "上传名册与登记", "bring leave, circumstances, reports and contacts")
    SEE_MISS_CASES = ("see_miss_cases", "查看遗漏复查的个案", "see the cases of a miss review")
    SEE_MISS_COUNTS = ("see_miss_counts", "查看遗漏复查的汇总", "see the counts of a miss review")
    SEE_REPORTS = ("see_reports", "查看报表", "see the reports for meetings")
    MANAGE_USERS = ("manage_users", "管理账号", "manage users")
    MANAGE_KEYS = ("manage_keys", "管理密钥", "manage API keys")
    SEE_SERVICE = ("see_service", "查看服务状态", "see the state of the service")
    PROMOTE_MODEL = ("promote_model", "决定使用哪个模型", "decide which model serves")


class Reach(Enum):
    """Where a grant holds. Students without a school are at `UNASSIGNED` until somebody has said whose they are."""

    OWN_SCHOOLS = "one of the user's own schools"
    OWN_AND_UNASSIGNED = "one of the user's own schools, and students without a school"
    WHOLE_SERVICE = "no single school: all of them together, or the service itself"


OWN, OWN_AND_UNASSIGNED, WHOLE = Reach.OWN_SCHOOLS, Reach.OWN_AND_UNASSIGNED, Reach.WHOLE_SERVICE

# What stands nowhere here is refused.
GRANTS: Mapping[Role, Mapping[Action, Reach]] = MappingProxyType(
    {
        # Those who talk with students. There may be danger in a record without a school: every counselor sees it.
        Role.COUNSELOR: MappingProxyType(
            {
                Action.SEE_LIST: OWN,
                Action.SEE_STUDENT: OWN_AND_UNASSIGNED,
                Action.SEE_NAMES: OWN,
                Action.RECORD_WORD: OWN_AND_UNASSIGNED,
                Action.REPORT_CONCERN: OWN_AND_UNASSIGNED,
                Action.SETTLE_IDENTITY: OWN_AND_UNASSIGNED,
                **dict.fromkeys((Action.SEE_DUTY, Action.CHANGE_DUTY, Action.PLAN_WAVES), OWN),
                Action.ANSWER_RING: OWN,
                **dict.fromkeys((Action.SEE_TASKS, Action.COUNT_TASKS, Action.DO_TASKS, Action.DO_SCHOOL_TASKS), OWN),
                **dict.fromkeys((Action.ASK_BOOKING, Action.KEEP_BOOKINGS), OWN),
                Action.BRING_ROWS: OWN,
                Action.SEE_REPORTS: OWN,
                Action.SEE_MISS_CASES: OWN,
                Action.SEE_MISS_COUNTS: OWN,
            }
        ),
        # They look over counselors' work on cases, and may talk with students themselves.
        Role.SUPERVISOR: MappingProxyType(
            {
                Action.SEE_LIST: OWN,
                Action.SEE_STUDENT: OWN_AND_UNASSIGNED,
                Action.SEE_NAMES: OWN,
                Action.RECORD_WORD: OWN_AND_UNASSIGNED,
                Action.REPORT_CONCERN: OWN_AND_UNASSIGNED,
                Action.SETTLE_IDENTITY: OWN_AND_UNASSIGNED,
                **dict.fromkeys((Action.SEE_DUTY, Action.PLAN_WAVES), OWN),
                Action.ANSWER_RING: OWN,
                **dict.fromkeys((Action.SEE_TASKS, Action.COUNT_TASKS, Action.DO_TASKS), OWN),
                **dict.fromkeys((Action.ASK_BOOKING, Action.KEEP_BOOKINGS), OWN),
                Action.APPROVE_CASE: OWN,
                Action.REVIEW_READINGS: OWN,
                Action.SEE_REPORTS: OWN,
            }
        ),
        # Who is on duty is theirs to say; a wave's classes may hold counts of one or two, which they are not shown. Of
        # whom the clock rings they are told an id and a code, and may answer.
        Role.PRINCIPAL: MappingProxyType(
            dict.fromkeys(
                (
                    *(Action.SEE_DUTY, Action.CHANGE_DUTY, Action.SEE_MISS_COUNTS, Action.REVIEW_READINGS),
                    *(Action.ANSWER_RING, Action.COUNT_TASKS, Action.DO_SCHOOL_TASKS, Action.SEE_REPORTS),
                ),
                OWN,
            )
        ),
        # Homeroom and subject teachers, wardens of dormitories: they report, and are told that somebody looks after it;
        # they ask for a time with a counselor, and are told when it is.
        Role.STAFF: MappingProxyType({Action.REPORT_CONCERN: OWN, Action.ASK_BOOKING: OWN}),
        Role.BUREAU: MappingProxyType(dict.fromkeys((Action.SEE_MISS_COUNTS, Action.SEE_REPORTS), WHOLE)),
        # They run the service and see no student.
        Role.ADMINISTRATOR: MappingProxyType(
            {
                Action.MANAGE_USERS: WHOLE,
                Action.MANAGE_KEYS: WHOLE,
                Action.SEE_SERVICE: WHOLE,
                Action.PROMOTE_MODEL: WHOLE,
            }
        ),
    }
)


# Counts of students under these are told to nobody of the role: the bureau sees "<5", a principal aggregates from 10
# on. Who sees the students themselves may count them.
LEAST_TOLD: Mapping[Role, int] = MappingProxyType(
    {role: 5 if Action.SEE_LIST not in GRANTS[role] else 0 for role in Role} | {Role.PRINCIPAL: 10}
)


def takes_schools(role: Role) -> bool:
    """Whether an account of this role works for schools of its own."""
    return any(reach is not WHOLE for reach in GRANTS[role].values())


# Whoever may do one of these sees students by name or record, or decides who does.
IN_TWO = frozenset(
    {
        *(Action.SEE_LIST, Action.SEE_STUDENT, Action.SEE_NAMES, Action.SEE_MISS_CASES),
        *(Action.REVIEW_READINGS, Action.MANAGE_USERS),
    }
)


def takes_two(role: Role) -> bool:
    """Whether two people have to agree before somebody gets this role."""
    return any(action in IN_TWO for action in GRANTS[role])


@dataclass(frozen=True)
class User:
    """A person who signs in. `schools` are those that a counselor or a principal works for."""

    username: str
    role: Role
    schools: tuple[str, ...] = ()


# What a key may be for.
SCOPES = ("score", "explain", "list", "model", "dry_run", "outcomes", "events", "changes", "prompts")
# … and for which purpose what is read with it is read: a platform states it once, with its key. None reads nobody.
PURPOSE_OF_SCOPE: Mapping[str, str | None] = MappingProxyType(
    {
        **dict.fromkeys(
            ("score", "explain", "list", "dry_run", "outcomes", "events", "changes", "prompts"), "follow_up"
        ),
        "model": None,
    }
)


@dataclass(frozen=True)
class Client:
    """A platform that holds a key. `schools` is None where the key is for every school, `per_minute` where it may ask
    as often as any."""

    key_id: str
    client: str
    scopes: tuple[str, ...]
    schools: tuple[str, ...] | None = None
    per_minute: int | None = None
