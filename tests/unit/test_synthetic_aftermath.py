"""What the city holds beside its calibrated tables: leads, contacts, discharges, second talks and corrections."""

import numpy as np
import pandas as pd
import pytest

from data_schemas.codes import Concern
from data_schemas.synthetic import City, make_city


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(10_000, seed=7)


def test_every_kind_of_report_is_there(city: City) -> None:
    assert set(city.dataset.tables["concerns"]["kind"]) == set(Concern.codes())


def test_friends_of_a_student_in_a_crisis_are_of_the_same_class_and_named_within_days(city: City) -> None:
    tables = city.dataset.tables
    class_of = city.dataset.students.set_index("student_id")[["school_id", "class_id"]].agg("/".join, axis=1)
    events = tables["outcomes"][tables["outcomes"]["kind"] == "crisis_event"]
    named = tables["concerns"][tables["concerns"]["kind"] == "peer_suicide"]
    pairs = named.assign(of=named["student_id"].map(class_of)).merge(
        events.assign(of=events["student_id"].map(class_of)), on="of", suffixes=("", "_event")
    )
    near = (pairs["reported_on"] - pairs["observed_on"]).dt.days.between(0, 3)
    assert set(pairs.loc[near, "student_id"]) == set(named["student_id"])
    assert (pairs.loc[near, "student_id"] != pairs.loc[near, "student_id_event"]).all()


def test_contacts_follow_absence_without_leave_and_some_reached_nobody(city: City) -> None:
    tables = city.dataset.tables
    absent = tables["leaves"][tables["leaves"]["type"] == "unexcused"]
    contacts = tables["contacts"]
    assert set(contacts["student_id"]) <= set(absent["student_id"])
    assert set(contacts["whom"].dropna()) == {"student", "guardian", "both"}
    assert contacts["whom"].isna().any()
    assert (contacts["recorded_on"] >= contacts["contacted_on"]).all()


def test_discharges_follow_a_crisis(city: City) -> None:
    tables = city.dataset.tables
    home = tables["leaves"][tables["leaves"]["type"] == "discharge"]
    events = tables["outcomes"][tables["outcomes"]["kind"] == "crisis_event"]
    assert len(home) >= 3
    both = home.merge(events, on="student_id")
    assert set(both.loc[both["start_on"] > both["observed_on"], "student_id"]) == set(home["student_id"])
    assert home["reason_code"].dropna().eq("psychological").all()


def test_a_check_on_the_day_itself_is_followed_by_a_second_look(city: City) -> None:
    """An interview assesses what was known before its day began: without a second look the city's evidence would stay
    open for ever."""
    outcomes = city.dataset.tables["outcomes"]
    talks = outcomes[(outcomes["kind"] == "interview") & (outcomes["selection_reason"] == "floor")]
    sheets = city.dataset.responses["phq9"][["student_id", "administered_on"]]
    same = talks.merge(sheets, left_on=["student_id", "observed_on"], right_on=["student_id", "administered_on"])
    last = outcomes[outcomes["kind"] == "interview"].groupby("student_id")["observed_on"].max()
    early = same["observed_on"] < pd.Timestamp("2026-03-01")
    assert len(same) > 500
    assert (same["student_id"].map(last) > same["observed_on"])[early].mean() > 0.95


def test_some_interviews_were_corrected_by_who_held_them(city: City) -> None:
    outcomes = city.dataset.tables["outcomes"]
    talks = outcomes[outcomes["kind"] == "interview"].sort_values("recorded_on", kind="stable")
    key = ["student_id", "observed_on", "interviewer"]
    again = talks[talks.duplicated(key, keep=False)].groupby(key, sort=False)
    assert 20 < len(again) < 120
    first, second = (again.nth(place).set_index(key).sort_index() for place in (0, 1))
    assert (second["recorded_on"] > first["recorded_on"]).all()
    changed = (first["level"] != second["level"]) | first["second_interviewer"].notna()
    assert changed.all()
    assert np.isin(first["level"], (0, 1, 2)).all(), "a finding of danger is not corrected"
