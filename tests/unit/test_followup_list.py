"""The list: who stands where, once; how the week's places are given out; and what it never says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import Assessment, DataQuality, Retest
from models.policy import read_policy
from runxin.errors import Kind, UserError
from serving.followup import FollowUpList, follow_up_list, why
from serving.followup.build import places
from serving.followup.export import list_json
from serving.store import Feed, NewEntry, Store, Withdrawal, keep_names, record_entry
from tests.factories import MODEL, NOW, assessment, floor, new_store, publish, pupil, reason, sheet, words

POLICY = read_policy()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def listed(store: Store, **options: Any) -> FollowUpList:
    return follow_up_list(store, "school-01", NOW, False, POLICY, **options)


def ids(entries: Sequence[Any]) -> list[str]:
    return [entry.pupil.student_id for entry in entries]


def watched(count: int, **fields: Any) -> list[Assessment]:
    """Students under 关注, the first with the highest margin."""
    return [assessment(f"W-{n:03d}", Tier.WATCH, margin=-1.0 - n / 100, **fields) for n in range(count)]


def routine(count: int) -> list[Assessment]:
    return [assessment(f"R-{n:03d}", Tier.ROUTINE, margin=-4.0) for n in range(count)]


def test_before_anything_is_published_it_says_what_to_do(store: Store) -> None:
    with pytest.raises(UserError, match="runxin screen") as caught:
        listed(store)
    assert caught.value.kind is Kind.NOT_FOUND
    publish(store, watched(1))
    with pytest.raises(UserError, match="as of 2026-01-01"):
        listed(store, as_of=date(2026, 1, 1))


def test_places_are_given_by_rank_by_concern_and_by_lot(store: Store) -> None:
    worry = floor("R20", Tier.WATCH, severity=30)
    concern = assessment(
        "C-1", Tier.WATCH, margin=-3.9, tier_source="floor", floors=(worry,), last_interview_on=NOW.date()
    )
    # Evidence goes before the rest in a tier, so that a concern stands below the line only behind higher tiers.
    high = [assessment(f"H-{n}", Tier.PRIORITY, margin=1.0 - n / 10) for n in range(9)]
    publish(store, [*high, concern, *routine(40)])
    now = listed(store)
    assert [entry.slot for entry in now.week] == ["ranked"] * 8 + ["concern", "audit"]
    assert ids(now.week)[:9] == [f"H-{n}" for n in range(8)] + ["C-1"]
    assert [entry.rank for entry in (*now.week, *now.below)] == list(range(1, 11 + len(now.below)))
    assert now.unscheduled == 50 - 10
    assert now.tier_counts == {"routine": 40, "watch": 1, "priority": 9, "crisis": 0}


def test_a_place_that_no_concern_needs_goes_to_the_next_by_rank(store: Store) -> None:
    publish(store, [*watched(30), *routine(100)])
    now = listed(store)
    assert [entry.slot for entry in now.week] == ["ranked"] * 9 + ["audit"]
    assert ids(now.week)[:9] == [f"W-{n:03d}" for n in range(9)]


@pytest.mark.parametrize("slots", [3, 5, 10, 25])
def test_every_list_has_a_place_by_lot(store: Store, slots: int) -> None:
    """Also where the ranked would fill it many times over."""
    publish(store, [*watched(60), *routine(100)])
    by_lot = [entry.pupil.student_id for entry in listed(store, slots=slots).week if entry.slot == "audit"]
    assert len(by_lot) == max(1, round(slots / 10))
    assert len(listed(store, slots=slots).week) == slots


def test_the_lot_is_the_same_at_every_look_and_blind(store: Store) -> None:
    publish(store, [*watched(30), *routine(100)])
    first, second = listed(store).week[-1], listed(store).week[-1]
    assert first == second
    assert (first.slot, first.why) == ("audit", (words("例行访谈", "routine conversation"),))
    said = first.assessment
    assert (said.reasons, said.floors, said.instruments, said.margin, said.probability) == ((), (), (), None, None)
    assert list_json(listed(store))["week"][-1]["tier"] is None


def test_who_declined_is_not_drawn_by_lot(store: Store) -> None:
    group = [assessment("W-1", Tier.WATCH), *routine(3)]
    gone = [Withdrawal(one.student_id, "screening", NOW.date()) for one in routine(3)]
    publish(store, group, withdrawals=gone)
    assert [entry.slot for entry in listed(store).week] == ["ranked"]


@pytest.mark.parametrize(("slots", "expected"), [(10, (1, 1)), (20, (2, 2)), (5, (1, 1)), (3, (1, 1)), (2, (0, 0))])
def test_places_scale_with_the_line(slots: int, expected: tuple[int, int]) -> None:
    assert places(slots, POLICY) == expected


def test_moving_the_line_moves_the_line_only(store: Store) -> None:
    publish(store, [*watched(30), *routine(10)])
    short, long = listed(store, slots=4), listed(store, slots=20)
    assert (len(short.week), len(long.week)) == (4, 20)
    assert (short.unscheduled, long.unscheduled) == (36, 20)
    tiers = [{e.pupil.student_id: e.assessment.tier for e in (*now.below,)} for now in (short, long)]
    assert all(tiers[0][student] is tier for student, tier in tiers[1].items() if student in tiers[0])


def test_safety_evidence_stands_above_the_line_gravest_first(store: Store) -> None:
    def flagged(student_id: str, tier: Tier, severity: int, rule: str) -> Assessment:
        return assessment(student_id, tier, tier_source="floor", floors=(floor(rule, tier, severity=severity),))

    publish(
        store,
        [
            flagged("S-1", Tier.PRIORITY, 40, "R01"),
            flagged("S-2", Tier.CRISIS, 70, "R02"),
            flagged("S-3", Tier.CRISIS, 100, "R11"),
            flagged("S-4", Tier.PRIORITY, 0, "phq9-total-15"),
        ],
    )
    now = listed(store)
    assert ids(now.immediate) == ["S-3", "S-2", "S-1"]
    assert ids(now.week) == ["S-4"]
    assert all(entry.rank is None for entry in now.immediate)


def test_old_sheets_stand_in_their_own_queue(store: Store) -> None:
    old = floor("R01", Tier.PRIORITY, severity=40, history=True)
    rules = assessment("S-1", Tier.PRIORITY, tier_source="floor", floors=(old,))
    raised = assessment("S-2", Tier.PRIORITY, tier_source="floor", floors=(old,), own_tier=Tier.PRIORITY)
    publish(store, [rules, raised])
    now = listed(store)
    assert sorted(ids(now.history)) == ["S-1", "S-2"]
    assert "S-2" in ids(now.week), "whom the model raises by itself stands on the line also"
    assert [entry.slot for entry in now.week if entry.pupil.student_id == "S-1"] in ([], ["audit"])
    assert now.immediate == ()


def test_not_screened_and_retest_are_never_shown_as_well(store: Store) -> None:
    again = DataQuality("low", (Retest("phq9", "unscored", words("请复测", "repeat it")),))
    blank = assessment("S-1", Tier.ROUTINE, screened=False, instruments=(), reasons=())
    publish(store, [blank, assessment("S-2", Tier.ROUTINE, data_quality=again), *routine(30)])
    now = listed(store)
    assert ids(now.not_screened) == ["S-1"]
    assert [(entry.pupil.student_id, entry.why) for entry in now.retest] == [("S-2", (words("请复测", "repeat it"),))]
    assert (now.enrolled, now.screened) == (32, 31)


def test_a_stranger_in_danger_stands_above_the_line_and_is_not_counted_as_enrolled(store: Store) -> None:
    publish(store, routine(5))
    said = assessment("X-9", Tier.CRISIS, tier_source="floor", floors=(floor("R11"),))
    record_entry(store, NewEntry("city", "X-9", "school-01", "junior", 7, {}, said, NOW))
    now = listed(store)
    assert ids(now.immediate) == ids(now.identity) == ["X-9"]
    assert (now.enrolled, now.unscheduled) == (5, 4)


def test_a_school_that_only_sent_records_has_a_list_too(store: Store) -> None:
    said = assessment("X-9", Tier.CRISIS, tier_source="floor", floors=(floor("R11"),))
    record_entry(store, NewEntry("city", "X-9", "school-01", "junior", 7, {}, said, NOW))
    now = listed(store)
    assert ids(now.immediate) == ["X-9"]
    assert (now.run_id, now.enrolled, now.week) == ("", 0, ())


def test_a_feed_that_stopped_two_school_days_ago_is_named(store: Store) -> None:
    friday = date(2026, 11, 13)
    feeds = [
        Feed("school-01", "leaves", date(2026, 9, 1), friday),
        Feed("school-01", "concerns", date(2026, 9, 1), date(2026, 11, 19)),
        Feed("school-01", "family", date(2026, 9, 1), date(2027, 1, 1)),
    ]
    publish(store, routine(1), feeds=feeds)
    assert listed(store).silent_feeds == ("leaves",)
    publish(store, routine(1), as_of=date(2026, 11, 16), fingerprint="f2")
    monday = listed(store, as_of=date(2026, 11, 16))
    assert monday.silent_feeds == (), "from Friday to Monday one school day has passed"


def test_names_are_given_to_those_allowed_only(store: Store) -> None:
    publish(store, watched(1))
    keep_names(store, {"W-000": "甲"})
    assert follow_up_list(store, "school-01", NOW, True, POLICY).week[0].pupil.name == "甲"
    assert listed(store).week[0].pupil == pupil("W-000")
    assert "甲" not in str(list_json(follow_up_list(store, "school-01", NOW, True, POLICY)))


def test_how_many_are_missed_is_not_guessed(store: Store) -> None:
    publish(store, routine(1))
    assert listed(store).expected_missed is None
    assert list_json(listed(store))["expected_missed"] is None


def test_json_keeps_its_counts_where_it_is_cut(store: Store) -> None:
    publish(store, [*watched(30), assessment("S-1", Tier.CRISIS, floors=(floor(),)), *routine(30)])
    whole, cut = list_json(listed(store)), list_json(listed(store), limit=2)
    assert (len(cut["week"]), len(cut["below"]), len(cut["immediate"])) == (2, 2, 1)
    assert cut["counts"] == whole["counts"]
    assert whole["week"][0]["tier"] == {"ord": 1, "code": "watch", "zh": "关注", "state": "pending"}
    assert whole["immediate"][0]["due"]["by"] == (NOW + timedelta(minutes=30)).isoformat()


def test_why_says_evidence_first_then_the_questionnaire_then_what_else_raises() -> None:
    told = assessment(
        reasons=(
            reason("phq9_total", 0.9),
            reason("leave_days", 0.3, group="leave", text=words("病假 4 天", "4 days sick")),
            reason("gad7_total", -2.0, text=words("GAD-7 低", "GAD-7 low")),
        ),
        instruments=(sheet("gad7", 9), sheet("phq9", 17, administered_on=date(2026, 3, 20), previous_total=9)),
    )
    assert [one.zh for one in why(told)] == ["PHQ-9 17 分（中度，2026-03-20；上次 9 分）", "病假 4 天"]
    assert [one.en for one in why(told)] == ["PHQ-9: 17 (moderate, 2026-03-20; before: 9)", "4 days sick"]


def test_why_on_a_floor_case_begins_with_the_floor() -> None:
    flagged = assessment(
        floors=(floor(),), instruments=(sheet("phq9", 17, previous_total=None, current=False, band=None),)
    )
    assert [one.zh for one in why(flagged)] == ["PHQ-9 第9题 = 2", "PHQ-9 17 分（2026-11-12，已过期）"]
    by_total = floor("phq9-total-15", Tier.PRIORITY, severity=0, evidence_on=date(2026, 11, 12), text=words("PHQ-9 17"))
    assert [one.zh for one in why(assessment(floors=(by_total,), instruments=(sheet("phq9", 17),), reasons=()))] == [
        "PHQ-9 17 分（中度，2026-11-12；上次 8 分）"
    ]
    assert why(assessment(instruments=(), reasons=())) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"margin": -3.0}, {"margin": 2.0, "last_interview_on": date(2026, 1, 8)}),  # never seen before seen
        ({"margin": 2.0, "changed_on": date(2026, 1, 1)}, {"margin": 1.0, "changed_on": date(2026, 11, 1)}),
        ({"changed_on": date(2026, 11, 1)}, {"changed_on": date(2026, 10, 1)}),
        ({"severity": 0.9, "margin": None}, {"severity": 0.4, "margin": None}),
        ({}, {}),  # by opaque id
    ],
)
def test_the_order_within_a_tier(store: Store, first: dict[str, Any], second: dict[str, Any]) -> None:
    publish(store, [assessment("S-1", Tier.WATCH, **first), assessment("S-2", Tier.WATCH, **second), *routine(10)])
    assert ids(listed(store).week)[:2] == ["S-1", "S-2"]
    turned = [assessment("S-1", Tier.WATCH, **second), assessment("S-2", Tier.WATCH, **first), *routine(10)]
    publish(store, turned, fingerprint="f2", at=NOW + timedelta(minutes=1))
    expected = ["S-2", "S-1"] if first != second else ["S-1", "S-2"]
    assert ids(listed(store).week)[:2] == expected


def test_who_has_waited_longer_of_the_deadline_goes_first(store: Store) -> None:
    publish(store, [assessment("S-2", Tier.WATCH), *routine(10)], at=NOW - timedelta(days=30), as_of=date(2026, 10, 21))
    publish(store, [assessment("S-1", Tier.WATCH), assessment("S-2", Tier.WATCH), *routine(10)], fingerprint="f2")
    now = listed(store)
    assert ids(now.week)[:2] == ["S-2", "S-1"]
    assert [entry.due.overdue for entry in now.week[:2]] == [True, False]


def test_an_old_sheets_evidence_does_not_push_ahead(store: Store) -> None:
    old = floor("R01", Tier.WATCH, severity=40, history=True)
    publish(
        store, [assessment("S-1", Tier.WATCH, margin=1.0), assessment("S-2", Tier.WATCH, margin=0.0, floors=(old,))]
    )
    assert ids(listed(store).week)[:2] == ["S-1", "S-2"]


def test_without_a_model_the_highest_totals_fill_the_free_places(store: Store) -> None:
    totals = [
        assessment(f"T-{n:02d}", Tier.ROUTINE, margin=None, probability=None, reasons=(), severity=n / 100)
        for n in range(40)
    ]
    by_rule = assessment("R-1", Tier.PRIORITY, tier_source="floor", severity=0.1, floors=(floor("R01", Tier.PRIORITY),))
    rules_only = replace(MODEL, name=None, version=None, data_origin=None, status="none")
    publish(store, [*totals, replace(by_rule, floors=(replace(by_rule.floors[0], severity=0),))], model=rules_only)
    week = ids(listed(store).week)
    assert week[0] == "R-1", "a rule goes before any total"
    assert week[1:4] == ["T-39", "T-38", "T-37"]
    assert len(week) == 10
    publish(store, [*totals, by_rule], fingerprint="f2", at=NOW + timedelta(hours=1))
    assert [i for i in ids(listed(store).week) if i.startswith("T-")] in ([], [ids(listed(store).week)[-1]])
