"""Models trained once for the whole run, and one profile for generated examples."""

import pytest
from hypothesis import HealthCheck, settings

from models import Artifact
from tests.trained import trained_artifact

settings.register_profile("runxin", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("runxin")


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
