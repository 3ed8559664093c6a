"""What can be known of need in the synthetic city, by plain logistic regression against everyone's true need.

The bounds are those of honest forward prediction: family circumstances alone say little, leave a little more, a
questionnaire nearly all there is, and nothing says what only a leak could. Nothing here is tuned for one kind of model.
"""

import numpy as np
import pytest

from data_schemas.synthetic import make_city
from data_schemas.synthetic.calibration.frames import Frames
from data_schemas.synthetic.calibration.honesty import KINDS, SUSPECT_AT, auroc, stacked

pytestmark = pytest.mark.whole

STUDENTS, SEED = 30_000, 4


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames(make_city(STUDENTS, SEED))


@pytest.fixture(scope="module")
def arrays(frames: Frames) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    return stacked(frames)


@pytest.fixture(scope="module")
def found(arrays: tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]) -> dict[str, float]:
    values, need, student = arrays
    alone = {kind: auroc(values[kind], need, student) for kind in KINDS}
    return alone | {"all": auroc(np.hstack(list(values.values())), need, student)}


def test_family_circumstances_alone_say_little(found: dict[str, float]) -> None:
    assert 0.5 < found["family"] <= 0.62, f"family alone: {found['family']:.3f}"


def test_leave_alone_says_something_but_not_much(found: dict[str, float]) -> None:
    assert 0.58 <= found["leave"] <= 0.68, f"leave alone: {found['leave']:.3f}"


def test_all_together_predict_as_well_as_published(found: dict[str, float]) -> None:
    assert 0.75 <= found["all"] <= 0.85, f"all: {found['all']:.3f}"


def test_a_questionnaire_alone_is_nearly_as_good(found: dict[str, float]) -> None:
    gap = found["all"] - found["questionnaire"]
    assert 0 < gap <= 0.03, f"all {found['all']:.3f}, questionnaire alone {found['questionnaire']:.3f}"


def test_nothing_says_more_than_could_be_known(found: dict[str, float]) -> None:
    assert max(found.values()) <= SUSPECT_AT, f"{found}"


def test_a_leak_would_be_seen(frames: Frames, arrays: tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]) -> None:
    values, need, student = arrays
    severity = np.concatenate(
        [frames.truths[wave]["severity"].dropna().to_numpy(float) for wave in range(1, len(frames.index_dates))]
    )
    assert auroc(np.column_stack([values["questionnaire"], severity]), need, student) > SUSPECT_AT


def test_shuffled_need_is_not_found(arrays: tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]) -> None:
    values, need, student = arrays
    shuffled = np.random.default_rng(1).permutation(need)
    assert abs(auroc(values["leave"], shuffled, student) - 0.5) < 0.03
