"""The pages' desk over the store: every callable asks `serving.access`, which allows, audits and reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from data_schemas.school_days import Calendars
from models.assessment import Assessment, ModelStatus
from models.policy import Policy
from runxin.errors import Kind, UserError
from serving import access
from serving.access import MissReading, Role, User
from serving.followup import Due, Entry, FollowUpList, Section, follow_up_list, why
from serving.misses import Half
from serving.store import Store, list_users, newest_run, school_ids, service_state
from serving.web import Account, Desk, Run, School, ServiceState, StudentFile, Visitor
from serving.web import Role as NamedRole

NOTHING_DUE = Words(zh="目前没有单独安排", en="nothing in particular is planned")


def make_desk(
    store: Store,
    policy: Policy,
    model_status: Callable[[], ModelStatus],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    calendars: Calendars | None = None,
) -> Desk:
    """`model_status` tells which model serves now; `clock` answers with an aware time. Without `calendars`
    clocks run by the default one."""

    def visitor(token: str) -> Visitor | None:
        user = access.user_of_session(store, token, clock())
        return None if user is None else _visitor(user)

    def set_password(visitor: Visitor, password: str) -> str:
        now = clock()
        access.set_password(store, visitor.username, password, now)
        return access.sign_in(store, visitor.username, password, now)[1]

    def list_of(visitor: Visitor, school_id: str) -> FollowUpList | None:
        try:
            return access.open_list(store, _user(visitor), school_id, clock(), policy, calendars=calendars)
        except UserError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise

    def student(visitor: Visitor, student_id: str, purpose: str) -> StudentFile:
        now = clock()
        record = access.open_student(store, _user(visitor), student_id, now, purpose)
        school_id = record.pupil.school_id
        listed = _list_or_none(store, school_id, now, policy, calendars)
        line = None if listed is None else _line_of(listed, student_id)
        due = Due(NOTHING_DUE, None, False)
        entry = line or Entry(record.pupil, Section.BELOW, record.assessment, why(record.assessment), due)
        return StudentFile(
            entry=replace(entry, pupil=record.pupil, assessment=record.assessment, assessment_id=record.assessment_id),
            school=School(school_id, school_id),
            synthetic=listed is not None and listed.synthetic,
            since=_since(record.history),
        )

    def accounts(visitor: Visitor) -> tuple[Account, ...]:
        access.check_user_can_manage_users(_user(visitor))
        return tuple(Account(row.username, row.role, row.schools, row.created_at) for row in list_users(store))

    def schools(visitor: Visitor) -> tuple[School, ...]:
        access.check_user_can_manage_users(_user(visitor))
        return tuple(School(school_id, school_id) for school_id in school_ids(store))

    def create_account(visitor: Visitor, username: str, role: str, its_schools: tuple[str, ...]) -> str:
        access.check_user_can_manage_users(_user(visitor))
        now = clock()
        access.create_user(store, username, role, its_schools, now, visitor.username)
        return access.create_link(store, username, now, visitor.username)

    def state(visitor: Visitor) -> ServiceState:
        access.check_user_can_see_service(_user(visitor))
        counts = service_state(store)
        runs = [(school_id, newest_run(store, school_id)) for school_id in school_ids(store)]
        return ServiceState(
            model=model_status(),
            runs=tuple(Run(run.run_id, school, run.as_of, run.published_at) for school, run in runs if run is not None),
            published=counts.runs,
            entries=counts.entries,
            keys=counts.keys,
        )

    def miss_review(visitor: Visitor, half: Half, school_id: str | None) -> tuple[MissReading | None, list[str]]:
        return access.open_misses(store, _user(visitor), half, school_id, clock())

    return Desk(
        sign_in=lambda username, password: access.sign_in(store, username, password, clock())[1],
        sign_in_with_link=lambda token: access.use_link(store, token, clock())[1],
        sign_out=lambda token: access.sign_out(store, token, clock()),
        visitor=visitor,
        set_password=set_password,
        follow_up_list=list_of,
        student=student,
        accounts=accounts,
        schools=schools,
        roles=tuple(
            NamedRole(role.code, Words(zh=role.zh, en=role.en), takes_schools=role in access.OF_SCHOOLS)
            for role in Role
        ),
        create_account=create_account,
        service_state=state,
        miss_review=miss_review,
    )


def _visitor(user: User) -> Visitor:
    return Visitor(
        username=user.username,
        role=user.role.code,
        schools=tuple(School(school_id, school_id) for school_id in user.schools),
        sees_students=user.role is Role.COUNSELOR,
        administers=access.user_can_manage_users(user),
        sees_misses=any(access.user_can_see_miss_counts(user, school) for school in (*user.schools, None)),
    )


def _user(visitor: Visitor) -> User:
    role = next(role for role in Role if role.code == visitor.role)
    return User(visitor.username, role, tuple(school.school_id for school in visitor.schools))


def _list_or_none(
    store: Store, school_id: str, now: datetime, policy: Policy, calendars: Calendars | None
) -> FollowUpList | None:
    """The list only says where the student stands on it; names and the trail are the record's business."""
    try:
        return follow_up_list(store, school_id, now, False, policy, calendars=calendars)
    except UserError as error:
        if error.kind is Kind.NOT_FOUND:
            return None
        raise


def _line_of(listed: FollowUpList, student_id: str) -> Entry | None:
    """The student's line: the most pressing one where there are several."""
    queues = (listed.contact, listed.history, listed.identity, listed.retest, listed.not_screened)
    for part in (listed.immediate, listed.week, listed.below, *queues):
        for line in part:
            if line.pupil.student_id == student_id:
                return line
    return None


def _since(history: tuple[Assessment, ...]) -> date | None:
    """The first day of the unbroken time above 一般 that lasts to the newest run."""
    since = None
    for assessment in reversed(history):
        if assessment.tier is Tier.ROUTINE:
            break
        since = assessment.as_of
    return since
