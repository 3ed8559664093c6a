"""`runxin work`: what is due at once, and a test by one channel."""

import json
from pathlib import Path

import pytest

from runxin.cli.main import run
from tests.crisis import with_robots
from tests.new_stores import new_store
from tests.receivers import hooks


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_once_does_what_is_due(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    new_store(tmp_path).close()
    assert run(["work", "--once", "--json"]) == 0
    first = said(capsys)
    assert first["channels"] == []
    assert int(str(first["steps"])) >= 2, "the clock and the canary"


def test_a_test_goes_out_at_once_or_says_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    new_store(tmp_path).close()
    with hooks() as hook:
        with_robots(tmp_path, hook)
        assert run(["work", "--test", "ding", "--json"]) == 0
        assert said(capsys)["message_id"] == hook.received[0].message_id
        assert "测试消息" in hook.received[0].content["text"]["content"]
        assert run(["work", "--test", "nobodys", "--json"]) == 2
        assert "channels.toml in RUNXIN_HOME has ding" in str(said(capsys))
        hook.answers["/ding"] = (401, {})
        assert run(["work", "--test", "ding", "--json"]) == 5
        assert "answered_401" in str(said(capsys))


def test_a_file_that_cannot_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    new_store(tmp_path).close()
    (tmp_path / "channels.toml").write_text('[one]\nkind = "dingtalk"\nurl = "http://example.org/"', "utf-8")
    assert run(["work", "--once", "--json"]) == 2
    assert "needs an https address" in str(said(capsys))
