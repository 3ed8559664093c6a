"""A student whom no roster knows and who came without a school is seen by every counselor and by nobody else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serving.accounts import create_link, create_user, list_accounts
from serving.app import make_web
from serving.store import Store, open_store
from tests.factories import NOW
from tests.http_client import Client
from tests.old_store import lay_out
from tests.sample_pages import follow, make_state

# The one came without a school, the other with school-01's.
NOBODYS, OTHERS = "S-nowhere (unassigned)", "S-stranger (school-01)"
SCHOOLS = ("school-01", "school-02")
Enter = Callable[[str, str | None], Client]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(lay_out(tmp_path_factory.mktemp("nobodys") / "home").settings) as opened:
        yield opened


@pytest.fixture
def enter(store: Store, tmp_path: Path) -> Enter:
    """Sign in as a role, at a school."""

    def signed_in(role: str, school: str | None = None) -> Client:
        name = f"{role}.{len(list_accounts(store))}"
        create_user(store, name, role, [school] if school else [], NOW)
        client = Client(make_web(make_state(store, tmp_path, lambda: NOW)))
        assert follow(client, f"/sign-in?link={create_link(store, name, NOW)}").status_code == 303
        return client

    return signed_in


@pytest.mark.parametrize("school", SCHOOLS)
def test_each_counselor_can_open_the_page(enter: Enter, school: str) -> None:
    answer = enter("counselor", school).get(f"/students/{NOBODYS}")
    assert answer.status_code == 200
    assert NOBODYS in answer.text


@pytest.mark.parametrize("school", SCHOOLS)
def test_the_student_is_on_each_counselors_queue(enter: Enter, school: str) -> None:
    assert NOBODYS in enter("counselor", school).get("/identity").text


@pytest.mark.parametrize(("role", "school"), [("principal", "school-01"), ("bureau", None), ("administrator", None)])
def test_nobody_else_can(enter: Enter, role: str, school: str | None) -> None:
    client = enter(role, school)
    assert client.get(f"/students/{NOBODYS}").status_code == 403
    assert NOBODYS not in client.get("/identity").text


def test_a_stranger_with_a_school_is_that_schools(enter: Enter) -> None:
    assert enter("counselor", "school-02").get(f"/students/{OTHERS}").status_code == 403
