"""A desk without a database, over a list that a test gives it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from runxin.errors import Kind, UserError, bad_data
from serving.access import MissReading
from serving.followup.entries import Entry, FollowUpList
from serving.misses import Half
from serving.web import Account, Desk, Role, Run, School, ServiceState, StudentFile, Visitor
from tests.factories import MODEL, words

SCHOOLS = (School("school-01", "县一中"), School("school-02", "实验初中"))
COUNSELOR = Visitor("wang", "counselor", SCHOOLS[:1], sees_students=True, administers=False, sees_misses=True)
ADMINISTRATOR = Visitor("admin", "administrator", (), sees_students=False, administers=True)
ROLES = (
    Role("counselor", words("心理教师", "counselor"), takes_schools=True),
    Role("administrator", words("管理员", "administrator"), takes_schools=False),
)


@dataclass
class Records:
    """What the sample desk remembers."""

    lists: dict[str, FollowUpList | None]
    links: dict[str, Visitor]
    passwords: dict[str, tuple[str, Visitor]]
    sessions: dict[str, Visitor] = field(default_factory=dict)
    read: list[tuple[str, str, str]] = field(default_factory=list)  # who, whom, purpose
    accounts: list[Account] = field(default_factory=list)
    reviews: dict[str, MissReading] = field(default_factory=dict)  # by half-year
    looked: list[tuple[str, str, str | None]] = field(default_factory=list)  # who, half-year, school


def sample_desk(listed: FollowUpList | None, *more: Entry, visitor: Visitor = COUNSELOR) -> tuple[Desk, Records]:
    """A desk over one list of the first school; `more` students can be opened although no section holds them."""
    records = Records(
        lists={"school-01": listed},
        links={"link-counselor": visitor, "link-admin": ADMINISTRATOR},
        passwords={"wang": ("four words in a row", visitor), "admin": ("another four words here", ADMINISTRATOR)},
    )

    def enter(visitor: Visitor) -> str:
        token = f"session-{len(records.sessions)}"
        records.sessions[token] = visitor
        return token

    def sign_in(username: str, password: str) -> str:
        known = records.passwords.get(username)
        if known is None or known[0] != password:
            raise UserError(Kind.UNAUTHENTICATED, "wrong name or password")
        return enter(known[1])

    def sign_in_with_link(token: str) -> str:
        if token not in records.links:
            raise UserError(Kind.UNAUTHENTICATED, "unknown, used or expired link")
        return enter(records.links.pop(token))

    def list_of(visitor: Visitor, school_id: str) -> FollowUpList | None:
        if not visitor.sees_students:
            raise UserError(Kind.REFUSED, "no list for this role")
        return records.lists.get(school_id)

    def student(visitor: Visitor, student_id: str, purpose: str) -> StudentFile:
        if not visitor.sees_students:
            raise UserError(Kind.REFUSED, "no students for this role")
        for school_id, of_school in records.lists.items():
            for line in [*(all_lines(of_school) if of_school else ()), *more]:
                if line.pupil.student_id == student_id:
                    if school_id not in {school.school_id for school in visitor.schools}:
                        raise UserError(Kind.REFUSED, "another school's student")
                    records.read.append((visitor.username, student_id, purpose))
                    return StudentFile(
                        line, SCHOOLS[0], of_school is not None and of_school.synthetic, date(2026, 11, 3)
                    )
        raise UserError(Kind.NOT_FOUND, "unknown student")

    def create_account(_: Visitor, username: str, role: str, school_ids: tuple[str, ...]) -> str:
        if any(account.username == username for account in records.accounts):
            raise bad_data("this username is taken", fix="choose another")
        records.accounts.append(Account(username, role, school_ids, datetime(2026, 11, 20, 1, tzinfo=UTC)))
        records.links[f"link-{username}"] = replace(COUNSELOR, username=username)
        return f"link-{username}"

    def set_password(visitor: Visitor, password: str) -> str:
        if password == "1234567890":
            raise bad_data("this password is too common")
        records.passwords[visitor.username] = (password, visitor)
        records.sessions.clear()
        return enter(visitor)

    def sign_out(token: str) -> None:
        records.sessions.pop(token, None)

    def miss_review(visitor: Visitor, half: Half, school_id: str | None) -> tuple[MissReading | None, list[str]]:
        if not visitor.sees_misses:
            raise UserError(Kind.REFUSED, "this review is not open to you")
        records.looked.append((visitor.username, half.name, school_id))
        return records.reviews.get(half.name), sorted(records.reviews, reverse=True)

    runs = (Run("run-1", "school-01", date(2026, 11, 20), datetime(2026, 11, 20, 22, 30, tzinfo=UTC)),)
    desk = Desk(
        sign_in=sign_in,
        sign_in_with_link=sign_in_with_link,
        sign_out=sign_out,
        visitor=records.sessions.get,
        set_password=set_password,
        follow_up_list=list_of,
        student=student,
        accounts=lambda _: tuple(records.accounts),
        schools=lambda _: SCHOOLS,
        roles=ROLES,
        create_account=create_account,
        service_state=lambda _: ServiceState(MODEL, runs, published=3, entries=12, keys=1),
        miss_review=miss_review,
    )
    return desk, records


def all_lines(listed: FollowUpList) -> tuple[Entry, ...]:
    queues = (*listed.history, *listed.retest, *listed.not_screened, *listed.identity)
    return (*listed.immediate, *listed.week, *listed.below, *queues)
