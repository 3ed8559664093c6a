"""Models trained once for the whole run, and one profile for generated examples."""

import pytest
from hypothesis import HealthCheck, settings

from data_schemas.calendar import date_to_day
from models import Artifact, read_policy, records_of_requests
from models.features import Recipe, build_features
from tests.students import AS_OF, concern, flag, leave, student
from tests.trained import FEATURES, INSTRUMENTS, REFERENCE, trained_artifact

settings.register_profile("runxin", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("runxin")


@pytest.fixture(scope="session", autouse=True)
def _compiled_loops() -> None:
    """Compile what is compiled before examples are generated, so that no test pays for it in the middle."""
    everything = student(leaves=[leave(AS_OF)], family=[flag("left_behind")], concerns=[concern("bullying")])
    recipe = Recipe(FEATURES, INSTRUMENTS, REFERENCE, read_policy().staleness)
    build_features(records_of_requests([everything]), recipe, date_to_day(AS_OF))


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
