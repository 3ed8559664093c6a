"""Other horizons and outcomes of the judged rows: what counts, of whom it is known, and when it cannot be estimated."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.dataset import Dataset, conform, table_of
from data_schemas.instruments import packaged_instruments
from evaluation import Endpoint
from evaluation.figures.other_outcomes import endpoint_figures
from models import read_policy, records_of
from tests.judged import SLOTS, population
from tests.learnable import INDEX_DATES, learnable
from training.cohorts.endpoints import endpoints_of
from training.fitting.boosting import Boosting
from training.fitting.fitting import Size
from training.train import Options, Trained, train

INDEX = INDEX_DATES[-1]
SMALL = Options(boosting=Boosting(rounds=40), sizes=(Size(2, 4),), resamples=20)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return learnable(400)


@pytest.fixture(scope="module")
def trained(data: Dataset) -> Trained:
    return train(data, read_policy(), SMALL, lambda step: None)


def on(days: int) -> pd.Timestamp:
    return pd.Timestamp(INDEX + timedelta(days=days))


def added(data: Dataset, table: str, rows: list[dict[str, Any]]) -> Dataset:
    frame = pd.concat([data.tables[table], pd.DataFrame(rows)], ignore_index=True)
    conformed = conform(frame, table_of(table, packaged_instruments()))
    return replace(data, tables={**data.tables, table: conformed})


def of(trained: Trained, data: Dataset) -> dict[str, dict[str, Endpoint]]:
    found = endpoints_of(trained.artifact, data, records_of(data), trained.test)
    assert found is not None
    return found


def positives(endpoint: Endpoint) -> int:
    return int(np.nansum(endpoint.scored.outcome))


def event(student: int, kind: str, days: int, **more: Any) -> dict[str, Any]:
    row = {"student_id": f"S-{student:04d}", "kind": kind, "observed_on": on(days), "recorded_on": on(days), "level": 2}
    return {**row, **more}


def test_a_horizon_that_is_not_over_has_positives_only(trained: Trained, data: Dataset) -> None:
    horizons = of(trained, data)["horizons"]
    assert set(horizons) == {"30", "90", "180"}
    np.testing.assert_array_equal(horizons["90"].scored.outcome, trained.test.outcome)
    assert not horizons["30"].open.any()
    assert horizons["30"].scored.labelled.all(), "the interview is on the thirtieth day"
    late = horizons["180"]
    assert late.open.all(), "the data end 147 days after the index date"
    assert set(np.unique(late.scored.outcome[late.scored.labelled])) == {1.0}
    figures = endpoint_figures(late, SLOTS, 20, 1)
    assert (figures["state"], figures["n"], figures["open_positives"]) == ("horizon_open", 0, positives(late))
    earlier = added(data, "outcomes", [event(0, "interview", 31, level=2)])
    assert positives(of(trained, earlier)["horizons"]["30"]) == positives(horizons["30"]), "a day too late"


def test_referrals_are_known_of_those_spoken_with(trained: Trained, data: Dataset) -> None:
    assert not of(trained, data)["secondary"]["referral"].kept
    outcomes = data.tables["outcomes"]
    silent = {f"S-{number:04d}" for number in range(100)}
    talked = replace(data, tables={**data.tables, "outcomes": outcomes[~outcomes["student_id"].isin(silent)]})
    rows = [event(number, "referral", 40) for number in range(90, 120)] + [event(200, "referral", 95)]
    endpoint = of(trained, added(talked, "outcomes", rows))["secondary"]["referral"]
    assert (endpoint.kept, positives(endpoint)) == (True, 30), "one was made after the horizon"
    assert int(endpoint.scored.labelled.sum()) == 310, "spoken with, or referred"


@pytest.mark.parametrize("kind", ["crisis_event", "suspension"])
def test_what_comes_to_a_school_s_notice_is_known_of_everyone(trained: Trained, data: Dataset, kind: str) -> None:
    assert not of(trained, data)["secondary"][kind].kept, "none on record may mean that none is kept"
    changed = added(data, "outcomes", [event(number, kind, 10) for number in range(9)])
    left = changed.students.assign(left_on=[on(20) if place < 15 else pd.NaT for place in range(400)])
    gone = replace(changed, tables={**changed.tables, "students": conform(left, table_of("students", {}))})
    endpoint = of(trained, gone)["secondary"][kind]
    assert positives(endpoint) == 9
    assert int(endpoint.scored.labelled.sum()) == 400 - 6, "six left before the horizon was over, without any"
    assert (endpoint.scored.weight == 1).all()
    figures = endpoint_figures(endpoint, SLOTS, 20, 1)
    assert (figures["state"], figures["positives"]) == ("few", 9)


def test_the_next_questionnaire_counts_for_whoever_filled_one_in(trained: Trained, data: Dataset) -> None:
    assert not of(trained, data)["secondary"]["next_questionnaire"].kept
    sheets = data.responses["phq9"]
    again = sheets.iloc[:150].assign(
        student_id=[f"S-{number:04d}" for number in range(150)], administered_on=on(120), received_at=on(120)
    )
    again.loc[:, [f"item_{number}" for number in range(1, 10)]] = 0
    again.loc[again.index[:40], ["item_1", "item_2", "item_3", "item_4"]] = 3  # 12 in all
    second = again.iloc[:80].assign(
        administered_on=on(145), received_at=on(145), item_1=3, item_2=3, item_3=3, item_4=3
    )
    changed = replace(data, responses={"phq9": pd.concat([sheets, again, second.iloc[40:]], ignore_index=True)})
    endpoint = of(trained, changed)["secondary"]["next_questionnaire"]
    assert (positives(endpoint), int(endpoint.scored.labelled.sum())) == (80, 150), (
        "a month after the first is one wave"
    )


def test_new_floors_are_of_evidence_after_the_day(trained: Trained, data: Dataset) -> None:
    def told(student: int, days: int) -> dict[str, Any]:
        day = on(days)
        kind = {"kind": "self_harm", "source": "teacher", "reported_on": day, "recorded_on": day}
        return {"student_id": f"S-{student:04d}", **kind}

    before = positives(of(trained, data)["secondary"]["new_floor"])
    rows = [told(number, 30) for number in range(12)] + [told(20, -1), told(21, 91), told(22, 0)]
    after = of(trained, added(data, "concerns", rows))["secondary"]["new_floor"]
    assert positives(after) - before == 12
    assert after.scored.labelled.all()


def test_those_already_placed_are_in_the_prevalent_task_alone(trained: Trained, data: Dataset) -> None:
    named = {"interviewer": "staff-1", "level": 2}
    changed = added(data, "outcomes", [event(number, "interview", -10, **named) for number in range(15)])
    whole = train(changed, read_policy(), SMALL, lambda step: None)
    tasks = of(whole, changed)["tasks"]
    incident, prevalent = (len(tasks[name].scored.outcome) for name in ("incident", "prevalent"))
    assert (incident, prevalent) == (385, 400)
    assert tasks["prevalent"].scored.labelled.all()


def test_a_one_time_survey_has_nothing_after_it(trained: Trained) -> None:
    survey = learnable(60, mode="concurrent")
    assert endpoints_of(trained.artifact, survey, records_of(survey), trained.test) is None


def test_figures_of_few_have_no_interval_and_weights_are_not_capped() -> None:
    people = population()
    known = np.flatnonzero(people.scored.labelled)
    outcome = np.where(people.scored.labelled, 0.0, np.nan)
    outcome[known[:12]] = 1.0
    weight = np.where(np.arange(len(people)) % 2 == 0, 400.0, 1.0)
    scored = replace(people.scored, outcome=outcome, weight=weight)
    running = np.zeros(len(people), dtype=bool)
    figures = endpoint_figures(Endpoint(scored, people.list_of, running, 90), SLOTS, 20, 1)
    assert figures["state"] == "estimated"
    assert (figures["recall"]["low"], figures["recall"]["high"]) == (None, None), "none found of few has no width"
    assert figures["auroc"]["low"] is not None
    w = weight[known]
    assert figures["effective_n"] == pytest.approx(w.sum() ** 2 / (w**2).sum(), abs=0.1), "as if capped at nothing"
    assert figures["naive"]["auroc"]["value"] != figures["auroc"]["value"]
