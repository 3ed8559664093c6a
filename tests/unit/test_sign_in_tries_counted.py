"""What a success gives back of the tries that were counted, and what it leaves to others."""

from pathlib import Path

import pytest

from serving.accounts import create_link, create_user, use_link
from serving.accounts.store.sessions import add_session
from serving.accounts.store.tries import Bucket, forgive, reserve_try
from serving.accounts.tables import sessions, sign_in_tries
from serving.store import Store, audit_rows
from tests.factories import NOW
from tests.new_stores import new_store

MINE, ACCOUNT, OTHER = (Bucket.of(9, name) for name in ("mine", "account", "other"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def counted(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {row.bucket: row.failures for row in connection.execute(sign_in_tries.select())}


def test_a_success_forgets_its_own_way_and_takes_back_one_try_of_the_account(store: Store) -> None:
    for _ in range(2):
        assert reserve_try(store, [MINE, ACCOUNT], NOW)
    assert reserve_try(store, [OTHER], NOW)
    with store.writing() as connection:
        forgive(connection, [MINE, ACCOUNT])
    assert counted(store) == {ACCOUNT.key: 1, OTHER.key: 1}
    for _ in range(2):
        with store.writing() as connection:
            forgive(connection, [MINE, ACCOUNT])
    assert counted(store) == {ACCOUNT.key: 0, OTHER.key: 1}, "never below none"


def test_a_new_session_clears_away_those_whose_time_is_over(store: Store) -> None:
    create_user(store, "ann", "administrator", [], NOW)
    with store.writing() as connection:
        for token, ends in (("over", NOW), ("open", NOW.replace(hour=23))):
            add_session(connection, token, "ann", "link", NOW, ends, False)
        add_session(connection, "new", "ann", "link", NOW, NOW.replace(hour=23), False)
    with store.reading() as connection:
        left = {row.token_hash for row in connection.execute(sessions.select())}
    assert left == {"open", "new"}


def test_who_came_in_and_by_which_way_is_on_record(store: Store) -> None:
    create_user(store, "ann", "administrator", [], NOW)
    use_link(store, create_link(store, "ann", NOW), NOW)
    newest = audit_rows(store, 1)[0]
    assert (newest.action, newest.actor, newest.detail) == ("sign_in.done", "ann", "link")
