"""The synthetic city against the figures it is drawn from, by its own report, and the report against a spoilt city."""

from dataclasses import replace

import numpy as np
import pytest

from data_schemas.calendar import default_calendar
from data_schemas.synthetic import City, make_city
from data_schemas.synthetic.calibration import Row, calibration, report_text
from data_schemas.synthetic.calibration.frames import Frames
from data_schemas.synthetic.calibration.prevalence import prevalence
from data_schemas.synthetic.calibration.response import response
from data_schemas.synthetic.calibration.row import day_ratio, log_odds, mean, rate_ratio

PARTS = ("prevalence", "need", "response", "dependence", "exposures", "leave", "roster", "talks", "honesty")


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(20_000, seed=11)


@pytest.fixture(scope="module")
def rows(city: City) -> tuple[Row, ...]:
    return calibration(city)


@pytest.mark.parametrize("part", PARTS)
def test_no_target_is_missed_by_more_than_chance(rows: tuple[Row, ...], part: str) -> None:
    mine = [row for row in rows if row.part == part]
    assert mine
    missed = [f"{row.what}, {row.who}: {row.generated:.4f}, not {row.low:.4f} to {row.high:.4f}" for row in mine]
    assert [text for row, text in zip(mine, missed, strict=True) if row.within is False] == []


def test_most_targets_are_met_outright(rows: tuple[Row, ...]) -> None:
    assert {row.part for row in rows} == set(PARTS)
    assert np.mean([row.within is True for row in rows]) > 0.9


def test_the_report_sees_a_city_without_symptoms(city: City) -> None:
    sheets = city.dataset.responses["phq9"].copy()
    sheets[[f"item_{item}" for item in range(1, 10)]] = 0
    spoilt = replace(city, dataset=replace(city.dataset, responses={**city.dataset.responses, "phq9": sheets}))
    measured = [*prevalence(Frames(spoilt)), *response(Frames(spoilt))]
    missed = {row.what for row in measured if row.within is False}
    assert missed == {"phq9 ≥ 10", "phq9 ≥ 5", "phq9 item 9 ≥ 1", "phq9 < 5 of those in need"}


def test_leave_falls_on_school_days(city: City) -> None:
    start = city.dataset.tables["leaves"]["start_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    assert default_calendar().is_school_day(start).all(), "a leave starts on a day without school"


def test_the_table_says_what_was_met() -> None:
    made = [Row("leave", "days", "all", 1, 2, value, error, 40) for value, error in ((1.5, 0.1), (2.1, 0.1), (3, 0.1))]
    lines = report_text(tuple(made)).splitlines()
    assert lines[2] == "| days | all | 1 to 2 | 1.5 | 40 | yes |"
    assert [line.split("|")[-2].strip() for line in lines[2:]] == ["yes", "unclear", "NO"]
    assert made[2].payload() == {
        "part": "leave",
        "what": "days",
        "who": "all",
        "target": [1, 2],
        "generated": 3,
        "n": 40,
        "within": False,
    }


def test_a_figure_of_nobody_is_unclear() -> None:
    row = mean("leave", "days", "all", (1, 2), np.array([]), np.array([], dtype=np.int64))
    assert (row.within, row.payload()["generated"], row.n) == (None, None, 0)


def test_errors_of_a_mean_grow_where_classes_are_alike() -> None:
    values = np.repeat([0.0, 1.0], 50)
    alone = mean("", "", "", (0, 1), values, np.arange(100))
    alike = mean("", "", "", (0, 1), values, np.repeat(np.arange(10), 10))
    assert alone.generated == alike.generated == 0.5
    assert alike.error > 3 * alone.error


def test_a_rate_ratio_is_taken_within_strata() -> None:
    """Both strata have a ratio of 2; pooled it would be 0.9."""
    events = np.array([[10.0, 180.0], [400.0, 80.0]])
    time = np.array([[100.0, 900.0], [900.0, 90.0]])
    row = rate_ratio("", "", "", (1.9, 2.1), events, time, np.arange(2))
    assert row.generated == pytest.approx(2, rel=0.01)


def test_log_odds_of_a_table_worked_by_hand() -> None:
    hits = np.repeat([True, False, True, False], [30, 70, 10, 90])
    exposed = np.repeat([True, False], 100)
    row = log_odds("", "", "", (0, 2), hits, exposed, np.zeros(200, dtype=np.int64))
    assert row.generated == pytest.approx(np.log(30 * 90 / (70 * 10)))
    assert row.error == pytest.approx(np.sqrt(1 / 30 + 1 / 70 + 1 / 10 + 1 / 90))


def test_days_are_compared_by_who_is_there() -> None:
    events, present = np.array([20.0, 10.0, 30.0]), np.array([200.0, 100.0, 100.0])
    one, other = np.array([False, False, True]), np.array([True, True, False])
    assert day_ratio("", "", "", (2, 4), events, present, one, other).generated == pytest.approx(3)
