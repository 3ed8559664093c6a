"""The tutorial does what it says: its commands run, its requests are answered as shown."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from data_schemas.instruments import packaged_instruments
from models import load_artifact, read_policy
from runxin.settings import read_settings
from serving.app import make_app
from serving.platform import Champion, State
from serving.store import open_store
from tests.forks import WITH_MLFLOW, as_executable, forks
from tests.http_client import Client
from tests.offline import STUDENTS, Demo

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# run: done in a shell, in order · http: sent to the service · make, setup: looked at
KINDS = ("run", "http", "make", "setup")
ADDRESS = "http://127.0.0.1:3000"
DEMO = f"runxin demo --no-serve --students {STUDENTS} --json"  # stands in for `make run`


@dataclass(frozen=True)
class Block:
    language: str
    kind: str
    text: str


def blocks(file: str) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall((DOCS / file).read_text("utf-8"))]


def of_kind(kind: str) -> list[str]:
    return [block.text for block in blocks("tutorial.md") if block.kind == kind]


def test_every_shell_block_has_its_kind() -> None:
    assert {block.kind for block in blocks("tutorial.md") if block.language == "sh"} == set(KINDS)


def test_both_languages_show_the_same_commands() -> None:
    commands = [[block for block in blocks(file) if block.language == "sh"] for file in LANGUAGES]
    assert commands[0] == commands[1]


LANGUAGES = ("tutorial.md", "tutorial.zh-CN.md")


def test_each_make_target_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = [line.split()[1] for text in of_kind("make") for line in text.splitlines()]
    assert targets
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


@dataclass(frozen=True)
class Walked:
    """Where the tutorial was walked, and the key that it made."""

    folder: Path
    key: str
    said: str


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory, demo: Demo) -> Walked:
    """Run all commands in one shell, in order, in a folder where the demo has been made and nothing else."""
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(demo.machine.home, folder / ".runxin")
    script = "\n".join(["set -e -o pipefail", DEMO, *of_kind("run"), 'echo "$KEY" > key.txt'])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUNXIN_", "MLFLOW_"))}
    path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    environment = kept | {"PATH": path, "OMP_NUM_THREADS": "1"}
    with forks(WITH_MLFLOW, environment | {"MLFLOW_DISABLE_TELEMETRY": "true"}) as command:
        as_executable([*command, "runxin"], folder / "bin" / "runxin")
        done = subprocess.run(["bash", "-x", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return Walked(folder, (folder / "key.txt").read_text("utf-8").strip(), done.stdout)


@pytest.mark.whole
def test_the_commands_do_what_is_said(walked: Walked) -> None:
    assert "no problems" in walked.said, "the check"
    assert "\nversion 1 (" in walked.said, "the training's version is 1 in a fresh folder"
    assert "is the champion" in walked.said, "the promotion"
    assert (walked.folder / "list.xlsx").is_file()
    assert (walked.folder / "trial" / "champion" / "manifest.json").is_file()
    assert "school-01" in walked.said, "the list"


def shown() -> list[Any]:
    """Each request with the answer that the tutorial shows below it, None where it shows none."""
    found = []
    everything = blocks("tutorial.md")
    for place, block in enumerate(everything):
        if block.kind == "http":
            after = everything[place + 1] if place + 1 < len(everything) else None
            answer = json.loads(after.text) if after is not None and after.language == "json" else None
            found.append(pytest.param(block.text, answer, id=request_of(block.text, "")[1].split("?")[0][1:]))
    return found


def request_of(command: str, key: str) -> tuple[str, str, dict[str, str], str | None]:
    """Method, path, headers and body of a curl command of the tutorial."""
    words = iter(shlex.split(command.replace("\\\n", " ").replace("$KEY", key)))
    assert next(words) == "curl"
    path, body, headers = "", None, {}
    for word in words:
        if word == "-H":
            name, value = next(words).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word != "-s":
            assert word.startswith(ADDRESS), f"not a word of the tutorial's requests: {word}"
            path = word.removeprefix(ADDRESS)
    return ("GET" if body is None else "POST"), path, headers, body


@pytest.mark.whole
@pytest.mark.parametrize(("command", "answer"), shown())
def test_a_request_is_answered_as_shown(walked: Walked, command: str, answer: Any) -> None:
    settings = read_settings({}, cwd=walked.folder)
    method, path, headers, body = request_of(command, walked.key)
    with open_store(settings) as store:
        state = State(
            store, read_policy(), Champion(settings.champion, load_artifact, lambda _: True), packaged_instruments()
        )
        reply = Client(make_app(state)).send(method, path, headers=headers, content=body)
    expected = answer["status"] if isinstance(answer, dict) and "status" in answer else 200
    assert reply.status_code == expected, reply.text
    if answer is not None:
        assert_has(reply.json(), answer, "answer")


def assert_has(real: Any, shown: Any, where: str) -> None:
    """Every field that is shown is there and of the same kind; figures and sentences may differ."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert name in real, f"{where}.{name} is shown, but not answered"
            assert_has(real[name], value, f"{where}.{name}")
    elif isinstance(shown, list):
        assert real or not shown, f"{where} is shown with something in it"
        for one in shown[:1] if real else []:
            assert_has(real[0], one, f"{where}[0]")
    elif where.endswith((".code", ".status", ".tier", ".field", ".problem", ".title", ".type", ".tier_source")):
        assert real == shown, where
    elif shown is not None and real is not None:
        assert isinstance(real, type(shown)), f"{where} is a {type(real).__name__}, shown as {type(shown).__name__}"
