"""The synthetic city against the published figures it is drawn from. Bounds are wide: calibration comes later."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from data_schemas.calendar import default_calendar
from data_schemas.instruments import score_sheets
from data_schemas.synthetic import City, make_city
from data_schemas.synthetic.latent import GAD_10, ITEM_9, NEED, PHQ_10

STAGES = ("primary", "junior", "senior", "vocational")
SEXES = ("male", "female")


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(10_000, seed=11)


def sheets(city: City, code: str) -> pd.DataFrame:
    """Every sheet of an instrument with its total (NaN where there is none), and the student's stage and sex."""
    frame = city.dataset.responses[code]
    answers = frame.filter(regex=r"^item_\d+$").to_numpy(dtype=float, na_value=np.nan)
    total = score_sheets(city.dataset.instruments[code], answers).total
    students = city.dataset.students.set_index("student_id")
    return frame.assign(total=total).join(students[["stage", "sex"]], on="student_id")


def days(dates: pd.Series) -> np.ndarray:
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


def auroc(features: pd.DataFrame, need: pd.Series) -> float:
    """Of a plain logistic regression, out of fold."""
    model = LogisticRegression(C=0.3, max_iter=2000)
    chance = cross_val_predict(model, features.to_numpy(float), need, cv=5, method="predict_proba")[:, 1]
    return float(roc_auc_score(need, chance))


@pytest.fixture(scope="module")
def present_wave(city: City) -> pd.DataFrame:
    """Latest sheets by student, with `need` from the truth."""
    as_of = pd.Timestamp(city.dataset.description.as_of)
    latest = sheets(city, "phq9")
    latest = latest[latest["administered_on"] > as_of - timedelta(days=30)].set_index("student_id")
    truth = city.truth[city.truth["index_date"] == str(as_of.date())].set_index("student_id")
    return latest.join(truth["need"], how="inner")


@pytest.mark.parametrize(("code", "targets"), [("phq9", PHQ_10), ("gad7", GAD_10)])
def test_share_with_a_total_of_ten_is_near_the_published_one_by_stage_and_sex(
    city: City, code: str, targets: np.ndarray
) -> None:
    scored = sheets(city, code).dropna(subset="total")
    shares = (scored["total"] >= 10).groupby([scored["stage"], scored["sex"]]).mean()
    for place, stage in enumerate(STAGES):
        for sex_place, sex in enumerate(SEXES):
            target = targets[place, sex_place]
            found = shares[stage, sex]
            assert abs(found - target) < 0.03, f"{code} ≥ 10 among {stage} {sex}: {found:.3f}, published {target}"


def test_positive_item_9_is_near_the_published_share(city: City) -> None:
    answered = sheets(city, "phq9").dropna(subset="item_9")
    shares = (answered["item_9"] >= 1).groupby(answered["stage"]).mean()
    for stage, target in zip(STAGES, ITEM_9, strict=True):
        assert abs(shares[stage] - target) < 0.025, f"item 9 in {stage}: {shares[stage]:.3f}, published {target}"


def test_true_need_is_near_the_published_share(city: City) -> None:
    stage = city.dataset.students.set_index("student_id")["stage"]
    shares = city.truth.groupby(city.truth["student_id"].map(stage))["need"].mean()
    for name, target in zip(STAGES, NEED, strict=True):
        assert abs(shares[name] - target) < 0.015, f"need in {name}: {shares[name]:.3f}, published {target}"


def test_phq9_is_as_consistent_as_published(city: City) -> None:
    answers = city.dataset.responses["phq9"].filter(regex=r"^item_\d+$").dropna().to_numpy(dtype=float)
    alpha = 9 / 8 * (1 - answers.var(axis=0).sum() / answers.sum(axis=1).var())
    assert 0.82 < alpha < 0.89, f"Cronbach's alpha {alpha:.3f}, published .84–.87"


def test_some_in_need_conceal_it(city: City) -> None:
    needed = city.truth[city.truth["level"] >= 2]
    share = needed["concealed"].mean()
    assert 0.15 < share < 0.25, f"{share:.3f} of those in need conceal it, meant are .20"


def test_sickness_absence_is_within_the_region_s_range(city: City) -> None:
    leaves = city.dataset.tables["leaves"]
    sick = leaves[leaves["type"].isin(["sick", "quarantine"])]
    calendar = default_calendar()
    lost = calendar.school_days_until(days(sick["end_on"])) - calendar.school_days_until(days(sick["start_on"]) - 1)
    students = city.dataset.students
    first = np.maximum(days(students["enrolled_on"]), days(leaves["start_on"]).min())
    last = np.full(len(students), days(pd.Series([pd.Timestamp(city.dataset.description.as_of)]))[0])
    expected = calendar.school_days_until(last) - calendar.school_days_until(first - 1)
    rate = lost.sum() / expected.sum()
    assert 0.001 < rate < 0.008, f"sickness absence {rate:.4%}, published .05–.73 %"


def test_leave_falls_on_school_days(city: City) -> None:
    start = days(city.dataset.tables["leaves"]["start_on"])
    assert default_calendar().is_school_day(start).all(), "a leave starts on a day without school"


def test_truancy_goes_with_depression_as_published(city: City) -> None:
    truth = city.truth[city.truth["index_date"] == "2025-11-07"].set_index("student_id")
    leaves = city.dataset.tables["leaves"]
    inside = (leaves["start_on"] >= "2025-09-01") & (leaves["start_on"] < "2026-02-01")
    truant = truth.index.isin(leaves.loc[inside & (leaves["type"] == "unexcused"), "student_id"])
    low = (truth["depression"] > 1).to_numpy()
    table = np.array([[(a & b).sum() for b in (low, ~low)] for a in (truant, ~truant)]) + 0.5
    odds = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert 1.8 < odds < 8, f"odds ratio {odds:.2f}, published 3.7 (2.1–6.6)"


def test_family_circumstances_alone_say_little(city: City, present_wave: pd.DataFrame) -> None:
    family = city.dataset.tables["family"]
    current = family[(family["value"] == "yes") & family["valid_to"].isna()]
    flags = pd.crosstab(current["student_id"], current["flag"]).reindex(present_wave.index).fillna(0)
    found = auroc(flags, present_wave["need"])
    assert 0.45 < found <= 0.65, f"family alone reaches AUROC {found:.3f}; published models by background reach .53"


def test_leave_alone_says_something_but_not_much(city: City, present_wave: pd.DataFrame) -> None:
    leaves = city.dataset.tables["leaves"]
    as_of = pd.Timestamp(city.dataset.description.as_of)
    recent = leaves[
        (leaves["start_on"] > as_of - timedelta(days=365)) & ~leaves["type"].isin(["suspension", "resumption"])
    ]
    kinds = pd.crosstab(recent["student_id"], recent["type"]).add_prefix("type_")
    reasons = pd.crosstab(recent["student_id"], recent["reason_code"])
    counts = np.sqrt(kinds.join(reasons).reindex(present_wave.index).fillna(0))
    found = auroc(counts, present_wave["need"])
    assert 0.53 < found < 0.70, f"leave alone reaches AUROC {found:.3f}"


def test_phq9_finds_need_about_as_well_as_published(present_wave: pd.DataFrame) -> None:
    scored = present_wave.dropna(subset="total")
    found = roc_auc_score(scored["need"], scored["total"])
    assert 0.72 < found < 0.88, f"PHQ-9 total reaches AUROC {found:.3f}; published .66 to .90"
