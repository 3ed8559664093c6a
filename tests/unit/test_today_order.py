"""The order within a tier, who has been seen to, and the sentences that say why."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.calendar import default_calendar
from data_schemas.codes import Tier
from models.assessment import Assessment, Floor
from models.policy import read_policy
from models.triage import Piece, StudentFacts, present_of
from models.why import why
from serving.store import Store
from serving.today import follow_up_list
from tests.factories import NOW, assessment, floor, publish, reason, sheet, tell, word, words
from tests.new_stores import new_store

POLICY = read_policy()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def line(store: Store, **options: Any) -> list[str]:
    """Who stands on the week's line and below it, in order, without those drawn by lot."""
    now = follow_up_list(store, "school-01", options.pop("now", NOW), False, POLICY, **options)
    every = (*now.queue("week"), *now.queue("below"))
    return [entry.student.student_id for entry in every if not entry.blind]


def high(student_id: str, **fields: Any) -> Assessment:
    """Under 重点, whom no lot draws."""
    return assessment(student_id, Tier.PRIORITY, **fields)


ORDERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"margin": 2.0, "changed_on": date(2026, 1, 1)}, {"margin": 1.0, "changed_on": date(2026, 11, 1)}),
    ({"changed_on": date(2026, 11, 18)}, {"changed_on": date(2026, 11, 17)}),
    ({"severity": 0.9, "margin": None, "own_tier": Tier.PRIORITY}, {"severity": 0.4, "margin": None}),
    ({}, {}),  # by opaque id
]


@pytest.mark.parametrize(("first", "second"), ORDERS)
def test_the_order_within_a_tier(store: Store, first: dict[str, Any], second: dict[str, Any]) -> None:
    plain = {"model_tier": Tier.PRIORITY}
    publish(store, [high("S-1", **first, **plain), high("S-2", **second, **plain)])
    assert line(store) == ["S-1", "S-2"]
    turned = [high("S-1", **second, **plain), high("S-2", **first, **plain)]
    publish(store, turned, fingerprint="f2", at=NOW + timedelta(minutes=1))
    assert line(store) == (["S-2", "S-1"] if first != second else ["S-1", "S-2"])


def test_tier_goes_before_evidence_and_evidence_before_the_margin(store: Store) -> None:
    by_rule = floor("phq9-total-15", Tier.PRIORITY, severity=0)
    worry = floor("R20", Tier.WATCH, severity=30)
    publish(
        store,
        [
            assessment("S-1", Tier.WATCH, margin=5.0, own_tier=Tier.WATCH),
            assessment("S-2", Tier.WATCH, tier_source="floor", margin=-5.0, floors=(worry,)),
            assessment("S-3", Tier.PRIORITY, tier_source="floor", margin=-6.0, floors=(by_rule,)),
        ],
    )
    assert line(store) in (["S-3", "S-2", "S-1"], ["S-3", "S-2"]), "S-1 may have been drawn by lot"


def test_having_been_seen_before_moves_nobody(store: Store) -> None:
    publish(store, [high("S-1", margin=1.0), high("S-2", margin=0.0)])
    tell(store, word("S-1", level=1, on=date(2026, 1, 8)))
    assert line(store) == ["S-1", "S-2"]


def test_who_has_waited_longer_of_the_deadline_goes_first(store: Store) -> None:
    publish(store, [high("S-2", changed_on=date(2026, 10, 21))], at=NOW - timedelta(days=30), as_of=date(2026, 10, 21))
    publish(store, [high("S-1"), high("S-2")], fingerprint="f2")
    assert line(store) == ["S-2", "S-1"]
    now = follow_up_list(store, "school-01", NOW, False, POLICY)
    assert [entry.due.since is not None and entry.due.overdue for entry in now.queue("week")[:1]] == [True]


def test_an_old_sheets_evidence_does_not_push_ahead(store: Store) -> None:
    old = floor("R01", Tier.PRIORITY, severity=40, history=True)
    publish(store, [high("S-1", margin=1.0), high("S-2", margin=0.0, floors=(old,))])
    assert line(store) == ["S-1", "S-2"]


def test_who_was_spoken_with_since_gives_the_place_to_the_next(store: Store) -> None:
    publish(store, [high(f"S-{n:02d}", margin=1.0 - n / 10) for n in range(12)])
    assert line(store, slots=2)[:2] == ["S-00", "S-01"]
    tell(store, word("S-00", level=2))
    assert line(store, slots=2)[:2] == ["S-01", "S-02"]
    assert "S-00" in line(store, slots=2), "and stands below the line, seen to"


def told(said: Assessment, *floors: Floor) -> list[str]:
    facts = StudentFacts("S-1", "school-01", said, pieces=tuple(Piece(one, NOW) for one in floors))
    return [one.zh for one in why(present_of([facts], POLICY, default_calendar())[0])]


def test_why_says_evidence_first_then_the_questionnaire_then_what_else_raises() -> None:
    said = assessment(
        reasons=(
            reason("phq9_total", 0.9),
            reason("leave_days", 0.3, group="leave", text=words("病假 4 天", "4 days sick")),
            reason("gad7_total", -2.0, text=words("GAD-7 低", "GAD-7 low")),
        ),
        instruments=(sheet("gad7", 9), sheet("phq9", 17, administered_on=date(2026, 3, 20), previous_total=9)),
    )
    assert told(said) == ["PHQ-9 17 分（中度，2026-03-20）；上次 9 分（无公认分段，2025-11-20）", "病假 4 天"]
    assert told(said, floor()) == [
        "PHQ-9 第9题 = 2",
        "PHQ-9 17 分（中度，2026-03-20）；上次 9 分（无公认分段，2025-11-20）",
    ]
    assert told(assessment(instruments=(), reasons=())) == []


def test_what_eases_is_never_said(store: Store) -> None:
    eases = reason("leave_days", -0.3, group="leave", text=words("无请假", "no leave"))
    assert told(assessment(reasons=(eases,), instruments=())) == []


def test_a_sheet_that_does_not_hold_says_so() -> None:
    old = sheet("phq9", 17, previous_total=None, current=False, band=None)
    assert told(assessment(instruments=(old,), reasons=())) == ["PHQ-9 17 分（无公认分段，2026-11-12，已过期）"]
    void = sheet("phq9", 17, previous_total=None, valid=False)
    assert told(assessment(instruments=(void,), reasons=())) == ["PHQ-9 17 分（中度，2026-11-12，待重测）"]


def test_a_rule_of_a_total_is_told_with_the_sheet_it_is_about() -> None:
    by_total = floor("phq9-total-15", Tier.PRIORITY, severity=0, evidence_on=date(2026, 11, 12), text=words("PHQ-9 17"))
    said = assessment(instruments=(sheet("phq9", 17),), reasons=())
    assert told(said, by_total) == ["PHQ-9 17 分（中度，2026-11-12）；上次 8 分（无公认分段，2025-11-20）"]
    other = replace(by_total, evidence_on=date(2026, 11, 1))
    assert told(said, other)[0] == "PHQ-9 17", "of another sheet the rule's own words"
