"""A RUNXIN_HOME with a local model that may be promoted, and people who may do it."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import pytest

from data_schemas.dataset import Dataset, write_dataset
from models import Artifact, load_artifact
from models.risk_model import RiskModel
from models.spline_model import SplineModel
from runxin.settings import Settings, read_settings
from serving.accounts import create_user, set_password
from serving.store import AuditEvent, audit_rows, open_store
from tests.api_state import artifact
from tests.command_line import told
from tests.gate_figures import BEHIND, Figures, good, group, interval, order
from tests.known_schools import make_known
from tests.learnable import learnable
from training.logged_run import LoggedRun
from training.tracking import log_training

ANNA, BEN, WANG = "anna", "ben", "wang"
SECRET = "correct horse battery"
# What its report leaves open.
OPEN = ("outcomes", "inside_tiers", "logistic_regression", "group_gaps")
REASON = "a pilot at one school, reviewed after each month"


def local_students(students: int = 300) -> Dataset:
    """`learnable`, but local, and with lighter answers, so that rules leave most of them to the model."""
    dataset = learnable(students)
    sheets = dataset.responses["phq9"].copy()
    lighter = [f"item_{number}" for number in range(1, 9)]
    sheets[lighter] = sheets[lighter] // 2
    sheets["item_9"] = sheets["item_9"] // 3
    description = dataset.description.model_copy(update={"synthetic": False, "origin": "local"})
    return replace(dataset, description=description, responses={"phq9": sheets})


def report_of(version: str) -> Figures:
    """Nothing speaks against it, and four things are open."""
    report = good() | {"positives": 86}
    report["model"]["version"] = version
    report["tiers"]["watch"]["orders"]["rule_sum"] = order(BEHIND)
    report["baselines"]["logistic_regression"]["auroc_gain_of_model"] = interval(-0.016, -0.031, 0.004)
    report["groups"]["sex"]["groups"]["male"] = group(interval(0.05, -0.1, 0.15))
    return report


def by_leave(**manifest: str) -> Artifact:
    """A model that reads leave and nothing else, so that its week is another one than that of the questionnaires."""
    plain = artifact()
    flat, rising = ((0.0, 1.0), (0.0, 0.0)), ((0.0, 6.0), (0.0, 6.0))
    curves = [rising if feature.name == "leave_days_365" else flat for feature in plain.features]
    scorer = SplineModel(
        knots=tuple(knots for knots, _ in curves),
        heights=tuple(heights for _, heights in curves),
        fill=tuple(0.0 for _ in curves),
        base=-2.5,
    )
    named = plain.manifest.model_copy(update=manifest)
    return replace(plain, manifest=named, model=RiskModel(plain.features, scorer, plain.policy.family.cap))


def register(
    settings: Settings, change: Callable[[Figures], Figures | None] = lambda report: report, **manifest: str
) -> str:
    """Register a model with its report changed, or with none, and other words in its manifest; answers with its
    version."""

    def write_files(registered: Artifact, into: Path) -> dict[str, float]:
        report = change(report_of(registered.manifest.version))
        if report is not None:
            (into / "report").mkdir()
            (into / "report" / "report.json").write_text(json.dumps(report), "utf-8")
        return {}

    return log_training(settings, by_leave(**manifest), LoggedRun(), write_files)[0].version


def make_home(folder: Path) -> Path:
    """Version 1 in the registry, an impact assessment, and three accounts of which two may decide."""
    write_dataset(local_students(), folder / "data")
    settings = read_settings({"RUNXIN_HOME": str(folder / "home")})
    register(settings)
    settings.policy_file.write_text('[promotion]\npia_id = "PIA-2026-03"\n', "utf-8")
    now = datetime.now(UTC)
    with open_store(settings) as store:
        make_known(store, ["A"])
        for name, role, schools in (
            (ANNA, "administrator", []),
            (BEN, "administrator", []),
            (WANG, "counselor", ["A"]),
        ):
            create_user(store, name, role, schools, now)
            set_password(store, name, SECRET, now)
    return folder


@dataclass
class Desk:
    """A copy of that home of a test's own, and the command line over it."""

    home: Path
    data: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    @property
    def settings(self) -> Settings:
        return read_settings({"RUNXIN_HOME": str(self.home)})

    @property
    def client(self) -> Any:
        return mlflow.MlflowClient(f"sqlite:///{self.home / 'mlflow.db'}")

    def says(self, *arguments: object, code: int = 0, password: str = SECRET) -> dict[str, Any]:
        """What a verb answers; whoever is named by --by types this password."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        typed = ["--password-stdin"] if "--by" in arguments else []
        return told(self.capsys, *[str(part) for part in arguments], *typed, code=code)

    def asks(self, version: str = "1", by: str = ANNA, code: int = 0, **more: Any) -> dict[str, Any]:
        """Ask for a promotion with everything waived that is open."""
        waived = [part for name in OPEN for part in ("--waive", f"{name}={REASON}")]
        return self.says("promote", version, "--data", self.data, "--by", by, *waived, code=code, **more)

    def signs(self, version: str = "1", by: str = BEN, code: int = 0, **more: Any) -> dict[str, Any]:
        return self.says("promote", version, "--sign-off", "--by", by, code=code, **more)

    def promotes(self, version: str = "1") -> dict[str, Any]:
        self.asks(version)
        return self.signs(version)

    def champion(self) -> Artifact | None:
        return load_artifact(self.settings.champion) if self.settings.champion.is_dir() else None

    def serving(self) -> str | None:
        champion = self.champion()
        return champion.manifest.version if champion else None

    def trail(self, action: str) -> list[AuditEvent]:
        with open_store(self.settings) as store:
            return [event for event in audit_rows(store) if event.action == action]

    def files_of(self, version: str) -> Path:
        """The folder of the registry that holds a version's run."""
        run = self.client.get_run(self.client.get_model_version("runxin", version).run_id)
        return Path(run.info.artifact_uri.removeprefix("file://"))


def copied(folder: Path, into: Path) -> Path:
    """The home once more; MLflow's artifacts stay where they are."""
    shutil.copytree(folder / "home", into, ignore=shutil.ignore_patterns("mlartifacts"))
    return into
