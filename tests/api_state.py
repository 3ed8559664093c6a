"""A whole API over an empty database, with a small model where a test wants one."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from data_schemas.instruments import known_instruments, packaged_instruments
from data_schemas.zone import CHINA
from models import Artifact, Manifest, load_artifact, read_policy, save_artifact
from models.artifact import FORMAT_VERSION
from models.calibration import Calibration
from models.features import catalogue
from models.policy import Thresholds
from models.reference import Reference
from models.risk_model import RiskModel
from models.spline_model import SplineModel
from models.uncertainty import ProbabilityBand
from runxin.settings import Settings, read_settings
from serving.access import SCOPES
from serving.app import make_app
from serving.keys import create_key
from serving.platform import Champion, State
from tests.http_client import Client
from tests.known_schools import make_known
from tests.new_stores import store_at

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@dataclass
class Api:
    """An application over a fresh database. `post` and `get` carry a key with `scopes`."""

    settings: Settings
    state: State
    client: Client

    def key(self, *scopes: str, schools: tuple[str, ...] | None = None) -> str:
        """A key; its schools are made known."""
        make_known(self.state.store, schools or ())
        return create_key(self.state.store, "city", scopes or SCOPES, NOW, schools=schools)

    def post(self, path: str, content: Any, key: str | None = None, **more: Any) -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {"authorization": f"Bearer {key or self.key()}", "content-type": "application/json"}
        return self.client.send("POST", path, content=body, headers=headers | more.pop("headers", {}), **more)

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        return self.client.get(path, headers={"authorization": f"Bearer {key or self.key()}"})


def make_api(home: Path) -> Api:
    settings = read_settings({"RUNXIN_HOME": str(home)})
    store = store_at(settings)
    # A clock that jumps, so that the model's folder is looked at with every request.
    ticks = iter(range(10**9))
    champion = Champion(settings.champion, load_artifact, lambda _: True, clock=lambda: float(next(ticks)) * 2)
    instruments = known_instruments(settings.instruments)
    state = State(store, read_policy(), champion, instruments, history=settings.history)
    return Api(settings, state, Client(make_app(state)))


def today() -> date:
    """The day it is in the schools."""
    return datetime.now(CHINA).date()


def record(student_id: str = "S-1077", **fields: Any) -> dict[str, Any]:
    """A plain request; fields given as None are left out."""
    plain: dict[str, Any] = {
        "student_id": student_id,
        "school_id": "A",
        "stage": "junior",
        "grade": 8,
        "sex": "female",
        "age_years": 13.5,
        "responses": [phq9([1, 0, 1, 0, 0, 0, 0, 0, 0])],
    }
    return {name: value for name, value in (plain | fields).items() if value is not None}


def phq9(answers: list[Any], days_ago: int = 1, **fields: Any) -> dict[str, Any]:
    day = today() - timedelta(days=days_ago)
    return {"instrument": "phq9", "administered_on": day.isoformat(), "answers": answers} | fields


def days_ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


def artifact(version: str = "1", origin: str = "local") -> Artifact:
    """A model that reads the total of the PHQ-9 and nothing else."""
    instruments = {"phq9": packaged_instruments()["phq9"]}
    features = catalogue(instruments.values())
    flat = ((0.0, 1.0), (0.0, 0.0))
    rising = ((0.0, 27.0), (-1.0, 3.0))
    curves = [rising if feature.name == "phq9_total" else flat for feature in features]
    spline = SplineModel(
        knots=tuple(knots for knots, _ in curves),
        heights=tuple(heights for _, heights in curves),
        fill=tuple(0.0 for _ in curves),
        base=-2.0,
    )
    policy = read_policy()
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        name="runxin",
        version=version,
        kind="logistic",
        data_origin=origin,
        created_at=str(date(2026, 11, 1)),
        training={"mode": "longitudinal"},
        metrics={"auroc": {"value": 0.8, "low": 0.7, "high": 0.9}},
    )
    return Artifact(
        manifest=manifest,
        model=RiskModel(features, spline, policy.family.cap),
        calibration=Calibration(1.0, 0.0),
        instruments=instruments,
        reference=Reference({}),
        policy=policy.model_copy(update={"thresholds": Thresholds(watch=0.2, priority=0.5)}),
        logistic=spline,
        band=ProbabilityBand((-3.0, 0.0, 3.0), (0.03, 0.4, 0.9), (0.06, 0.6, 0.97)),
    )


def promote(api: Api, version: str = "1", origin: str = "local") -> None:
    """Put a model where the service looks for one."""
    save_artifact(artifact(version, origin), api.settings.champion)
