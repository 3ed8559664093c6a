"""Models trained where a test asks for one, and one profile for generated examples."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import WHOLE, examples

if TYPE_CHECKING:
    from models import Artifact
    from tests.offline import Demo
    from tests.sample_pages import MakeSample, Sample

settings.register_profile(
    "runxin",
    max_examples=examples(100),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("runxin")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes is for the whole run: pytest's closing line counts it as deselected."""
    if not WHOLE:
        left_out = [item for item in items if item.get_closest_marker("whole") is not None]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Ten thousand tests and the libraries they import stay to the end: no collection has to look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _compiled_loops() -> None:
    from tests.trained import run_every_loop

    run_every_loop()


@pytest.fixture(autouse=True)
def _compiled_before_examples(request: pytest.FixtureRequest) -> None:
    """Compile what is compiled before examples are generated: Hypothesis takes a compilation in the middle of one for
    data generation that depends on something outside. Tests without examples compile what they come to."""
    if request.node.get_closest_marker("hypothesis") is not None:
        request.getfixturevalue("_compiled_loops")


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Argon2id at its least cost: at the service's own a password takes a fifth of a second each time. That the service
    keeps them at full cost has a test of its own, which asks a process of its own."""
    from argon2 import PasswordHasher

    from serving.accounts import passwords

    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._hasher = lambda: quick  # type: ignore[assignment]


# `tests.trained` is imported where a model is asked for: LightGBM and SciPy take seconds, and most tests do without.


@pytest.fixture(scope="session")
def booster() -> "Artifact":
    """A small LightGBM model with its calibration and thresholds."""
    from tests.trained import trained_artifact

    return trained_artifact("lightgbm")


@pytest.fixture(scope="session")
def splines() -> "Artifact":
    """The logistic regression with splines that serves where it is as good."""
    from tests.trained import trained_artifact

    return trained_artifact("logistic")


@pytest.fixture(scope="session", params=["booster", "splines"])
def artifact(request: pytest.FixtureRequest) -> "Artifact":
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


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> "Demo":
    """The demo of this run, one for all workers, to be looked at and copied."""
    from tests.offline import demo_of_this_run

    base = tmp_path_factory.getbasetemp()
    return demo_of_this_run((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared")


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have the test's stores made on SQLite, then on PostgreSQL: `pytest.mark.usefixtures("each_database")`."""
    from tests.new_stores import stores_on
    from tests.postgresql import MISSING, binaries

    if request.param == "postgresql" and binaries() is None:
        pytest.skip(MISSING)
    with stores_on(request.param):
        yield request.param
