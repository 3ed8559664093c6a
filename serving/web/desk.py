"""What the pages know of the rest of the service: plain objects and one bundle of callables, no database.

Every callable is synchronous and raises only `UserError` for what a person can mend; whoever builds the bundle
authorises and audits inside it, so that a page cannot read a student's record without leaving a trace.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.instruments import Words
from models.assessment import ModelStatus
from serving.access.misses import MissReading
from serving.followup.entries import Entry, FollowUpList
from serving.misses import Half


@dataclass(frozen=True)
class School:
    school_id: str
    name: str


@dataclass(frozen=True)
class Role:
    """What an account may be; `takes_schools` where it works for schools of its own."""

    code: str
    name: Words
    takes_schools: bool


@dataclass(frozen=True)
class Visitor:
    """A signed-in person, with what the pages may offer; the callables below decide again what is allowed."""

    username: str
    role: str
    schools: tuple[School, ...]
    sees_students: bool
    administers: bool
    sees_misses: bool = False


@dataclass(frozen=True)
class StudentFile:
    """One student's page. `since` is the first day on the list, None where it is not known."""

    entry: Entry
    school: School
    synthetic: bool
    since: date | None = None


@dataclass(frozen=True)
class Account:
    username: str
    role: str
    school_ids: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True)
class Run:
    """The screening whose list is in force at one school."""

    run_id: str
    school_id: str
    as_of: date
    published_at: datetime


@dataclass(frozen=True)
class ServiceState:
    """Counts of published runs, of records received by the API, and of keys that hold."""

    model: ModelStatus
    runs: tuple[Run, ...]
    published: int
    entries: int
    keys: int


@dataclass(frozen=True)
class Desk:
    """`sign_in` and `sign_in_with_link` answer with a new session's token; `visitor` with None once it has ended.
    `set_password` ends every session and answers with a new one.

    `student` takes the purpose of the reading (`follow_up`, `crisis` or `quality_audit`), which is audited.
    `miss_review` takes a half-year and a school, None for all of them, and answers with what this visitor may see of
    it (None where nobody has looked back yet) and the half-years there are.
    `create_account` takes username, role and school ids, and answers with a one-time link's token.
    """

    sign_in: Callable[[str, str], str]
    sign_in_with_link: Callable[[str], str]
    sign_out: Callable[[str], None]
    visitor: Callable[[str], Visitor | None]
    set_password: Callable[[Visitor, str], str]
    follow_up_list: Callable[[Visitor, str], FollowUpList | None]
    student: Callable[[Visitor, str, str], StudentFile]
    accounts: Callable[[Visitor], tuple[Account, ...]]
    schools: Callable[[Visitor], tuple[School, ...]]
    roles: tuple[Role, ...]
    create_account: Callable[[Visitor, str, str, tuple[str, ...]], str]
    service_state: Callable[[Visitor], ServiceState]
    miss_review: Callable[[Visitor, Half, str | None], tuple[MissReading | None, list[str]]]
