"""A registered model as MLflow's users know it, seen with a real SQLite store: no training is needed for that."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest

from models import Artifact, load_artifact
from models.risk_model import margins
from models.scored_frame import scored_frame
from runxin.errors import UserError
from runxin.settings import Settings, read_settings
from tests.trained import FEATURES, invented
from training.logged_run import LoggedRun, TriedSetting, source
from training.tracking import Registered, fetch, log_training

# MLflow's own tables use what SQLAlchemy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")
NAMES = [feature.name for feature in FEATURES]
VALUES = invented(FEATURES, np.random.default_rng(2))[0][:60]
TOLD = LoggedRun(
    name="city indices",
    description="Few figures, of synthetic data.",
    parameters={"seed": 3},
    metrics={"auroc": 0.7},
    tags={"data_origin": "synthetic", **source()},
    trials=(TriedSetting("ladder 1: published", {"step": 1}, {"log_loss": 0.4}, taken=False),),
    dataset="city",
    digest="ab" * 32,
    example=pd.DataFrame(VALUES[:2], columns=NAMES),
)
Made = tuple[Settings, Registered, Artifact]


@pytest.fixture(scope="module")
def made(booster: Artifact, tmp_path_factory: pytest.TempPathFactory) -> Made:
    settings = read_settings({"RUNXIN_HOME": str(tmp_path_factory.mktemp("registry"))})
    return settings, *log_training(settings, booster, TOLD, lambda artifact, into: {})


def loaded(made: Made) -> Any:
    mlflow.set_tracking_uri(made[0].tracking_uri)
    with warnings.catch_warnings():  # MLflow's own use of what others are about to change
        warnings.simplefilter("ignore")
        return mlflow.pyfunc.load_model(made[1].model_uri)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int32])
def test_it_loads_and_scores_a_frame_of_features(made: Made, kind: type) -> None:
    frame = pd.DataFrame(np.floor(VALUES).astype(kind), columns=NAMES, index=range(7, 67))
    found = loaded(made).predict(frame[NAMES[::-1]])
    np.testing.assert_array_equal(found["margin"], margins(made[2].model, np.floor(VALUES).astype(np.float32)).value)
    assert found["probability"].between(0, 1).all()
    assert set(found["tier"]) == {"routine", "watch", "priority"}, "a model places nobody in 危机"
    assert list(found.index) == list(frame.index)


def test_it_has_a_signature_an_example_and_no_pickle(made: Made) -> None:
    model = loaded(made)
    assert [column.name for column in model.metadata.signature.inputs] == NAMES
    assert [column.name for column in model.metadata.signature.outputs] == ["margin", "probability", "tier"]
    assert len(model.predict(model.input_example)) == 2
    files = {file.name for file in (made[0].home / "mlartifacts").rglob("*") if file.is_file()}
    assert {"MLmodel", "registered_model.py", "manifest.json", "input_example.json"} <= files
    assert not [name for name in files if Path(name).suffix in (".pkl", ".pickle", ".joblib", ".cloudpickle")]


def test_the_artifact_is_found_inside_it_and_where_a_version_of_before_has_it(made: Made, tmp_path: Path) -> None:
    folder = fetch(made[0], made[1].version, tmp_path)
    assert load_artifact(folder).manifest.version == "1"
    assert fetch(made[0], str(folder.parents[1]), tmp_path) == folder, "the whole folder will do"
    assert fetch(made[0], str(folder), tmp_path) == folder, "and the artifact alone"


def test_a_run_says_what_it_had_and_tried_and_the_version_what_it_is(made: Made) -> None:
    client = mlflow.MlflowClient(made[0].tracking_uri)
    run = client.get_run(made[1].run_id)
    assert run.info.run_name == "city indices"
    assert run.data.tags["mlflow.note.content"] == TOLD.description
    inputs = {entry.tags[0].value: (entry.dataset.name, entry.dataset.digest) for entry in run.inputs.dataset_inputs}
    assert inputs == {"training": ("city", "ab" * 18), "evaluation": ("city, held out", "ab" * 18)}
    if (Path(__file__).parents[2] / ".git").exists():
        assert len(run.data.tags["mlflow.source.git.commit"]) == 40
    (trial,) = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{made[1].run_id}'")
    assert (trial.info.run_name, trial.data.metrics) == ("ladder 1: published", {"log_loss": 0.4})
    version = client.get_model_version_by_alias("runxin", "candidate")
    assert (version.description, version.tags["data_origin"]) == (TOLD.description, "synthetic")
    assert "No diagnosis" in client.get_registered_model("runxin").description


def test_absent_features_are_named(made: Made) -> None:
    frame = pd.DataFrame(VALUES, columns=NAMES).drop(columns=[NAMES[3], NAMES[5]])
    with pytest.raises(UserError, match=f"features are absent: {NAMES[3]}, {NAMES[5]}"):
        scored_frame(replace(made[2]), frame)
