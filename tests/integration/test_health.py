"""What is wrong is named: by `/readyz`, in the metrics that alerts ring for, and by `runxin doctor`."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from runxin.cli.main import run
from serving.health.checks import LOCKED_SECONDS, PARTS, Health, Trouble
from serving.health.metrics import Metrics
from serving.health.probe import Readiness
from serving.store import Store
from tests.http_client import Client
from tests.new_stores import new_store

ALERTS = Path(__file__).parents[2] / "deploy" / "prometheus"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path, each_database: str) -> Iterator[Store]:
    store = new_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def health(store: Store, tmp_path: Path) -> Health:
    return Health(store, (tmp_path,), lambda: "ok", clock=Clock(), free=lambda _: 10**12)


def test_all_is_well(health: Health) -> None:
    assert health.troubles() == []


def test_a_lock_is_a_fault_when_it_stays(health: Health, store: Store) -> None:
    with store.writing():
        assert health.troubles() == []
        health.clock.now = LOCKED_SECONDS + 1.0  # type: ignore[attr-defined]
        (found,) = health.troubles()
        assert (found.part, found.what, found.stops) == ("lock", "the database has been locked for 21 seconds", True)
    assert health.troubles() == []
    with store.writing():
        assert health.troubles() == [], "another lock, another clock"


def test_a_full_disk_has_its_true_name(health: Health, tmp_path: Path) -> None:
    health.free = lambda _: 10_000
    assert [str(one) for one in health.troubles()] == [f"disk: the disk of {tmp_path.name} is full (make room)"]


@pytest.mark.parametrize(("status", "what"), [("unavailable", "missing or damaged"), ("none", "no model was promoted")])
def test_a_model_that_is_away_is_named_and_stops_nothing(health: Health, status: str, what: str) -> None:
    health.model = lambda: status
    (found,) = health.troubles()
    assert what in found.what
    assert not found.stops, "safety rules and lists work without it"


@pytest.mark.parametrize("revision", ["0007", "9999"])
def test_tables_of_another_version_are_named(health: Health, store: Store, revision: str) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    (found,) = health.troubles()
    said = "the database has not been migrated" if revision == "0007" else "the database has other tables"
    assert (found.part, found.stops) == ("store", True)
    assert said in found.what


def app_with(found: list[Trouble] | None) -> Client:
    app = Starlette(routes=[Route("/livez", lambda _: PlainTextResponse("\n"))])
    return Client(Readiness(app, lambda: found))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "status", "body"),
    [
        ([], 200, "ready\n"),
        (None, 503, "starting\n"),
        ([Trouble("disk", "full", "make room")], 503, "not ready\ndisk: full (make room)\n"),
        ([Trouble("model", "damaged", "roll back", stops=False)], 200, "ready\nmodel: damaged (roll back)\n"),
    ],
)
def test_readiness_names_what_is_wrong_and_liveness_asks_nothing(
    found: list[Trouble] | None, status: int, body: str
) -> None:
    client = app_with(found)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (status, body)
    assert client.get("/livez").status_code == 200


def metrics_of(health: Health) -> str:
    app = Starlette(routes=[Route("/x", lambda _: PlainTextResponse("x"))])
    client = Client(Metrics(app, lambda path: path, health))  # type: ignore[arg-type]
    client.get("/x")
    return client.get("/metrics").text


def test_the_metrics_say_of_each_part_whether_it_is_in_trouble(health: Health) -> None:
    health.model = lambda: "unavailable"
    said = dict(re.findall(r'runxin_trouble{part="(\w+)"} ([\d.]+)', metrics_of(health)))
    assert said == {part: "1.0" if part == "model" else "0.0" for part in PARTS}


def test_alerts_and_dashboard_ask_for_what_there_is(health: Health) -> None:
    there = set(re.findall(r"^(runxin_\w+)", metrics_of(health), re.MULTILINE))
    asked = (ALERTS / "runxin.rules.yml").read_text() + (ALERTS.parent / "grafana" / "runxin.json").read_text()
    assert set(re.findall(r"\brunxin_\w+", asked)) - there == set()
    parts = {part for found in re.findall(r'part=~?"([\w|]+)"', asked) for part in found.split("|")}
    assert parts <= set(PARTS)
    rules = yaml.safe_load((ALERTS / "runxin.rules.yml").read_text())["groups"][0]["rules"]
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_each_alert_fires() -> None:
    command = ["promtool", "test", "rules", str(ALERTS / "runxin.test.yml")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, bool], str]:
    code = run(["doctor", "--json"])
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    return code, said["parts"], " ".join(one["what"] for one in said["troubles"])


def test_the_doctor_looks_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("RUNXIN_HOME", str(home))
    code, _, said = doctor(capsys)
    assert (code, home.exists()) == (0, False)
    assert "does not exist yet" in said
    new_store(home).close()
    code, parts, said = doctor(capsys)
    assert (code, [part for part, fine in parts.items() if not fine]) == (0, ["model", "clock"])
    (home / "policy.toml").write_text("not = [a policy")
    (home / "champion").mkdir(mode=0o755)
    with sqlite3.connect(home / "runxin.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    code, parts, said = doctor(capsys)
    assert code == 5
    assert {"home", "store", "model", "policy"} <= {part for part, fine in parts.items() if not fine}
    assert "the database has not been migrated" in said
    with sqlite3.connect(home / "runxin.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    database.close()
