"""A backup is the whole house at one moment, and a restore of it brings all back, and writes over nothing unasked."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from runxin.cli.main import run
from runxin.errors import Kind, UserError
from runxin.settings import Settings, read_settings
from serving.audit import verify_log
from serving.backup import make_backup, restore_backup
from serving.store import Store, audit_rows, keep_names, newest_run, open_store
from serving.store.students import name_of
from tests.factories import NOW, assessment, publish
from tests.new_stores import new_store
from tests.postgresql import empty_database

pytestmark = pytest.mark.usefixtures("each_database")


@dataclass
class House:
    settings: Settings
    store: Store
    copy: Path
    other: Settings  # an empty home elsewhere, on the same kind of database


@pytest.fixture
def house(tmp_path: Path, each_database: str, request: pytest.FixtureRequest) -> Iterator[House]:
    home, elsewhere = tmp_path / "home", {"RUNXIN_HOME": str(tmp_path / "new" / "home")}
    store = new_store(home)
    if each_database == "postgresql":
        elsewhere["RUNXIN_DATABASE_URL"] = empty_database(f"restored{abs(hash(request.node.nodeid))}")
    publish(store, [assessment("S-1"), assessment("S-2")])
    keep_names(store, {"S-1": "李华"}, NOW, "cli")
    for name in ("champion/manifest.json", "extract.key", "calendar/a.csv", "logs/runxin.log"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(name)
    house = House(read_settings({"RUNXIN_HOME": str(home)}), store, tmp_path / "copy", read_settings(elsewhere))
    key = house.other.encryption_keys_file
    key.parent.mkdir(parents=True)
    shutil.copy2(house.settings.encryption_keys_file, key)
    yield house
    store.close()


def names_of(store: Store, ids: list[str]) -> dict[str, str]:
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT student_id, sealed FROM names").all()
        found = {row.student_id: name_of(connection, row.student_id, row.sealed)[0] for row in rows}
    return {one: found[one] for one in ids if one in found}


def back_up(house: House) -> dict[str, Any]:
    return make_backup(house.settings, house.store, house.copy, NOW, "cli:root")


def test_all_is_there_again(house: House) -> None:
    made = back_up(house)
    keep_names(house.store, {"S-2": "later"}, NOW, "cli")  # is not in it
    done = restore_backup(house.other, house.copy, NOW + timedelta(hours=1), "cli:root")
    assert (done.made_at, done.checked.faults, done.aside) == (made["made_at"], (), None)
    home = house.other.home
    assert [(home / name).read_text() for name in ("champion/manifest.json", "extract.key", "calendar/a.csv")] == [
        "champion/manifest.json",
        "extract.key",
        "calendar/a.csv",
    ]
    assert not (home / "logs").exists()
    with open_store(house.other) as store:
        assert names_of(store, ["S-1", "S-2"]) == {"S-1": "李华"}
        run_ = newest_run(store, "school-01", NOW.date())
        assert run_ == newest_run(house.store, "school-01", NOW.date())
        assert [one.action for one in audit_rows(store, 2)] == ["backup.restored", "backup.made"]
        publish(store, [assessment("S-9")], fingerprint="next")
        store.keep_checkpoint()
        assert verify_log(store, store.checkpoints).faults == ()


def test_it_is_of_one_moment_while_others_write(house: House) -> None:
    """Names and the audit log are written together: a copy has both or none of each."""
    ended = []

    def write() -> None:
        for n in range(200):
            if ended:
                return
            keep_names(house.store, {f"T-{n}": "x"}, NOW, "cli")

    writer = Thread(target=write)
    writer.start()
    back_up(house)
    ended.append(True)
    writer.join()
    restore_backup(house.other, house.copy, NOW, "cli:root")
    with open_store(house.other) as store:
        kept = sum(one.action == "names.kept" for one in audit_rows(store, 1000))
        assert len(names_of(store, ["S-1", *(f"T-{n}" for n in range(200))])) == kept
        assert verify_log(store, store.checkpoints).faults == ()


def test_nothing_is_written_over_unasked(house: House) -> None:
    back_up(house)
    keep_names(house.store, {"S-2": "later"}, NOW, "cli")
    with pytest.raises(UserError, match="nothing was restored") as refused:
        restore_backup(house.settings, house.copy, NOW, "cli:root")
    assert refused.value.kind is Kind.REFUSED
    assert names_of(house.store, ["S-2"]) == {"S-2": "later"}
    house.store.engine.dispose()
    done = restore_backup(house.settings, house.copy, NOW, "cli:root", replace=True)
    assert done.aside is not None
    assert (done.aside / "extract.key").read_text() == "extract.key"
    with open_store(house.settings) as store:
        assert names_of(store, ["S-1", "S-2"]) == {"S-1": "李华"}


@pytest.mark.parametrize("damage", ["changed", "missing", "manifest"])
def test_a_backup_that_is_not_as_it_was_made_is_refused(house: House, damage: str) -> None:
    back_up(house)
    if damage == "changed":
        (house.copy / "home" / "extract.key").write_text("another")
    elif damage == "missing":
        next(house.copy.glob("database.*")).unlink()
    else:
        (house.copy / "manifest.json").write_text("{")
    with pytest.raises(UserError, match="backup") as refused:
        restore_backup(house.other, house.copy, NOW, "cli:root")
    assert refused.value.kind is Kind.BAD_DATA
    assert [file.name for file in house.other.home.iterdir()] == ["encryption.keys"]


def test_the_key_is_kept_apart(house: House) -> None:
    back_up(house)
    assert list(house.copy.rglob("encryption.keys")) == []
    house.other.encryption_keys_file.unlink()
    with pytest.raises(UserError, match="the key with which names are encrypted is not in a backup, and not here"):
        restore_backup(house.other, house.copy, NOW, "cli:root")
    assert list(house.other.home.iterdir()) == []


def test_it_goes_into_an_empty_folder_outside_the_home(house: House) -> None:
    house.copy.mkdir()
    (house.copy / "x").write_text("x")
    with pytest.raises(UserError, match="is not empty"):
        back_up(house)
    with pytest.raises(UserError, match="would be lost with it"):
        make_backup(house.settings, house.store, house.settings.home / "copy", NOW, "cli")


def test_the_verbs(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(house.settings.home))
    assert run(["backup", "--out", str(house.copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["files"] >= 5
    assert run(["restore", str(house.copy)]) == Kind.REFUSED.exit_code
    assert "nothing was restored" in capsys.readouterr().err
    monkeypatch.setenv("RUNXIN_HOME", str(house.other.home))
    monkeypatch.setenv("RUNXIN_DATABASE_URL", house.other.database_url)
    assert run(["restore", str(house.copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["audit_faults"] == []
