"""Wherever a school is named at the command line, it is one that is known; a comma stands between several."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from tests.command_line import told

Say = Callable[..., dict[str, Any]]
SCHOOLS = "school_id,name\nA,第一中学\nB,Second School\n"


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))

    def call(*arguments: str, code: int = 0) -> dict[str, Any]:
        return told(capsys, *arguments, code=code)

    return call


def written(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content, "utf-8")
    return str(folder / name)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city") / "city"
    write_city(make_city(300, seed=7), folder)
    return folder


NAMING = {
    "key create": ("key", "create", "--client", "c", "--scopes", "score"),
    "user create": ("user", "create", "wang", "--role", "counselor"),
    "list": ("list",),
    "duty list": ("duty", "list"),
    "labels": ("labels", "--reason", "x"),
    "extract": ("extract", "--reason", "x", "--out", "out"),
    "miss-review": ("miss-review", "--half", "2035H1"),
}


@pytest.mark.parametrize("verb", NAMING)
def test_a_school_that_nobody_knows_is_refused(say: Say, tmp_path: Path, verb: str) -> None:
    assert say(*NAMING[verb], "--school", "A", code=2)["error"] == {
        "kind": "usage",
        "message": "no school is known yet",
        "fix": "runxin school import FILE makes schools known, and so does a screening",
    }
    say("school", "import", written(tmp_path, "schools.csv", SCHOOLS))
    said = say(*NAMING[verb], "--school", "a", code=2)["error"]
    assert said["message"] == "there is no school 'a'"
    assert said["fix"].startswith("is it A (第一中学)?; runxin school import FILE")
    assert say(*NAMING[verb], "--school", "第一中", code=2)["error"]["fix"].startswith("is it A (第一中学)?")
    assert "known are A (第一中学), B (Second School)" in say(*NAMING[verb], "--school", "zzz", code=2)["error"]["fix"]
    assert say(*NAMING[verb], "--school", "A,", code=2)["error"]["message"] == "a school without a name"
    two = say(*NAMING[verb], "--school", "x1,y1", code=2)
    assert two["error"]["message"] == "2 schools not known"
    assert [problem["what"] for problem in two["problems"]] == ["there is no school 'x1'", "there is no school 'y1'"]


@pytest.mark.parametrize("named", [("--school", "A,B"), ("--school", "A，B"), ("--school", "A", "--school", "B, A")])
def test_a_comma_stands_between_schools(say: Say, tmp_path: Path, named: tuple[str, ...]) -> None:
    say("school", "import", written(tmp_path, "schools.csv", SCHOOLS))
    assert say(*NAMING["key create"], *named)["schools"] == ["A", "B"]
    assert say(*NAMING["user create"], *named)["schools"] == ["A", "B"]
    assert [one["school_id"] for one in say("duty", "list", *named)["schools"]] == ["A", "B"]
    for verb in ("labels", "extract"):
        assert say(*NAMING[verb], *named[-2:], code=2)["error"]["message"] == "one school is named here"


def test_a_screening_makes_its_schools_known_and_names_those_of_its_dataset(say: Say, city: Path) -> None:
    schools = sorted(read_dataset(city).students["school_id"].unique())
    said = say("screen", str(city), "--as-of", "2026-04-03", "--school", f"{schools[0]},scool-02", code=2)
    assert [(one["what"], one["fix"]) for one in said["problems"]] == [
        ("there is no school 'scool-02'", f"is it {schools[1]} or {schools[0]}?")
    ]
    say("screen", str(city), "--as-of", "2026-04-03", "--school", ",".join(schools[:2]))
    assert [(one["school_id"], one["imported"]) for one in say("school", "list")["schools"]] == [
        (school, False) for school in schools[:2]
    ]
    assert say("user", "create", "wang", "--role", "counselor", "--school", schools[0])["schools"] == [schools[0]]
    assert len(say("list", "--school", ",".join(schools[:2]))["lists"]) == 2


def test_a_bureau_needs_no_school_and_a_key_may_hold_for_all(say: Say) -> None:
    assert say("user", "create", "zhou", "--role", "bureau")["schools"] == []
    assert say(*NAMING["key create"])["schools"] is None
