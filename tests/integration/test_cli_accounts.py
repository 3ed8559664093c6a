"""Accounts, the audit log and the home at the command line."""

import io
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runxin.cli import operator as who
from runxin.cli.operator import operator
from runxin.errors import UserError
from runxin.settings import private_folder, read_settings
from serving.accounts import list_accounts, sign_in, verify_password
from serving.store import audit_rows, open_store
from tests.command_line import told

SECRET = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_leaver_is_disabled_moved_and_let_in_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    link = told(capsys, "user", "create", "zhou", "--role", "bureau")["link"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    told(capsys, "user", "password", "--link", link, "--password-stdin")
    assert told(capsys, "user", "disable", "zhou") == {"username": "zhou", "disabled": True}
    assert [one["disabled"] for one in told(capsys, "user", "list")["users"]] == [True]
    now = datetime.now(UTC)
    with open_store(read_settings()) as store, pytest.raises(UserError, match="is wrong"):
        verify_password(store, "zhou", SECRET, now)
    told(capsys, "user", "enable", "zhou")
    assert told(capsys, "user", "move", "zhou", "--role", "administrator")["role"] == "administrator"
    with open_store(read_settings()) as store:
        sign_in(store, "zhou", SECRET, now)
    assert told(capsys, "user", "end-sessions", "zhou")["sessions"] == 0
    assert told(capsys, "user", "reset-code", "zhou", code=2)["error"]["kind"] == "not-found"
    with open_store(read_settings()) as store:
        assert [(one.username, one.role) for one in list_accounts(store)] == [("zhou", "administrator")]
        said = [(event.actor, event.action) for event in audit_rows(store, 20) if event.action.startswith("user.")]
    acts = ("moved", "enabled", "disabled", "created")
    assert said == [(operator(), f"user.{act}") for act in acts], "each with who gave the command"


def test_a_password_that_is_common_does_not_use_the_link_up(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    link = told(capsys, "user", "create", "zhou", "--role", "bureau")["link"]
    for typed, code in (("password123\n", 2), (f"{SECRET}\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        told(capsys, "user", "password", "--link", link, "--password-stdin", code=code)


def test_links_lead_where_the_operator_says(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_PUBLIC_URL", "https://runxin.example.edu.cn/")
    made = told(capsys, "user", "create", "zhou", "--role", "bureau")
    assert made["link"].startswith("https://runxin.example.edu.cn/sign-in?link=")
    for wrong in ("runxin.example.org", "javascript:alert(1)", "https://a b", "https://x/?q=1"):
        monkeypatch.setenv("RUNXIN_PUBLIC_URL", wrong)
        assert told(capsys, "user", "list", code=2)["error"]["message"].startswith("the public address must be like")


def test_who_gives_a_command_is_told_by_the_system_and_no_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who, "LOGIN_UID", tmp_path / "none")
    mine = operator()
    for variable in ("LOGNAME", "USER", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "somebody-else")
    assert operator() == mine
    (tmp_path / "loginuid").write_text("4294967295")
    monkeypatch.setattr(who, "LOGIN_UID", tmp_path / "loginuid")
    assert operator() == mine
    (tmp_path / "loginuid").write_text("987654")
    assert operator() == f"{mine} for uid 987654"


def test_a_changed_log_is_told_row_by_row(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "user", "create", "zhou", "--role", "bureau")
    assert told(capsys, "audit", "verify") == {"rows": 2, "checkpoints": 1, "covered": 2, "clock_set": []}
    out = home.parent / "2026"
    assert told(capsys, "audit", "export", "--year", str(datetime.now(UTC).year), "--out", str(out))["whole"] is True
    with sqlite3.connect(home / "runxin.db") as database:
        database.execute("drop trigger audit_no_update")
        database.execute("update audit set actor = 'nobody' where id = 1")
    database.close()
    said = told(capsys, "audit", "verify", code=3)
    assert said["error"]["message"] == "the audit log is not as it was written"
    assert said["problems"][0]["rows"] == [1]


def test_a_folder_that_is_everybodys_is_not_closed(tmp_path: Path) -> None:
    for mode, after in ((0o1777, 0o1777), (0o755, 0o700)):
        folder = tmp_path / oct(mode)
        folder.mkdir()
        folder.chmod(mode)
        private_folder(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == after


def test_nothing_in_the_home_is_for_others_whatever_the_umask(tmp_path: Path) -> None:
    """A home that an older version left open is closed too."""
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "runxin.db").touch(mode=0o644)
    code = "import os, sys; os.umask(0); from runxin.cli.main import main; main(sys.argv[1:])"
    for arguments in (("user", "create", "zhou", "--role", "bureau"), ("audit", "export", "--year", "2026", "--out")):
        more = [str(home / "export")] if arguments[0] == "audit" else []
        given = os.environ | {"RUNXIN_HOME": str(home)}
        subprocess.run([sys.executable, "-c", code, *arguments, *more], env=given, check=True, capture_output=True)
    modes = {file: stat.S_IMODE(file.stat().st_mode) for file in [home, *home.rglob("*")]}
    assert {file.name for file in modes} >= {"runxin.db", "checkpoints.jsonl", "audit.csv", "summary.json"}
    assert {file.name: oct(mode) for file, mode in modes.items() if mode & 0o077} == {}
