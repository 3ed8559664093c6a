"""Names, notes, drafts, telephone numbers, shared secrets: nothing of them can be read without the key."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from data_schemas.codes import DutyRole
from data_schemas.duty import DutySpan
from runxin.cli.main import run
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.accounts import create_user, second_factor
from serving.recording.store import find_draft, keep_draft, read_talks
from serving.store import Store, duty_in_force, find_student, keep_duty, keep_names, open_store
from serving.store.talks import Talk, add_talk
from tests.factories import AS_OF, NOW, assessment, publish
from tests.new_stores import store_at
from tests.old_store import lay_out

PLAIN = ("林小满", "linxiaoman", "标备注", "标草稿", "13800000001")


def fill(store: Store) -> str:
    publish(store, [assessment("S-1")])
    keep_names(store, {"S-1": "林小满"}, NOW, "test")
    keep_draft(store, "S-1", "wang", {"note": ["标草稿"]}, NOW, None)
    keep_duty(
        store,
        [DutySpan("school-01", "王", DutyRole.COUNSELOR, "13800000001", NOW, NOW + timedelta(hours=9), None)],
        "t",
        NOW,
    )
    with store.writing() as connection:
        add_talk(connection, Talk("t1", "S-1", "school-01", "in_person", AS_OF, NOW, "wang", note="标备注"))
    create_user(store, "wang", "counselor", ["school-01"], NOW)
    return second_factor.propose(store, "wang").secret


def read(store: Store) -> list[object]:
    named, draft = find_student(store, "S-1", True), find_draft(store, "S-1", "wang", None)
    assert named is not None
    assert draft is not None
    phone = duty_in_force(store)["school-01"][0].phone
    return [named.name, read_talks(store, "S-1")[0].note, draft.fields["note"][0], phone]


AS_WRITTEN = ["林小满", "标备注", "标草稿", "13800000001"]


def test_the_database_alone_names_nobody_and_with_the_key_all_is_read(tmp_path: Path) -> None:
    settings = read_settings({"RUNXIN_HOME": str(tmp_path)})
    store = store_at(settings)
    secret = fill(store)
    assert read(store) == AS_WRITTEN
    assert second_factor.propose(store, "wang").secret == secret
    store.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("runxin.db*"))
    assert not [text for text in (*PLAIN, secret) if text.encode() in raw]
    key = settings.encryption_keys_file
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.rename(tmp_path / "away")
    with pytest.raises(UserError, match="key with which names are encrypted is missing") as caught:
        open_store(settings)
    assert caught.value.kind is Kind.UNAVAILABLE
    assert not key.exists(), "no other key is made in its place"
    words = (tmp_path / "away").read_text().strip()
    with open_store(read_settings({"RUNXIN_HOME": str(tmp_path), "RUNXIN_ENCRYPTION_KEYS": words})) as again:
        assert read(again) == AS_WRITTEN


def test_a_rotation_seals_all_anew_while_the_service_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    settings = read_settings()
    running = store_at(settings)
    fill(running)
    old = settings.encryption_keys_file.read_text().split()
    assert run(["encryption", "rotate"]) == 0
    new = settings.encryption_keys_file.read_text().split()
    assert new[1:] == old
    assert stat.S_IMODE(settings.encryption_keys_file.stat().st_mode) == 0o600
    assert read(running) == AS_WRITTEN, "a process that began before reads the new key"
    running.close()
    settings.encryption_keys_file.write_text(new[0] + "\n")
    with open_store(settings) as store:
        assert read(store) == AS_WRITTEN


def test_a_value_cannot_be_put_into_anothers_place(tmp_path: Path) -> None:
    store = store_at(read_settings({"RUNXIN_HOME": str(tmp_path)}))
    publish(store, [assessment("S-1"), assessment("S-2")])
    keep_names(store, {"S-1": "林小满", "S-2": "周舟"}, NOW, "test")
    with store.writing() as connection:
        connection.exec_driver_sql(
            "update names set sealed = (select sealed from names where student_id = 'S-2') where student_id = 'S-1'"
        )
    with pytest.raises(UserError, match="not as it was written"):
        find_student(store, "S-1", True)


def test_names_of_an_old_store_are_sealed_and_read_as_they_were(tmp_path: Path) -> None:
    old = lay_out(tmp_path / "home")
    with open_store(old.settings) as store:
        found = {row["student_id"]: find_student(store, row["student_id"], True) for row in old.rows["names"]}
    assert any(found.values())
    raw = b"".join(file.read_bytes() for file in old.file.parent.glob(old.file.name + "*"))
    for row in old.rows["names"]:
        assert (one := found[row["student_id"]]) is None or one.name == row["name"]
        assert row["name"].encode() not in raw, "the file keeps no page with a name in clear"
