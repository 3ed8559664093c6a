"""Support for a student's family: allowed first, then put in the audit log, then read or noted.

Hints follow from circumstances that are on record, never from a score: 「慈善总会设立青少年心理健康关爱专项基金，
对特殊学生群体的心理健康筛查、咨询、治疗干预等费用给予适当补贴」 (淮政办函〔2026〕1号).
"""

from dataclasses import dataclass

from data_schemas.codes import Code, FamilyFlag
from data_schemas.instruments import Words
from runxin.errors import Kind, UserError
from serving.access import Action, User, check_may
from serving.platform.state import State
from serving.store import AuditEvent, newest_run, write_audit
from serving.store.circumstances import flags_of_school
from serving.student import StudentFile, open_student
from serving.support import store as kept


class SubsidyStep(Code):
    ASKED = ("asked", "已申请", "applied for")
    GRANTED = ("granted", "已批准", "granted")
    REFUSED = ("refused", "未批准", "refused")
    NOT_WANTED = ("not_wanted", "家庭不需要", "not wanted by the family")


class SubsidyPurpose(Code):
    SCREENING = ("screening", "筛查", "screening")
    COUNSELLING = ("counselling", "咨询", "counselling")
    TREATMENT = ("treatment", "治疗干预", "treatment")


@dataclass(frozen=True)
class CityCourse:
    """What the city offers families, and for whom; for everybody where it names no circumstance."""

    words: Words
    flags: tuple[FamilyFlag, ...] = ()


F = FamilyFlag
AWAY, APART, IN_NEED = (F.LEFT_BEHIND, F.LEFT_BEHIND_SURVEY), (F.DIVORCED_SINGLE, F.REMARRIED), (F.LOW_INCOME,)
# The plan names the app with 146 lessons, the reader, and the law; which lesson is about what it does not say.
COURSES = (
    CityCourse(Words(zh="“淮育家APP”家庭教育课程（146节）", en="the app 淮育家, with 146 lessons on raising children")),
    CityCourse(Words(zh="《爱是温暖的》家庭教育读本", en="the reader 爱是温暖的")),
    CityCourse(
        Words(
            zh="委托照护与保持沟通（未成年人保护法 22、23 条）",
            en="entrusted care and keeping in touch (Law on the Protection of Minors, art. 22 and 23)",
        ),
        AWAY,
    ),
    CityCourse(
        Words(
            zh="离异后共同履行教育责任（家庭教育促进法 20 条）",
            en="the duties both parents keep after a divorce (Family Education Promotion Law, art. 20)",
        ),
        APART,
    ),
    CityCourse(Words(zh="村（社区）心理驿站与家长学校", en="the village's counselling post and the parents' school")),
)


@dataclass(frozen=True)
class SupportView:
    """`by` are the circumstances for which a subsidy may be asked for, empty where none is on record."""

    file: StudentFile
    by: tuple[FamilyFlag, ...]
    courses: tuple[CityCourse, ...]
    steps: tuple[kept.KeptStep, ...]


def open_support(state: State, user: User, student_id: str) -> SupportView | None:
    """None of a blind student. Raises `UserError` (refused)."""
    file = open_student(state, user, student_id)
    if file.blind:
        return None
    write_audit(state.store, AuditEvent(state.clock(), user.username, "support.read", "follow_up", student_id))
    school, today = file.student.school_id, state.today()
    run = newest_run(state.store, school, today)
    flags = flags_of_school(state.store, school, run, today).get(student_id, {})
    special = {FamilyFlag.of(code) for code in state.policy.duties.special_flags} | set(IN_NEED)
    by = tuple(flag for flag in FamilyFlag if flag in flags and flag in special)
    courses = tuple(one for one in COURSES if not one.flags or any(flag in flags for flag in one.flags))
    return SupportView(file, by, courses, kept.steps_of(state.store, student_id))


def note_step(state: State, user: User, student_id: str, step: str, purpose: str) -> None:
    """Note what was done about a subsidy. Raises `UserError`: refused, and bad data for an unknown code."""
    file = open_student(state, user, student_id)
    check_may(user, Action.RECORD_WORD, file.student.school_id)
    if file.blind:
        raise UserError(Kind.NOT_FOUND, "there is no such page")
    if step not in SubsidyStep.codes() or purpose not in SubsidyPurpose.codes():
        raise UserError(Kind.BAD_DATA, "say what was done, and for what", fix="choose both")
    now = state.clock()
    said = kept.KeptStep(student_id, file.student.school_id, step, purpose, now, user.username)
    kept.keep_step(state.store, said, AuditEvent(now, user.username, "subsidy.noted", "follow_up", student_id, step))
