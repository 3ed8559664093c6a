"""A data scientist's own feature from a table to training, reasons, the list and the API, without a change of code."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_schemas.dataset import Dataset
from data_schemas.own_features import OwnFeature
from models import Artifact, assess, load_artifact, read_policy, records_of, save_artifact
from runxin.errors import UserError
from tests.api_state import Api, days_ago, make_api, record
from tests.learnable import AS_OF, DAYS_TO_OUTCOME, INDEX_DATES, learnable
from training.train import Options, train

EXERCISE = OwnFeature(
    name="exercise",
    group="context",
    adverse="low",
    low=0,
    high=7,
    unit="days",
    zh="近一周运动 {value:g} 天",
    en="{value:g} days of exercise in the last week",
    source="invented",
    sensitivity="personal",
)


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Exercise goes with the outcome that follows, so that there is something to learn from it."""
    plain, rng = learnable(), np.random.default_rng(5)
    outcomes, rows = plain.tables["outcomes"], []
    for day in INDEX_DATES:
        seen = pd.Timestamp(day) + pd.Timedelta(days=DAYS_TO_OUTCOME)
        found = outcomes[outcomes["observed_on"] == seen]
        less = np.where(found["level"] >= 2, 2, 5) + rng.integers(-1, 3, len(found))
        rows.append(
            pd.DataFrame(
                {
                    "student_id": found["student_id"],
                    "observed_on": pd.Timestamp(day) - pd.Timedelta(days=3),
                    "exercise": less.astype(float),
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    return replace(
        plain, tables={**plain.tables, "features": table.assign(recorded_on=pd.NaT)}, own_features=(EXERCISE,)
    )


@pytest.fixture(scope="module")
def artifact(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    made = train(data, read_policy(), Options(resamples=20), lambda step: None).artifact
    folder = tmp_path_factory.mktemp("own") / "model"
    save_artifact(made, folder)
    return load_artifact(folder)


def test_the_declaration_travels_with_the_model(artifact: Artifact) -> None:
    assert artifact.recipe.own == (EXERCISE,)
    assert {"exercise", "exercise_missing"} <= set(artifact.recipe.names)


def test_it_speaks_in_reasons_with_the_student_s_own_number(data: Dataset, artifact: Artifact) -> None:
    policy = read_policy()
    day = INDEX_DATES[1]
    said = assess(records_of(data), day, artifact, policy)
    spoken = [reason for one in said for reason in one.reasons if reason.feature == "exercise"]
    assert spoken, "nobody's reasons speak of it"
    frame = data.tables["features"]
    newest = frame[frame["observed_on"] < pd.Timestamp(day)].groupby("student_id")["exercise"].last()
    for one in said:
        for reason in one.reasons:
            if reason.feature == "exercise":
                assert reason.text.zh == f"近一周运动 {newest[one.student_id]:g} 天"
                assert reason.value == newest[one.student_id]


@pytest.fixture
def api(tmp_path: Path, artifact: Artifact) -> Api:
    made = make_api(tmp_path)
    save_artifact(artifact, made.settings.champion)
    return made


def asked(api: Api, figure: float | None) -> float:
    own = None if figure is None else [{"name": "exercise", "value": figure, "observed_on": days_ago(2)}]
    answer = api.post("/score?dry_run=true", record(features=own))
    assert answer.status_code == 200, answer.text
    margin: float = answer.json()["margin"]
    return margin


def test_the_api_takes_it_and_a_blank_is_never_better(api: Api) -> None:
    least, most, blank = asked(api, 0), asked(api, 7), asked(api, None)
    assert least > most, "it is not read"
    assert blank >= most, "a blank scores below the best value there is"


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ({"name": "exercise", "value": 9}, "features[0].value", "exercise lies from 0 to 7"),
        ({"name": "sleep", "value": 9}, "features[0].name", "the model reads no such feature"),
        ({"name": "exercise", "value": 3, "observed_on": "2035-01-01"}, "features[0].observed_on", "after the as-of"),
    ],
)
def test_a_value_at_fault_is_named(api: Api, row: dict[str, object], field: str, said: str) -> None:
    answer = api.post("/score", record(features=[{"observed_on": days_ago(2), **row}]))
    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["field"] == field
    assert said in problem["problem"]


def test_a_dataset_that_declares_it_otherwise_is_refused(data: Dataset, artifact: Artifact) -> None:
    other = replace(data, own_features=(EXERCISE.model_copy(update={"adverse": "high"}),))
    with pytest.raises(UserError, match="the features and the model do not belong together"):
        assess(records_of(other), AS_OF, artifact, read_policy())
