"""From a training to an alarm by the command line, with MLflow's SQLite in a folder of its own."""

import json
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from data_schemas.dataset import Dataset, read_dataset, write_dataset
from models import load_artifact, read_policy, save_artifact
from runxin.cli.main import run
from runxin.settings import Settings, read_settings
from tests.command_line import told
from tests.learnable import AS_OF, learnable
from training.fitting.boosting import Boosting
from training.fitting.fitting import Size
from training.promotion.promotion import promote_demo
from training.run import train_and_register
from training.train import Options

# MLflow's own tables and SHAP's own plot use what SQLAlchemy and matplotlib are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning"),
]
ITEMS = [f"item_{number}" for number in range(1, 10)]
# An occasion of its own, so that all that there is to compare lies on one day.
QUICK = Options(boosting=Boosting(rounds=60), sizes=(Size(2, 4),), resamples=20)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """RUNXIN_HOME with a champion, and the dataset that it was trained on."""
    home, data = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data") / "invented"
    write_dataset(learnable(900, mode="concurrent"), data)
    settings = read_settings({"RUNXIN_HOME": str(home)})
    outcome = train_and_register(read_dataset(data), read_policy(), QUICK, settings, lambda _: None)
    promote_demo(settings, outcome.registered.version, read_policy(), datetime.now(UTC))
    return home, data


