"""Real item files: totals, means and Cronbach's alpha as worked out from the files without the scorer.

PHQ-9 and GAD-7 of 403 persons on two occasions (R package BGGM) and CDI of 2,290 pupils of grades 6 and 7 (R package
MPsychoR, `youthdep`). They are not part of this repository, and say nothing about local students.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from data_schemas.coding import item_total_correlations
from data_schemas.instruments import packaged_instruments, score_sheets
from data_schemas.instruments.scores import item_points

FOLDER = Path(os.environ.get("RUNXIN_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
KNOWN = packaged_instruments()
Floats = NDArray[np.float64]
WITHHELD = 9  # the CDI file leaves the item on suicidal thoughts out
TURNED_ALREADY = "r"  # the end of the names of its items that were reversed before


def read(name: str) -> pd.DataFrame:
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"the public file is not there: put {name} into the folder that RUNXIN_REAL_DATA names")
    return pd.read_csv(file)


def alpha(items: Floats) -> float:
    """Cronbach's alpha of items (n, k) without blanks."""
    k = items.shape[1]
    return float(k / (k - 1) * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1)))


# (questionnaire, occasion) → mean total, alpha, persons from the cut of 10, persons above 0 on the last item: NumPy on
# the columns of the file as they are.
FIGURES = {
    ("phq9", 1): (7.4789, 0.8998, 120, 77),
    ("gad7", 1): (6.2060, 0.8985, 93, 161),
    ("phq9", 2): (6.2878, 0.9012, 94, 53),
    ("gad7", 2): (5.1588, 0.9038, 75, 142),
}


@pytest.mark.parametrize(("code", "occasion"), FIGURES)
def test_phq9_and_gad7_of_403_persons(code: str, occasion: int) -> None:
    one = KNOWN[code]
    frame = read(f"phq9_gad7_items_t{occasion}.csv")
    items = frame.filter(like=code[:3].upper()).to_numpy(dtype=float)
    mean, reliability, above, last = FIGURES[code, occasion]
    scores = score_sheets(one, items)
    np.testing.assert_array_equal(scores.total, frame.filter(like=code[:3].upper()).sum(axis=1))
    assert len(scores) == 403
    assert scores.valid.all()
    assert scores.total.mean() == pytest.approx(mean, abs=5e-5)
    assert alpha(item_points(one, scores.answers)) == pytest.approx(reliability, abs=5e-5)
    assert (scores.total >= 10).sum() == above
    positive = (scores.critical == 2).sum()
    assert positive == (last if code == "phq9" else 0), "GAD-7 has no critical item"
    found = item_total_correlations(one, item_points(one, scores.answers))
    assert all(r is not None and r > 0.4 for r, _ in found.values()), "coded as declared"


def raw_cdi(frame: pd.DataFrame) -> Floats:
    """Answers as they were given: items that the file had reversed are turned back, and item 9 is blank."""
    answers = np.full((len(frame), 27), np.nan)
    for name in frame.columns.drop("race"):
        number = int(name.removeprefix("CDI").removesuffix(TURNED_ALREADY))
        answers[:, number - 1] = 2 - frame[name] if name.endswith(TURNED_ALREADY) else frame[name]
    return answers


def test_cdi_of_2290_pupils_without_its_critical_item() -> None:
    one = KNOWN["cdi"]
    frame = read("cdi26_youthdep.csv")
    columns = frame.columns.drop("race")
    turned = {int(name[3:-1]) for name in columns if name.endswith(TURNED_ALREADY)}
    assert turned == set(one.turned), "the file reverses the items that the definition does"
    scores = score_sheets(one, raw_cdi(frame))
    sums = frame[columns].sum(axis=1).to_numpy(dtype=float)
    np.testing.assert_array_equal(scores.least, sums)
    np.testing.assert_array_equal(scores.total, np.floor(sums * 27 / 26 + 0.5))
    assert (len(scores), scores.n_missing.tolist()) == (2290, [1] * 2290)
    assert sums.mean() == pytest.approx(6.8559, abs=5e-5)
    points = np.delete(item_points(one, scores.answers), WITHHELD - 1, axis=1)
    assert alpha(points) == pytest.approx(0.8803, abs=5e-5)
    assert (scores.critical == 1).all(), "a question that was not asked is unknown, never negative"


def test_cdi_read_as_if_nothing_had_been_turned_is_found_out() -> None:
    """The file as it is, with half its items turned already, runs against itself."""
    one = KNOWN["cdi"]
    frame = read("cdi26_youthdep.csv")
    answers = raw_cdi(frame)
    for item in one.turned:
        answers[:, item - 1] = 2 - answers[:, item - 1]
    wrong = item_total_correlations(one, item_points(one, score_sheets(one, answers).answers))
    against = {item for item, (r, _) in wrong.items() if r is not None and r < 0}
    assert against, "items coded the other way round go against the rest"
    right = item_total_correlations(one, item_points(one, score_sheets(one, raw_cdi(frame)).answers))
    assert [item for item, (r, _) in right.items() if r is not None and r <= 0] == []
