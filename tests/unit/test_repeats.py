"""Rows that say the same as another one, in every table and in any order."""

import random
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.dataset import conform
from data_schemas.repeats import asked_again, repeats
from data_schemas.rules import faults
from data_schemas.tables import TABLES

Row = dict[str, Any]
ROWS: dict[str, Row] = {
    "concerns": {"kind": "bullying", "reported_on": "2026-03-10", "source": "teacher", "recorded_on": "2026-03-10"},
    "leaves": {"type": "sick", "start_on": "2026-03-10", "end_on": "2026-03-11", "recorded_on": "2026-03-10"},
    "leave_totals": {"until_on": "2026-03-10", "recorded_on": "2026-03-10", "window_days": 30, "days": 2},
    "family": {"flag": "left_behind", "value": "yes", "recorded_on": "2026-03-10"},
    "contacts": {"contacted_on": "2026-03-10", "whom": "guardian", "recorded_on": "2026-03-10"},
    "outcomes": {"observed_on": "2026-03-10", "kind": "interview", "level": 1, "recorded_on": "2026-03-10"},
    "consents": {"scope": "screening", "given_on": "2026-03-10"},
}
OTHERWISE: dict[str, list[Row]] = {
    "concerns": [
        {"kind": "self_harm"},
        {"reported_on": "2026-03-09"},
        {"source": "parent"},
        {"value": "no"},
        {"tier": "crisis"},
        {"source_event_id": "E-2"},
    ],
    "leaves": [{"type": "personal"}, {"start_on": "2026-03-09"}, {"end_on": "2026-03-12"}, {"half_days": 1}],
    "family": [{"value": "no"}, {"recorded_on": "2026-03-11"}, {"verified_by": "school"}],
    "contacts": [{"whom": "student"}, {"recorded_on": "2026-03-11"}],
    "outcomes": [{"level": 2}, {"interviewer": "I-1"}, {"recorded_on": "2026-03-11"}],
}


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    wanted = [column.name for column in TABLES[name].columns]
    return conform(pd.DataFrame([{"student_id": "S-1", **row} for row in rows], columns=wanted), TABLES[name])


def once(name: str, rows: list[Row]) -> pd.DataFrame:
    found = frame(name, rows)
    return found[~repeats(found, name)].reset_index(drop=True)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_was_exported_three_times_counts_once(name: str) -> None:
    row = ROWS[name]
    assert len(once(name, [row, row, row])) == 1
    assert len(once(name, [row, {**row, "student_id": "S-2"}, row])) == 2, "of each student"


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, many in OTHERWISE.items() for change in many])
def test_what_differs_is_another_fact(name: str, change: Row) -> None:
    assert len(once(name, [ROWS[name], {**ROWS[name], **change}])) == 2


@pytest.mark.parametrize("name", ["concerns", "leaves"])
def test_a_report_that_comes_again_with_a_later_day_of_record_is_known_since_the_first(name: str) -> None:
    days = ["2026-03-12", None, "2026-03-11"] if name == "concerns" else ["2026-03-12", "2026-03-10", "2026-03-11"]
    kept = once(name, [{**ROWS[name], "recorded_on": day} for day in days])
    assert len(kept) == 1
    first = kept["recorded_on"][0]
    assert pd.isna(first) if name == "concerns" else first == pd.Timestamp("2026-03-10")


def test_a_leave_that_was_shortened_and_prolonged_again_is_no_repeat() -> None:
    ends = {"2026-03-10": "2026-03-20", "2026-03-11": "2026-03-12", "2026-03-12": "2026-03-20"}
    rows = [{**ROWS["leaves"], "recorded_on": on, "end_on": end} for on, end in ends.items()]
    assert len(once("leaves", rows)) == 3


@pytest.mark.parametrize("name", ROWS)
def test_the_order_of_rows_decides_nothing(name: str) -> None:
    rows = [{**ROWS[name], **change} for change in [{}, *OTHERWISE.get(name, [])] for _ in range(2)]
    rows += [{**ROWS[name], "student_id": "S-2"}]

    def kept(order: list[Row]) -> list[tuple[Any, ...]]:
        return sorted(once(name, order).astype(object).fillna("").astype(str).itertuples(index=False, name=None))

    for seed in range(20):
        assert kept(random.Random(seed).sample(rows, len(rows))) == kept(rows)


ASKED = {**ROWS["leaves"], "half_days": 4}
BACK = {**ROWS["leaves"], "half_days": 0}


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        ([ASKED, BACK], []),
        ([BACK, ASKED, ASKED], [0]),
        ([ASKED, BACK, ASKED], [1]),
        ([ASKED, BACK, {**ASKED, "end_on": "2026-03-12"}], [1]),
        ([ASKED, BACK, ASKED, BACK], []),
        ([ASKED, {**BACK, "recorded_on": "2026-03-11"}, ASKED], []),
        ([ASKED, BACK, {**ASKED, "student_id": "S-2"}], []),
        ([{**ASKED, "recorded_on": None}, {**BACK, "recorded_on": None}, {**ASKED, "recorded_on": None}], []),
    ],
)
def test_leave_that_is_asked_for_again_on_the_day_on_which_it_was_taken_back_stands(
    rows: list[Row], stands: list[int]
) -> None:
    """Without times nobody can tell which came last. What the leave says is not lost, and it is asked about."""
    found = frame("leaves", rows)
    assert np.flatnonzero(asked_again(found)).tolist() == stands
    asked = [
        fault
        for fault in faults(found, TABLES["leaves"], date(2026, 3, 31), {"S-1", "S-2"})
        if "taken back" in fault.what
    ]
    assert [fault.rows.tolist() for fault in asked] == ([stands] if stands else [])


def test_a_report_between_two_of_another_id_hides_no_repeat() -> None:
    told = (("E-1", 10), ("E-2", 11), ("E-1", 12))
    rows = [{**ROWS["concerns"], "source_event_id": event, "recorded_on": f"2026-03-{day}"} for event, day in told]
    assert repeats(frame("concerns", rows), "concerns").sum() == 1
