"""A password at the terminal, by the one-time link that `runxin user create` printed."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runxin.cli.main import run
from runxin.settings import read_settings
from serving.accounts import verify_password
from serving.store import open_store
from tests.command_line import told

SECRET = "correct horse battery"


@pytest.fixture
def link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    made: str = told(capsys, "user", "create", "anna", "--role", "administrator")["link"]
    return made


@pytest.mark.parametrize("whole", [True, False])
def test_the_link_sets_a_password_once(
    link: str, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = link if whole else link.partition("link=")[2]
    said = told(capsys, "user", "password", "--link", given, "--password-stdin")
    assert said == {"username": "anna", "has_password": True}
    with open_store(read_settings({"RUNXIN_HOME": str(tmp_path)})) as store:
        assert verify_password(store, "anna", SECRET, datetime.now(UTC)).username == "anna"
    monkeypatch.setattr("sys.stdin", io.StringIO("another one entirely\n"))
    again = told(capsys, "user", "password", "--link", given, "--password-stdin", code=4)
    assert "was used" in again["error"]["message"]


def test_a_short_password_does_not_use_the_link_up(
    link: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    short = told(capsys, "user", "password", "--link", link, "--password-stdin", code=2)
    assert short["error"]["message"] == "a password has at least 10 characters"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    assert told(capsys, "user", "password", "--link", link, "--password-stdin")["has_password"] is True


def test_without_a_terminal_or_a_pipe_it_says_so(link: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["user", "password", "--link", link]) == 2
    assert "--password-stdin" in capsys.readouterr().err
