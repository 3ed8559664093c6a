"""From a dataset folder to a champion by the command line, with MLflow's SQLite in a folder of its own."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import pytest

from data_schemas.dataset import read_dataset, write_dataset
from models import load_artifact, manifest_sha256
from models.champions import read_moves
from runxin.cli.main import run
from tests.learnable import learnable

# MLflow's own tables and SHAP's own plot use what SQLAlchemy and matplotlib are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning"),
]
Said = dict[str, Any]
Cli = Callable[..., tuple[int, Said]]
PICTURES = ("calibration", "beeswarm", "list_value", "list_curve", "decision_curve", "groups", "contributions", "tiers")
PLOTS = {"metrics.json", "settings.json", *(f"{name}.png" for name in PICTURES)}
CARD = {"model-card.json", "model-card.md", "model-card.zh-CN.md"}
MODEL = Path("model") / "artifacts" / "runxin"  # the artifact inside the model that MLflow loads
REPORT = {"report.json", "report.zh.html", "report.en.html"} | CARD


def called(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Said]:
    """Exit code and the JSON object on the last line of stdout."""
    code = run([*arguments, "--json"])
    lines = capsys.readouterr().out.splitlines()
    return code, json.loads(lines[-1])


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("RUNXIN_HOME", str(home))
    return lambda *arguments: called([str(part) for part in arguments], capsys)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "invented"
    write_dataset(learnable(), folder)
    return folder


@pytest.fixture(scope="module")
def trained(home: Path, data: Path) -> Said:
    """One training for all tests of this file."""
    before = os.environ.get("RUNXIN_HOME")
    os.environ["RUNXIN_HOME"] = str(home)
    try:
        from models import read_policy
        from runxin.cli.train import payload_of
        from runxin.settings import read_settings
        from training.run import train_and_register
        from training.train import Options

        outcome = train_and_register(
            read_dataset(data), read_policy(), Options(resamples=20), read_settings(), lambda step: None
        )
    finally:
        if before is None:
            del os.environ["RUNXIN_HOME"]
        else:
            os.environ["RUNXIN_HOME"] = before
    return payload_of(outcome)


def store(home: Path) -> Any:
    return mlflow.MlflowClient(f"sqlite:///{home / 'mlflow.db'}")


def test_a_training_is_a_run_with_everything_one_wants_to_find_again(trained: Said, home: Path, data: Path) -> None:
    client = store(home)
    found = client.get_run(trained["run_id"]).data
    assert found.params["data_fingerprint"] == read_dataset(data).fingerprint
    assert found.params["split"] == "time: the last index date is held out"
    assert {"seed", "salt", "kind", "policy", "label", "rows", "labelled"} <= set(found.params)
    assert found.tags["synthetic"] == "true"
    assert found.metrics["auroc"] == pytest.approx(trained["metrics"]["auroc"]["value"])
    assert {"auroc.low", "brier", "top.0.05.recall", "baselines.sum_score.auroc", "tier.watch"} <= set(found.metrics)
    plots = {Path(file.path).name: file for file in client.list_artifacts(trained["run_id"], "plots")}
    assert set(plots) == PLOTS
    assert all(file.file_size > 1000 for name, file in plots.items() if name.endswith(".png")), "a plot is empty"
    assert {Path(file.path).name for file in client.list_artifacts(trained["run_id"], "report")} == REPORT
    written = home / "mlartifacts" / trained["run_id"] / "artifacts" / "report" / "report.json"
    report = json.loads(written.read_text("utf-8"))
    assert report["model"]["version"] == trained["version"], "the report names the version that it is of"
    assert report["auroc"]["value"] == pytest.approx(trained["metrics"]["auroc"]["value"])
    assert set(report["retrained"]["ablation"]) == {"family", "concern", "leave", "questionnaire"}
    rolling = report["retrained"]["rolling"]
    assert found.metrics["rolling.dates.2025-11-07.auroc"] == rolling["dates"]["2025-11-07"]["auroc"]["value"]
    assert found.metrics["rolling.new_schools.change.auroc"] == rolling["new_schools"]["change"]["auroc"]["value"]
    horizon = report["other_outcomes"]["horizons"]["30"]
    assert found.metrics["outcomes.horizons.30.recall.low"] == horizon["recall"]["low"]
    assert report["other_outcomes"]["horizons"]["180"]["state"] == "horizon_open"


def test_the_version_is_registered_with_its_hash(trained: Said, home: Path) -> None:
    version = store(home).get_model_version("runxin", trained["version"])
    assert version.run_id == trained["run_id"]
    assert trained["model_uri"] == f"models:/runxin/{trained['version']}"
    folder = home / "mlartifacts" / trained["run_id"] / "artifacts" / MODEL
    assert version.tags["manifest_sha256"] == manifest_sha256(folder)
    manifest = load_artifact(folder).manifest
    assert manifest.version == trained["version"]
    assert manifest.training["fingerprint"]
    assert manifest.metrics["auroc"]["value"] == trained["metrics"]["auroc"]["value"]
    assert not [file for file in folder.iterdir() if file.suffix in (".pkl", ".pickle", ".joblib")]


def test_the_model_that_serves_knows_the_wave_that_it_was_judged_by(trained: Said, home: Path) -> None:
    artifacts = home / "mlartifacts" / trained["run_id"] / "artifacts"
    serving, report = load_artifact(artifacts / MODEL), json.loads((artifacts / "report" / "report.json").read_text())
    served, judged = serving.manifest.training, report["model"]["training"]
    assert (served["last_index_date"], judged["last_index_date"]) == ("2025-11-07", "2025-04-11")
    assert (served["labelled"], judged["fitted_again"]["labelled"], judged["labelled"]) == (1000, 1000, 500)
    assert "用全部批次重新拟合" in (artifacts / "report" / "model-card.zh-CN.md").read_text("utf-8")
    run = store(home).get_run(trained["run_id"])
    trials = store(home).search_runs([run.info.experiment_id], "tags.taken = 'true'")
    assert [trial.data.params["rounds"] for trial in trials] == [run.data.params["boosting.rounds"]]
    assert "Serves fitted again to 1000 interviewed rows" in run.data.tags["mlflow.note.content"]


def test_what_a_training_says(trained: Said) -> None:
    assert {"version", "model_uri", "metrics"} <= set(trained)
    assert trained["data_origin"] == "synthetic"
    assert trained["metrics"]["auroc"]["value"] > 0.7, "there was something to learn"
    assert set(trained["metrics"]["baselines"]) == {"sum_score", "rule_sum", "logistic_regression"}


def test_promoting_writes_the_verified_copy_and_moves_the_alias(cli: Cli, trained: Said, home: Path) -> None:
    code, said = cli("promote", trained["version"], "--demo")
    assert code == 0
    assert (said["version"], said["status"], said["demo"]) == (trained["version"], "champion", True)
    assert {"data_origin", "pia_id", "floors"} <= set(said["would_refuse"])
    champion = load_artifact(home / "champion")
    assert champion.manifest.version == trained["version"]
    assert load_artifact(home / "models" / champion.sha256).manifest == champion.manifest, (
        "every promoted model is archived"
    )
    assert champion.policy.thresholds is not None, "a champion without fixed thresholds cannot place anyone"
    assert store(home).get_model_version_by_alias("runxin", "champion").run_id == trained["run_id"]
    assert cli("promote", trained["version"], "--demo")[0] == 0, "promoting again replaces the copy"
    assert not list(home.glob("champion.*")), "a half-written copy was left behind"
    assert [move.demo for move in read_moves(home / "promotions" / "history.jsonl")] == [True, True]


def test_what_a_training_logs_is_what_gates_read(cli: Cli, trained: Said, data: Path) -> None:
    code, said = cli("promote", trained["version"], "--data", data)
    assert code == 4
    assert said["error"]["fix"] == "it is of synthetic data: for a demonstration add --demo"
    statuses = {gate["id"]: gate["status"] for gate in said["gates"]}
    for status, names in (("refuse", ("data_origin", "pia_id")), ("pass", ("in_sample", "floors", "leakage"))):
        assert {statuses[name] for name in names} == {status}
    assert said["preview"]["all"]["students"] == 500


def test_a_model_that_was_changed_in_the_store_is_refused_by_its_file(
    cli: Cli, trained: Said, home: Path, tmp_path: Path
) -> None:
    file = home / "mlartifacts" / trained["run_id"] / "artifacts" / MODEL / "calibration.json"
    kept = file.read_bytes()
    champion = home / "champion"
    cli("promote", trained["version"], "--demo")
    before = manifest_sha256(champion)
    try:
        file.write_bytes(kept.replace(b"slope", b"slopf"))
        code, said = cli("promote", trained["version"], "--demo")
        assert code == 3
        assert [problem["file"] for problem in said["problems"]] == ["calibration.json"]
        assert manifest_sha256(champion) == before, "the champion was replaced by a model that was refused"
        evaluated, told = cli("evaluate", tmp_path, "--model", trained["model_uri"])
        assert (evaluated, told["problems"][0]["file"]) == (3, "calibration.json")
    finally:
        file.write_bytes(kept)


def test_an_exchanged_artifact_is_refused_though_it_is_whole(cli: Cli, trained: Said, home: Path) -> None:
    """Its own hashes fit, but it is not the one that was registered."""
    file = home / "mlartifacts" / trained["run_id"] / "artifacts" / MODEL / "manifest.json"
    kept = file.read_bytes()
    try:
        file.write_bytes(kept.replace(b'"data_origin": "synthetic"', b'"data_origin": "local"'))
        code, said = cli("promote", trained["version"], "--demo")
        assert code == 4
        assert "not the artifact that was registered" in said["error"]["message"]
    finally:
        file.write_bytes(kept)


def check_interval(figure: Said, path: str) -> None:
    assert set(figure) == {"value", "low", "high"}, f"{path} has no interval"
    assert figure["low"] <= figure["value"] <= figure["high"], f"{path}: {figure}"


def test_evaluate_answers_the_contract(cli: Cli, trained: Said, data: Path) -> None:
    code, said = cli("evaluate", data, "--model", trained["model_uri"], "--resamples", 20)
    assert code == 0
    wanted = {"n", "base_rate", "auroc", "average_precision", "brier", "calibration_slope", "calibration_intercept"}
    assert wanted | {"top", "baselines"} <= set(said)
    for name in wanted - {"n"}:
        check_interval(said[name], name)
    assert {"0.05", "0.1"} <= set(said["top"])
    for share, at in said["top"].items():
        assert set(at) == {"recall", "precision"}
        check_interval(at["recall"], f"recall at {share}")
        check_interval(at["precision"], f"precision at {share}")
    for name, baseline in said["baselines"].items():
        check_interval(baseline["auroc"], name)
        check_interval(baseline["auroc_gain_of_model"], name)
    assert (said["mode"], said["synthetic"], said["in_sample"]) == ("longitudinal", True, False)
    assert said["n"] == trained["metrics"]["n"], "by default the held-out rows"
    assert said["auroc"]["value"] == pytest.approx(trained["metrics"]["auroc"]["value"])
    assert "2025-04-11" in said["rows"]
    assert said["columns"]["features"][0] == "phq9_total"
    assert said["weighting"] == "none"


def test_evaluate_writes_the_report_of_the_same_figures(
    cli: Cli, trained: Said, home: Path, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "report"
    code, said = cli("evaluate", data, "--model", trained["version"], "--resamples", 20, "--report", folder)
    assert code == 0
    assert {Path(file).name for file in said["report"]} == {file.name for file in folder.iterdir()} == REPORT
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert {name: said[name] for name in report} == report, "the answer and the report say the same"
    assert report["list"]["per"] == "school"
    assert (report["candidates"], report["unlabelled"]) == (said["n"], 0), "everyone was interviewed"
    stable = report["retrained"]["stability"]
    assert (stable["models"], stable["pairs"], stable["lists"]) == (5, 10, 12)
    assert 0 < stable["jaccard"]["value"] < 1
    cost = report["retrained"]["ablation"]["questionnaire"]
    assert cost["auroc_cost"]["value"] > 0.05, "sheets are what there is to learn from"
    assert cost["entered"] == pytest.approx(cost["left"])
    assert cost["entered"] > 0
    assert report["contributions"]["sums_to_margin"] is True
    page = (folder / "report.zh.html").read_text("utf-8")
    assert "合成数据" in page
    assert report["verdict"][0]["zh"] in page
    assert report["retrained"]["rolling"]["dates"]["2025-11-07"]["auroc"] == said["auroc"], "the model that serves"
    assert "没有见过的学校" in page
    assert "数据结束时期限未满" in page
    code, said = cli("evaluate", data, "--model", trained["version"], "--report", data / "dataset.toml")
    assert (code, "is a file, not a folder" in said["error"]["message"]) == (2, True)


def test_the_report_of_other_students_does_not_train_again(cli: Cli, trained: Said, home: Path, tmp_path: Path) -> None:
    write_dataset(learnable(300, seed=9), tmp_path / "other")
    folder = home / "mlartifacts" / trained["run_id"] / "artifacts" / "model"
    arguments = ("--resamples", 20, "--report", tmp_path / "report")
    code, said = cli("evaluate", tmp_path / "other", "--model", folder, *arguments)
    assert code == 0
    assert "retrained" not in said
    assert "Not looked at: this dataset does not hold the rows" in (tmp_path / "report" / "report.en.html").read_text()


def test_all_rows_are_in_sample_and_say_so(cli: Cli, trained: Said, data: Path) -> None:
    code, said = cli("evaluate", data, "--model", trained["version"], "--all-rows", "--resamples", 20)
    assert code == 0
    assert (said["in_sample"], said["rows"], said["n"]) == (True, "all rows", 1000)


def test_other_students_are_all_judged(cli: Cli, trained: Said, home: Path, tmp_path: Path) -> None:
    write_dataset(learnable(400, seed=8), tmp_path / "other")
    folder = home / "mlartifacts" / trained["run_id"] / "artifacts" / "model"
    code, said = cli("evaluate", tmp_path / "other", "--model", folder, "--resamples", 20)
    assert (code, said["in_sample"], said["rows"]) == (0, False, "all rows")
    assert said["auroc"]["value"] > 0.7, "what was learned holds for others drawn the same way"


@pytest.mark.parametrize("version", ["99", "seven", "models:/runxin/99"])
def test_an_unknown_version_is_wrong_usage(cli: Cli, trained: Said, data: Path, version: str) -> None:
    for arguments in (("promote", version), ("evaluate", data, "--model", version)):
        code, said = cli(*arguments)
        assert code == 2, f"{arguments[0]} {version}: {said}"
        assert "Traceback" not in said["error"]["message"]


def test_a_bad_dataset_is_bad_data(cli: Cli, trained: Said, data: Path, tmp_path: Path) -> None:
    code, said = cli("train", tmp_path / "nowhere")
    assert (code, said["error"]["kind"]) == (3, "bad-data")
    assert cli("evaluate", tmp_path / "nowhere", "--model", trained["version"])[0] == 3
    few = tmp_path / "few"
    write_dataset(learnable(30), few)
    code, said = cli("train", few)
    assert code == 3
    assert "too few outcomes" in said["error"]["message"]
