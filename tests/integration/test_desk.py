"""The pages' desk over a real store: who may read what, and what is left in the trail."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from models import read_policy
from models.assessment import ModelStatus
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.access import create_link, create_user
from serving.desk import make_desk
from serving.followup import publish_screening
from serving.store import Store, audit_rows, open_store, school_ids
from serving.web import Desk, Visitor
from serving.web.listing import is_blind

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


def desk_of(store: Store) -> Desk:
    return make_desk(store, POLICY, lambda: ModelStatus(None, None, POLICY.name, None, "none"), lambda: NOW)


def enter(store: Store, desk: Desk, name: str, role: str, schools: list[str]) -> Visitor:
    create_user(store, name, role, schools, NOW)
    visitor = desk.visitor(desk.sign_in_with_link(create_link(store, name, NOW)))
    assert visitor is not None
    return visitor


def test_a_counselor_reads_the_own_school_only(published: Store) -> None:
    desk = desk_of(published)
    ours, theirs = school_ids(published)[:2]
    wang = enter(published, desk, "wang", "counselor", [ours])
    other = enter(published, desk, "zhao", "counselor", [theirs])
    listed = desk.follow_up_list(wang, ours)
    assert listed is not None
    assert listed.synthetic
    student = listed.week[0].pupil.student_id
    file = desk.student(wang, student, "crisis")
    assert (file.entry.rank, file.school.school_id) == (1, ours)
    newest = audit_rows(published, 1)[0]
    assert (newest.actor, newest.action, newest.purpose, newest.object_id) == (
        "wang",
        "student.read",
        "crisis",
        student,
    )
    for forbidden in (
        lambda: desk.follow_up_list(wang, theirs),
        lambda: desk.student(other, student, "follow_up"),
        lambda: desk.accounts(wang),
        lambda: desk.schools(wang),
        lambda: desk.service_state(wang),
        lambda: desk.create_account(wang, "mine", "administrator", ()),
    ):
        with pytest.raises(UserError) as refused:
            forbidden()
        assert refused.value.kind is Kind.REFUSED
    assert audit_rows(published, 1)[0] == newest, "what is refused is not read"


def test_a_blind_audit_has_the_whole_record_behind_it(published: Store) -> None:
    desk = desk_of(published)
    ours = school_ids(published)[0]
    chen = enter(published, desk, "chen", "counselor", [ours])
    listed = desk.follow_up_list(chen, ours)
    assert listed is not None
    (audit,) = (line for line in listed.week if line.slot == "audit")
    assert is_blind(audit)
    file = desk.student(chen, audit.pupil.student_id, "quality_audit")
    assert file.entry.slot == "audit"
    assert is_blind(file.entry) or any(floor.severity for floor in file.entry.assessment.floors)
    assert file.entry.assessment.instruments or not file.entry.assessment.screened


def test_an_administrator_sees_accounts_and_no_student(published: Store) -> None:
    desk = desk_of(published)
    chief = enter(published, desk, "chief", "administrator", [])
    ours = school_ids(published)[0]
    token = desk.create_account(chief, "sun", "counselor", (ours,))
    made = desk.visitor(desk.sign_in_with_link(token))
    assert made is not None
    assert [school.school_id for school in made.schools] == [ours]
    assert "sun" in {account.username for account in desk.accounts(chief)}
    state = desk.service_state(chief)
    assert {run.school_id for run in state.runs} == set(school_ids(published))
    with pytest.raises(UserError):
        desk.follow_up_list(chief, ours)


def test_a_new_password_ends_other_sessions_and_keeps_this_visitor(published: Store) -> None:
    desk = desk_of(published)
    visitor = enter(published, desk, "qian", "counselor", school_ids(published)[:1])
    other = desk.sign_in_with_link(create_link(published, "qian", NOW))
    mine = desk.set_password(visitor, "three grey cats sleep")
    assert desk.visitor(other) is None
    assert desk.visitor(mine) == visitor
    assert desk.visitor(desk.sign_in("qian", "three grey cats sleep")) == visitor
    desk.sign_out(mine)
    assert desk.visitor(mine) is None


def test_a_school_without_a_list_has_none(tmp_path: Path) -> None:
    store = open_store(read_settings({"RUNXIN_HOME": str(tmp_path)}))
    desk = desk_of(store)
    visitor = enter(store, desk, "wu", "counselor", ["school-09"])
    assert desk.follow_up_list(visitor, "school-09") is None
    store.close()


def test_a_session_ends_by_itself(published: Store) -> None:
    create_user(published, "late", "counselor", ["school-01"], NOW)
    link = create_link(published, "late", NOW)
    token = desk_of(published).sign_in_with_link(link)
    later = make_desk(
        published,
        POLICY,
        lambda: ModelStatus(None, None, POLICY.name, None, "none"),
        lambda: NOW + timedelta(hours=13),
    )
    assert later.visitor(token) is None
