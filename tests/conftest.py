"""Models trained once for the whole run, and one profile for generated examples."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from models import Artifact
from models.tree_shap import Explainer, explain
from tests.students import AS_OF, assessed, concern, flag, leave, student
from tests.trained import FEATURES, trained_artifact

if TYPE_CHECKING:
    from tests.sample_pages import MakeSample, Sample

settings.register_profile("runxin", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("runxin")


@pytest.fixture(scope="session", autouse=True)
def _compiled_loops() -> None:
    """Compile what is compiled before examples are generated: Hypothesis takes a compilation in the middle of one for
    data generation that depends on something outside."""
    everything = student(leaves=[leave(AS_OF)], family=[flag("left_behind")], concerns=[concern("bullying")])
    artifact = trained_artifact("lightgbm")
    for model in (artifact, trained_artifact("logistic"), None):
        for students in (1, 12):
            assessed([{**everything, "student_id": f"S-{n}"} for n in range(students)], model)
    explainer = artifact.model.explainer
    assert isinstance(explainer, Explainer)
    for rows in (np.zeros((12, len(FEATURES))), np.zeros((1, len(FEATURES)))):
        explain(explainer, rows)
        explain(explainer, np.asfortranarray(rows)[::-1])


@pytest.fixture(scope="session")
def booster() -> Artifact:
    """A small LightGBM model with its calibration and thresholds."""
    return trained_artifact("lightgbm")


@pytest.fixture(scope="session")
def splines() -> Artifact:
    """The logistic regression with splines that serves where it is as good."""
    return trained_artifact("logistic")


@pytest.fixture(scope="session", params=["booster", "splines"])
def artifact(request: pytest.FixtureRequest) -> Artifact:
    """Either kind of model: what holds must hold for both."""
    found: Artifact = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["MakeSample"]:
    """Make the pages over a store of the test's own, whose lists are those that the test gives."""
    from tests.sample_pages import make_sample  # the web framework takes a second to import

    made: list[Sample] = []

    def make(*args: object, **more: object) -> "Sample":
        home = tmp_path / f"home-{len(made)}"
        made.append(make_sample(home, monkeypatch, *args, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.state.store.close()
