"""The list: who stands where, how the week's places are given out, and the order within."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import Assessment, DataQuality, Retest
from models.policy import read_policy
from models.triage import BY_CODE, QUEUES, places
from runxin.errors import Kind, UserError
from serving.store import Feed, NewEntry, RunFacts, Store, keep_names, record_entry
from serving.today import Entry, FollowUpList, follow_up_list
from serving.today.export import list_json
from tests.factories import MODEL, NOW, assessment, floor, lead, publish, student, tell, word, words
from tests.new_stores import new_store

POLICY = read_policy()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def listed(store: Store, **options: Any) -> FollowUpList:
    return follow_up_list(store, "school-01", options.pop("now", NOW), False, POLICY, **options)


def ids(entries: Sequence[Entry]) -> list[str]:
    return [entry.student.student_id for entry in entries]


def queue(store: Store, code: str) -> list[str]:
    return ids(listed(store).queue(code))


def watched(count: int, **fields: Any) -> list[Assessment]:
    """Students under 关注, the first with the highest margin."""
    return [assessment(f"W-{n:03d}", Tier.WATCH, margin=-1.0 - n / 100, **fields) for n in range(count)]


def routine(count: int) -> list[Assessment]:
    return [assessment(f"R-{n:03d}", Tier.ROUTINE, margin=-4.0) for n in range(count)]


def flagged(student_id: str, tier: Tier, rule: str = "R02", **fields: Any) -> Assessment:
    return assessment(student_id, tier, tier_source="floor", floors=(floor(rule, tier, **fields),))


def sent(store: Store, student_id: str = "X-9", **fields: Any) -> None:
    found = (floor("R11"),)
    said = assessment(student_id, Tier.CRISIS, tier_source="floor", floors=found)
    given = {"school_id": "school-01", "received_at": NOW, "assessment": said, "floors": found} | fields
    record_entry(store, NewEntry("city", student_id, stage="junior", grade=7, record={}, **given))


def test_before_anything_is_published_it_says_what_to_do(store: Store) -> None:
    with pytest.raises(UserError, match="runxin screen") as caught:
        listed(store)
    assert caught.value.kind is Kind.NOT_FOUND
    publish(store, watched(1))
    with pytest.raises(UserError, match="as of 2026-01-01"):
        listed(store, as_of=date(2026, 1, 1))


def test_every_queue_of_the_registry_is_there_and_no_other(store: Store) -> None:
    publish(store, watched(1))
    assert tuple(listed(store).queues) == tuple(one.code for one in QUEUES) == tuple(BY_CODE)
    assert [one["code"] for one in list_json(listed(store))["queues"]] == list(BY_CODE)


def test_places_are_given_by_rank_by_concern_and_by_lot(store: Store) -> None:
    # Evidence goes before the rest in a tier, so that a concern stands below the line only behind higher tiers.
    high = [assessment(f"H-{n}", Tier.PRIORITY, margin=1.0 - n / 10) for n in range(9)]
    publish(store, [*high, flagged("C-1", Tier.WATCH, "R20", severity=30), *routine(40)])
    now = listed(store)
    assert [entry.slot for entry in now.queue("week")] == ["ranked"] * 8 + ["concern", "audit"]
    assert ids(now.queue("week"))[:9] == [f"H-{n}" for n in range(8)] + ["C-1"]
    every = (*now.queue("week"), *now.queue("below"))
    assert [entry.rank for entry in every] == list(range(1, len(every) + 1))
    assert now.unscheduled == 50 - 10
    assert now.tier_counts == {"routine": 39, "watch": 1, "priority": 9, "crisis": 0}, "but for whoever is blind"


def test_a_place_that_no_concern_needs_goes_to_the_next_by_rank(store: Store) -> None:
    publish(store, [*watched(30), *routine(100)])
    now = listed(store)
    assert [entry.slot for entry in now.queue("week")] == ["ranked"] * 9 + ["audit"]
    by_rank = [one for one in (f"W-{n:03d}" for n in range(30)) if one != ids(now.queue("week"))[-1]]
    assert ids(now.queue("week"))[:9] == by_rank[:9]


@pytest.mark.parametrize("slots", [3, 5, 10, 25])
def test_every_list_has_a_place_by_lot(store: Store, slots: int) -> None:
    """Also where the ranked would fill it many times over."""
    publish(store, [*watched(60), *routine(100)])
    by_lot = [entry for entry in listed(store, slots=slots).queue("week") if entry.slot == "audit"]
    assert len(by_lot) == max(1, round(slots / 10))
    assert len(listed(store, slots=slots).queue("week")) == slots


@pytest.mark.parametrize(("slots", "expected"), [(10, (1, 1)), (20, (2, 2)), (5, (1, 1)), (3, (1, 1)), (2, (0, 0))])
def test_places_scale_with_the_line(slots: int, expected: tuple[int, int]) -> None:
    assert places(slots, POLICY) == expected


def test_moving_the_line_moves_the_line_only(store: Store) -> None:
    publish(store, [*watched(30), *routine(10)])
    short, long = listed(store, slots=4), listed(store, slots=20)
    assert (len(short.queue("week")), len(long.queue("week"))) == (4, 20)
    assert (short.unscheduled, long.unscheduled) == (36, 20)
    for one in (short, long):
        blind = sum(entry.blind for entry in one.queue("week"))
        assert sum(one.tier_counts.values()) + blind == one.enrolled, "a tier nobody shows tells of nobody"


def test_safety_evidence_stands_above_the_line_gravest_first(store: Store) -> None:
    found = [("S-1", Tier.PRIORITY, "R01", 40), ("S-2", Tier.CRISIS, "R02", 70), ("S-3", Tier.CRISIS, "R11", 100)]
    found.append(("S-4", Tier.PRIORITY, "phq9-total-15", 0))
    publish(store, [flagged(who, tier, rule, severity=severity) for who, tier, rule, severity in found])
    now = listed(store)
    assert ids(now.queue("immediate")) == ["S-3", "S-2", "S-1"]
    assert ids(now.queue("week")) == ["S-4"]
    assert all(entry.rank is None for entry in now.queue("immediate"))
    assert now.scheduled == 4


def test_old_sheets_stand_in_their_own_queue(store: Store) -> None:
    rules = flagged("S-1", Tier.PRIORITY, "R01", severity=40, history=True)
    publish(store, [rules, replace(rules, student_id="S-2", own_tier=Tier.PRIORITY, model_tier=Tier.PRIORITY)])
    now = listed(store)
    assert sorted(ids(now.queue("history"))) == ["S-1", "S-2"]
    assert ids(now.queue("week")) == ["S-2"], "whom the model raises by itself stands on the line also"
    assert now.queue("immediate") == ()


def test_not_screened_and_retest_are_never_shown_as_well(store: Store) -> None:
    again = DataQuality("low", (Retest("phq9", "unscored", words("请复测", "repeat it")),))
    blank = assessment("S-1", Tier.ROUTINE, screened=False, instruments=(), reasons=())
    publish(store, [blank, assessment("S-2", Tier.ROUTINE, data_quality=again), *routine(30)])
    now = listed(store)
    assert ids(now.queue("not_screened")) == ["S-1"]
    retest = [(e.student.student_id, e.why) for e in now.queue("retest") if not e.blind]
    assert retest == [("S-2", (words("请复测", "repeat it"),))]
    assert (now.enrolled, now.screened) == (32, 31)


def test_a_report_that_opens_no_tier_waits_under_leads_until_somebody_has_looked(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.ROUTINE, leads=(lead(),)), assessment("S-2", Tier.ROUTINE)])
    (entry,) = listed(store).queue("leads")
    assert (entry.student.student_id, entry.tier, entry.why) == ("S-1", Tier.ROUTINE, (lead().text,))
    tell(store, word(level=0, assessed=(lead().evidence,)))
    assert queue(store, "leads") == []


def test_a_confirmed_crisis_is_reviewed_in_a_band_of_its_own_and_takes_no_place(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.PRIORITY), *watched(12), *routine(30)])
    tell(store, word(level=3))
    now = listed(store)
    (entry,) = now.queue("review")
    assert (entry.student.student_id, entry.tier, entry.source, entry.confirmed) == ("S-1", Tier.CRISIS, "human", True)
    assert entry.why[0] == words("人工确认为危机（2026-11-20）", "confirmed as a crisis by a person (2026-11-20)")
    assert "S-1" not in ids([*now.queue("week"), *now.queue("below")])
    assert (len(now.queue("week")), now.scheduled, now.tier_counts["crisis"]) == (10, 11, 1)


def test_a_word_counts_the_moment_it_is_stored(store: Store) -> None:
    publish(store, [flagged("S-1", Tier.CRISIS), *routine(9)])
    tell(store, word(level=3, second_interviewer="staff-2"))
    assert (queue(store, "immediate"), queue(store, "review")) == ([], ["S-1"]), (
        "closed, and confirmed by the same talk"
    )
    tell(store, word(level=1, on=date(2026, 11, 23), second_interviewer="staff-2"), at=NOW + timedelta(days=3))
    assert queue(store, "review") == []


@pytest.mark.parametrize(("kind", "level", "where"), [("crisis_event", 3, "review"), ("referral", 2, "week")])
def test_an_event_raises_at_once(store: Store, kind: str, level: int, where: str) -> None:
    publish(store, [assessment("S-1", Tier.ROUTINE), *routine(3)])
    tell(store, word(kind=kind, level=level, interviewer=None))
    assert "S-1" in queue(store, where)


def test_a_stranger_in_danger_stands_above_the_line_and_is_not_counted_as_enrolled(store: Store) -> None:
    publish(store, routine(5))
    sent(store)
    now = listed(store)
    assert ids(now.queue("immediate")) == ids(now.queue("identity")) == ["X-9"]
    assert (now.enrolled, now.unscheduled) == (5, 4)


def test_a_school_that_only_sent_records_has_a_list_too(store: Store) -> None:
    sent(store)
    now = listed(store)
    assert ids(now.queue("immediate")) == ["X-9"]
    assert (now.run_id, now.enrolled, now.queue("week")) == ("", 0, ())


def test_a_record_that_came_since_may_raise_what_the_list_says_and_not_lower_it(store: Store) -> None:
    publish(store, [assessment("S-1", Tier.WATCH), *routine(3)])
    for hours, tier, expected in ((1, Tier.PRIORITY, "priority"), (2, Tier.ROUTINE, "priority")):
        said = assessment("S-1", tier)
        sent(store, "S-1", assessment=said, floors=(), received_at=NOW + timedelta(hours=hours))
        counts = listed(store, now=NOW + timedelta(hours=3)).tier_counts
        assert counts[expected] == 1
    publish(store, [assessment("S-1", Tier.ROUTINE), *routine(3)], fingerprint="f2", at=NOW + timedelta(hours=4))
    assert listed(store, now=NOW + timedelta(hours=5)).tier_counts["routine"] == 3, "the next screening settles it"


def test_a_feed_that_stopped_two_school_days_ago_is_named(store: Store) -> None:
    reach = {"leaves": date(2026, 11, 13), "concerns": date(2026, 11, 19), "family": date(2027, 1, 1)}
    feeds = [Feed("school-01", table, date(2026, 9, 1), until) for table, until in reach.items()]
    publish(store, routine(1), facts=RunFacts(feeds=feeds))
    assert listed(store).silent_feeds == ("leaves",)
    publish(store, routine(1), as_of=date(2026, 11, 16), fingerprint="f2")
    monday = listed(store, as_of=date(2026, 11, 16))
    assert monday.silent_feeds == (), "from Friday to Monday one school day has passed"


def test_names_are_given_to_those_allowed_only(store: Store) -> None:
    publish(store, watched(1))
    keep_names(store, {"W-000": "甲"}, NOW, "cli")
    named = follow_up_list(store, "school-01", NOW, True, POLICY)
    assert named.queue("week")[0].student.name == "甲"
    assert listed(store).queue("week")[0].student == student("W-000")
    assert "甲" not in str(list_json(named))


def test_how_many_are_missed_is_not_guessed(store: Store) -> None:
    publish(store, routine(1))
    assert listed(store).missed.value is None
    said = list_json(listed(store))["expected_missed"]
    assert (said["value"], said["low"], said["high"]) == (None, None, None)


def test_json_keeps_its_counts_where_it_is_cut_and_cuts_no_danger(store: Store) -> None:
    publish(store, [*watched(30), flagged("S-1", Tier.CRISIS), flagged("S-2", Tier.CRISIS), *routine(30)])
    whole, cut = list_json(listed(store)), list_json(listed(store), limit=1)
    counts = [{one["code"]: one["count"] for one in said["queues"]} for said in (whole, cut)]
    assert counts[0] == counts[1]
    lengths = {one["code"]: len(one["entries"]) for one in cut["queues"]}
    assert (lengths["immediate"], lengths["week"], lengths["below"]) == (2, 1, 1)
    week = {one["code"]: one for one in whole["queues"]}["week"]["entries"][0]
    assert week["tier"] == {"ord": 1, "code": "watch", "zh": "关注", "state": "pending"}


def test_deadlines_that_the_places_cannot_meet_are_counted(store: Store) -> None:
    """2 school days after Friday is Tuesday of the next week; the ones due on this week's days are late."""
    due = [assessment(f"P-{n:02d}", Tier.PRIORITY, changed_on=date(2026, 11, 16)) for n in range(20)]
    publish(store, [*due, *routine(5)])
    now = listed(store)
    assert now.unmet == 20 - 9
    assert now.more_hours == -(-now.unmet * POLICY.list.minutes_per_interview // 30) / 2


def test_without_a_model_the_highest_totals_fill_the_free_places(store: Store) -> None:
    plain = {"margin": None, "probability": None, "reasons": ()}
    totals = [assessment(f"T-{n:02d}", Tier.ROUTINE, severity=n / 100, **plain) for n in range(40)]
    by_rule = replace(flagged("R-1", Tier.PRIORITY, "phq9-total-15", severity=0), severity=0.1, model_tier=None)
    rules_only = replace(MODEL, name=None, version=None, data_origin=None, status="none")
    publish(store, [*totals, by_rule], model=rules_only)
    week = listed(store).queue("week")
    drawn = {entry.student.student_id for entry in week if entry.slot == "audit"}
    assert ids(week)[0] == "R-1", "a rule goes before any total"
    highest = [one for one in (f"T-{n:02d}" for n in range(39, 0, -1)) if one not in drawn]
    assert ids(week)[1:4] == highest[:3]
    assert len(week) == 10
    assert all(entry.assessment is not None for entry in week if not entry.blind), "what is shown can be explained"
    publish(store, [*totals, by_rule], fingerprint="f2", at=NOW + timedelta(hours=1))
    assert {e.slot for e in listed(store).queue("week") if e.student.student_id.startswith("T-")} == {"audit"}