@pytest.fixture
def home(trained: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNXIN_HOME", str(trained[0]))
    return trained[0]


@pytest.fixture
def data(trained: tuple[Path, Path]) -> Path:
    return trained[1]


def others(folder: Path, change: Callable[[Dataset], Dataset] = lambda dataset: dataset, students: int = 400) -> Path:
    """Other students, drawn as those of the training, and then changed."""
    write_dataset(change(learnable(students, seed=21, mode="concurrent")), folder)
    return folder


def harder_times(dataset: Dataset) -> Dataset:
    """Everyone answers a step higher."""
    sheets = dataset.responses["phq9"].copy()
    sheets[ITEMS] = (sheets[ITEMS] + 1).clip(upper=3)
    return replace(dataset, responses={"phq9": sheets})


def silent_feed(dataset: Dataset) -> Dataset:
    """Reports of leave ended two months ago."""
    schools = dataset.students["school_id"].unique()
    until = pd.Timestamp(AS_OF) - pd.Timedelta(days=60)
    span = {"table": "leaves", "covered_from": pd.Timestamp("2024-09-01"), "covered_to": until}
    return replace(
        dataset, tables={**dataset.tables, "feeds": pd.DataFrame([{"school_id": s, **span} for s in schools])}
    )


def settings_of(home: Path) -> Settings:
    return read_settings({"RUNXIN_HOME": str(home)})


def test_the_same_students_do_not_ring(home: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "monitor", str(data))
    assert (said["alarm"], said["alarms"], said["in_sample"]) == (False, [], True)
    assert said["days"] == [AS_OF.isoformat()]
    assert (said["students"], said["model"]["version"]) == (900, "1")
    assert said["reference"]["students"] < 900, "those held out are no reference"
    assert set(said["groups"]) == {"questionnaire", "leave", "family", "concern", "talk", "context"}
    assert said["calibration"]["slope"]["low"] < said["calibration"]["slope"]["high"]
    assert (said["calibration"]["n"], said["calibration"]["weights"], said["calibration"]["unit"]) == (
        900,
        "none",
        "school",
    )


def test_others_drawn_the_same_way_do_not_ring(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "monitor", str(others(tmp_path / "others")))
    assert (said["alarms"], said["in_sample"]) == ([], False)
    estimated = said["performance"]
    assert estimated["estimated_auroc"]["value"] == pytest.approx(estimated["estimated_at_training"], abs=0.05)
    assert estimated["measured_on_held_out_rows"]["value"] > 0.6


def test_a_world_that_moved_rings_and_names_what_moved(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = others(tmp_path / "moved", harder_times)
    said = told(capsys, "monitor", str(folder), "--out", str(tmp_path / "page"), code=4)
    features = {one["name"] for one in said["alarms"] if one["kind"] == "feature"}
    assert {"phq9_total", "phq9_item_9"} == features, said["alarms"]
    assert {"score", "tier", "calibration"} <= {one["kind"] for one in said["alarms"]}
    assert [one["name"] for one in said["alarms"] if one["kind"] == "calibration"] == ["intercept"], (
        "as many as before have the outcome, and more are said to"
    )
    assert all(one["text"]["zh"] and one["text"]["en"] for one in said["alarms"])
    assert said["page"] == str(tmp_path / "page" / "monitoring.html")
    assert json.loads((tmp_path / "page" / "monitoring.json").read_text("utf-8"))["alarms"] == said["alarms"]
    assert run(["monitor", str(folder)]) == 4
    words = capsys.readouterr().out
    assert "ALARM PHQ-9 … 分（phq9_total）分布有变" in words
    assert "an estimate and not measured" in words


def test_a_feed_that_fell_silent_rings_by_its_source(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "monitor", str(others(tmp_path / "silent", silent_feed)), code=4)
    missing = [one for one in said["alarms"] if one["kind"] == "missing"]
    assert [(one["name"], one["value"]) for one in missing] == [("leave_missing", 1.0)]
    assert said["features"]["leave_days_60"]["state"] == "absent"


def test_without_interviews_calibration_is_not_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def unasked(dataset: Dataset) -> Dataset:
        return replace(dataset, tables={name: t for name, t in dataset.tables.items() if name != "outcomes"})

    folder = others(tmp_path / "unasked", unasked)
    said = told(capsys, "monitor", str(folder))
    assert (said["calibration"]["state"], said["calibration"]["n"]) == ("too_few", 0)
    run(["monitor", str(folder)])
    assert "not enough labels: 0 labelled rows" in capsys.readouterr().out


def test_few_students_and_nobody(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "monitor", str(others(tmp_path / "few", students=40)))
    assert {row["state"] for row in said["features"].values()} == {"too_few"}

    def all_left(dataset: Dataset) -> Dataset:
        roster = dataset.students.assign(left_on=pd.Timestamp("2025-01-01"))
        return replace(dataset, tables={**dataset.tables, "students": roster})

    said = told(capsys, "monitor", str(others(tmp_path / "left", all_left)), code=3)
    assert said["error"]["message"] == f"nobody to compare on {AS_OF.isoformat()}"


def test_days_may_be_given(home: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A year later every sheet is out of date."""
    said = told(capsys, "monitor", str(data), "--as-of", "2026-04-03", "--as-of", "2027-03-31", code=4)
    assert said["days"] == ["2026-04-03", "2027-03-31"]
    assert (said["rows"], said["students"]) == (1800, 900)
    assert "phq9_missing" in {one["name"] for one in said["alarms"]}


def test_each_comparison_is_a_run_of_an_experiment_of_its_own(
    home: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "monitor", str(data))
    assert said["warning"] is None
    client = mlflow.MlflowClient(settings_of(home).tracking_uri)
    found = client.get_run(said["run_id"])
    experiment = client.get_experiment_by_name("runxin-monitoring")
    assert found.info.experiment_id == experiment.experiment_id
    assert experiment.artifact_location.startswith(home.as_uri())
    assert (found.data.tags["alarm"], found.data.tags["model_version"]) == ("false", "1")
    assert found.data.metrics["alarms"] == 0
    assert {"psi.phq9_total", "missing.leave_missing", "psi.margin", "lifted", "estimated_auroc"} <= set(
        found.data.metrics
    )
    files = {Path(file.path).name for file in client.list_artifacts(said["run_id"], "monitoring")}
    assert files == {"monitoring.html", "monitoring.json"}


def test_mlflow_that_is_away_is_a_warning(
    home: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        said = told(capsys, "monitor", str(data))
    assert said["run_id"] is None
    assert said["warning"].startswith("not logged to MLflow: MLflow did not answer")
    assert Path(said["page"]).is_file()


def test_a_model_from_before_there_was_a_reference_says_so(
    home: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = replace(load_artifact(home / "champion"), monitoring=None)
    save_artifact(replace(older, manifest=older.manifest.model_copy(update={"format_version": 4})), tmp_path / "older")
    policy = tmp_path / "older" / "policy.toml"
    assert load_artifact(tmp_path / "older").monitoring is None
    assert "[monitoring]" in policy.read_text("utf-8")
    said = told(capsys, "monitor", str(data), "--model", str(tmp_path / "older"), code=3)
    assert "no reference for monitoring" in said["error"]["message"]
    assert said["error"]["fix"] == "train again, and promote that version"


def test_without_a_champion_one_must_be_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "empty"))
    said = told(capsys, "monitor", str(data), code=2)
    assert (said["error"]["message"], said["error"]["fix"]) == (
        "no model is promoted",
        "name one with --model, or promote one",
    )


def test_what_the_model_keeps_names_nobody(home: Path) -> None:
    text = (home / "champion" / "monitoring.json").read_text("utf-8")
    assert not re.search(r"S-\d{4}|school-\d", text)
    kept = load_artifact(home / "champion").monitoring
    assert kept is not None
    counts = [h.counts for h in kept.features.values()] + [(n,) for n in kept.missing.values()]
    counts += [one for s in kept.scores.values() for one in (s.margin.counts, s.probability.counts, s.tiers.values())]
    assert not [count for cell in counts for count in cell if 0 < count < 5]


class _Page(HTMLParser):
    """What a page fetches, and the text of each language."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.said = {"zh": 0, "en": 0}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value or "" for name, value in attributes if name in ("src", "href", "srcset", "action")]
        given = dict(attributes)
        if tag == "span" and given.get("class") in self.said:
            self.said[str(given["class"])] += 1


def test_the_page_needs_nothing_else_and_speaks_both_languages(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, "monitor", str(others(tmp_path / "moved", harder_times)), code=4)
    text = Path(said["page"]).read_text("utf-8")
    page = _Page()
    page.feed(text)
    assert page.fetched == ["data:,"]
    assert "script" not in page.tags
    assert "svg" in page.tags
    assert "url(" not in text
    assert "@import" not in text
    assert page.said["zh"] == page.said["en"] > 100
    for one in said["alarms"]:
        assert one["text"]["zh"] in text
    assert "合成数据" in text
    assert not re.search(r"S-\d{4}", text)
