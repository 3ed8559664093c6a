"""What the pages' services read of a real store: for whom, and what is left in the trail."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from models import read_policy
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.access import User
from serving.accounts import change_password, create_link, create_user, sign_in, sign_out, use_link, user_of_session
from serving.admin.service import add_account, read_accounts, read_overview, read_schools
from serving.platform import State
from serving.screening import publish_screening
from serving.store import Store, audit_rows, open_store, school_ids
from serving.student.service import open_student
from serving.today.service import open_list
from tests.known_schools import make_known
from tests.sample_pages import make_state

NOW = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
POLICY = read_policy()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("desk")
    city = make_city(600, seed=5)
    write_city(city, folder / "data")
    store = open_store(read_settings({"RUNXIN_HOME": str(folder / "home")}))
    as_of = city.dataset.description.as_of
    publish_screening(store, read_dataset(folder / "data"), as_of, None, POLICY, NOW)
    yield store
    store.close()


@pytest.fixture
def state(published: Store, tmp_path: Path) -> State:
    return make_state(published, tmp_path, lambda: NOW)


def enter(store: Store, name: str, role: str, schools: list[str]) -> User:
    create_user(store, name, role, schools, NOW)
    return use_link(store, create_link(store, name, NOW), NOW)[0]


def test_a_counselor_reads_the_own_school_only(published: Store, state: State) -> None:
    ours, theirs = school_ids(published)[:2]
    wang = enter(published, "wang", "counselor", [ours])
    other = enter(published, "zhao", "counselor", [theirs])
    listed = open_list(state, wang, ours)
    assert listed is not None
    assert listed.synthetic
    first = listed.queue("week")[0]
    student = first.student.student_id
    file = open_student(state, wang, student, "crisis")
    assert (file.student, file.due, file.present.tier) == (first.student, first.due, first.tier)
    newest = audit_rows(published, 1)[0]
    assert (newest.actor, newest.action, newest.purpose, newest.object_id) == (
        "wang",
        "student.read",
        "crisis",
        student,
    )
    for forbidden in (
        lambda: open_list(state, wang, theirs),
        lambda: open_student(state, other, student, "follow_up"),
        lambda: read_accounts(state, wang),
        lambda: read_schools(state, wang),
        lambda: read_overview(state, wang),
        lambda: add_account(state, wang, "mine", "administrator", ()),
    ):
        with pytest.raises(UserError) as refused:
            forbidden()
        assert refused.value.kind is Kind.REFUSED
    assert audit_rows(published, 1)[0] == newest, "what is refused is not read"


def test_list_and_page_agree_on_everybody_and_on_who_is_blind(published: Store, state: State) -> None:
    ours = school_ids(published)[0]
    chen = enter(published, "chen", "counselor", [ours])
    listed = open_list(state, chen, ours)
    assert listed is not None
    lines = [line for queue in listed.queues.values() for line in queue]
    assert [line.slot for line in listed.queue("week") if line.blind] == ["audit"]
    for line in {one.student.student_id: one for one in lines}.values():
        file = open_student(state, chen, line.student.student_id, "quality_audit")
        assert file.blind is line.blind
        if not line.blind:
            shown = (line.tier, line.source, line.floors, line.due, line.assessment)
            assert (file.present.tier, file.present.source, file.present.floors, file.due, file.assessment) == shown
            stands = {one.queue for one in lines if one.student == line.student}
            assert set(file.queues) == stands - {"week", "below"}


def test_an_administrator_sees_accounts_and_no_student(published: Store, state: State) -> None:
    chief = enter(published, "chief", "administrator", [])
    ours = school_ids(published)[0]
    link = add_account(state, chief, "sun", "bureau", ())
    assert link is not None
    token = link.partition("link=")[2]
    assert use_link(published, token, NOW)[0].schools == ()
    assert "sun" in {account.username for account in read_accounts(state, chief)}
    overview = read_overview(state, chief)
    assert {school for school, _ in overview.lists} == set(school_ids(published))
    assert overview.model.status == "none"
    with pytest.raises(UserError):
        open_list(state, chief, ours)


def test_a_new_password_ends_other_sessions_and_keeps_this_one(published: Store) -> None:
    user = enter(published, "qian", "counselor", school_ids(published)[:1])
    _, other = use_link(published, create_link(published, "qian", NOW), NOW)
    mine = change_password(published, user, "three grey cats sleep", NOW)
    assert user_of_session(published, other, NOW) is None
    assert user_of_session(published, mine, NOW) == user
    assert sign_in(published, "qian", "three grey cats sleep", NOW)[0] == user
    sign_out(published, mine, NOW)
    assert user_of_session(published, mine, NOW) is None


def test_a_school_without_a_list_has_none(tmp_path: Path) -> None:
    store = open_store(read_settings({"RUNXIN_HOME": str(tmp_path)}))
    make_known(store, ["school-09"])
    user = enter(store, "wu", "counselor", ["school-09"])
    assert open_list(make_state(store, tmp_path, lambda: NOW), user, "school-09") is None
    store.close()


def test_a_session_ends_by_itself(published: Store) -> None:
    create_user(published, "late", "counselor", ["school-01"], NOW)
    _, token = use_link(published, create_link(published, "late", NOW), NOW)
    for minutes in range(0, 12 * 60, 59):
        assert user_of_session(published, token, NOW + timedelta(minutes=minutes)) is not None
    assert user_of_session(published, token, NOW + timedelta(hours=12)) is None
