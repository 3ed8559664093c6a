"""The clock of a model's tier runs from the records and is never started anew."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.triage import day_start
from serving.store import NewEntry, facts_of, record_entry, withdraw_run
from tests.factories import AS_OF, NOW, assessment, publish, student
from tests.new_stores import new_store

TODAY = AS_OF


def test_the_clock_of_a_models_tier_runs_from_the_records_and_is_not_started_anew(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    tiers = [(Tier.WATCH, Tier.WATCH, Tier.WATCH), (Tier.WATCH, Tier.PRIORITY, Tier.PRIORITY)]
    for step in range(3):
        day = AS_OF + timedelta(days=7 * step)
        found = [assessment(f"S-{n}", tiers[n][step], as_of=day, changed_on=day - timedelta(days=1)) for n in range(2)]
        publish(store, found, fingerprint=f"f{step}", as_of=day, at=NOW + timedelta(days=7 * step))
    facts = facts_of(store, ["S-0", "S-1"], AS_OF + timedelta(days=14))
    since = {who: one.model_since for who, one in facts.items()}
    assert since == {"S-0": day_start(date(2026, 11, 19)), "S-1": day_start(date(2026, 11, 26))}


@pytest.mark.parametrize("school", ["school-01", "school-02"])
@pytest.mark.parametrize("between", [False, True], ids=["next", "after a list without the student"])
def test_the_clock_of_who_moves_or_was_left_out_of_a_list_runs_on(tmp_path: Path, school: str, between: bool) -> None:
    store = new_store(tmp_path)

    def screened(step: int, school_id: str, *ids: str) -> None:
        day = AS_OF + timedelta(days=step)
        found = [assessment(one, as_of=day, changed_on=day) for one in ids]
        people = [student(one, school_id) for one in ids]
        publish(store, found, students=people, fingerprint=f"f{step}", as_of=day, at=NOW + timedelta(days=step))

    screened(0, "school-01", "S-1", "S-2")
    if between:
        screened(1, "school-01", "S-2")
    screened(2, school, "S-1", "S-3")
    facts = facts_of(store, ["S-1", "S-3"], AS_OF + timedelta(days=2))
    assert {who: one.model_since for who, one in facts.items()} == {
        "S-1": day_start(AS_OF),
        "S-3": day_start(AS_OF + timedelta(days=2)),
    }
    assert facts["S-1"].school_id == school


def test_a_screening_of_an_earlier_day_follows_on_what_stood_then(tmp_path: Path) -> None:
    """It says nothing of the present, until what came after it is withdrawn."""
    store = new_store(tmp_path)
    runs = []
    for step, day in enumerate([AS_OF, AS_OF + timedelta(days=9), AS_OF + timedelta(days=5)]):
        found = [assessment("S-1", as_of=day, changed_on=day)]
        runs.append(publish(store, found, fingerprint=f"f{step}", as_of=day, at=NOW + timedelta(days=9 + step)))
    withdraw_run(store, runs[1].run_id, "wrong", NOW + timedelta(days=20), "wang")
    assert facts_of(store, ["S-1"], AS_OF + timedelta(days=20))["S-1"].model_since == day_start(AS_OF)


def test_the_clock_of_a_model_runs_on_through_a_list_without_one_and_from_a_record(tmp_path: Path) -> None:
    store = new_store(tmp_path)

    def screened(step: int, tier: Tier, **fields: Any) -> None:
        day = AS_OF + timedelta(days=step)
        found = assessment("S-1", tier, as_of=day, changed_on=day, **fields)
        publish(store, [found], fingerprint=f"{step}", as_of=day, at=NOW + timedelta(days=step))

    screened(0, Tier.WATCH)
    screened(1, Tier.WATCH, margin=None)
    assert facts_of(store, ["S-1"], TODAY + timedelta(days=1))["S-1"].model_tier is None
    screened(2, Tier.WATCH)
    assert facts_of(store, ["S-1"], TODAY + timedelta(days=9))["S-1"].model_since == day_start(AS_OF)
    at = NOW + timedelta(days=2, hours=1)
    record_entry(store, NewEntry("city", "S-1", "school-01", "junior", 7, {}, assessment("S-1", Tier.PRIORITY), at))
    screened(5, Tier.PRIORITY)
    assert facts_of(store, ["S-1"], TODAY + timedelta(days=9))["S-1"].model_since == at


@pytest.mark.parametrize("tier", [Tier.WATCH, Tier.PRIORITY])
def test_a_record_that_says_a_tier_again_starts_no_clock(tmp_path: Path, tier: Tier) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1")])
    for hour in (1, 2):
        at = NOW + timedelta(hours=hour)
        record_entry(store, NewEntry("city", "S-1", "school-01", "junior", 7, {}, assessment("S-1", tier), at))
    first = day_start(date(2026, 11, 12)) if tier is Tier.WATCH else NOW + timedelta(hours=1)
    assert facts_of(store, ["S-1"], TODAY)["S-1"].model_since == first
