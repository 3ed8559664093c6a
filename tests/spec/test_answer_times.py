"""Within what time each rule is answered, and after which of them a student is not left alone: the whole table."""

from typing import Any

import pytest

from data_schemas.codes import Tier
from models.assessment import AnswerTime, Floor
from models.policy import Floors
from tests.spec.test_answer_floors import lowest
from tests.spec.test_leave_floors import MONDAY, back, days_at, suspended, weekdays
from tests.students import by_rules, concern, days_before, eight, leave, phq9, sheet, student

MINUTES, RESPOND, SAME_DAY, NEXT_DAY, ASK, AS_TIER = AnswerTime
CRISIS, PRIORITY, WATCH = Tier.CRISIS, Tier.PRIORITY, Tier.WATCH


def answers(code: str, **given: int | None) -> dict[str, Any]:
    return {"responses": [sheet(code, lowest(code, **given))]}


def told(kind: str, **more: Any) -> dict[str, Any]:
    return {"concerns": [concern(kind, **more)]}


BULLIED_AND_SUICIDAL = {"concerns": [concern("bullying_serious"), concern("self_harm")]}
# Rule, tier, what opens it, its answer time, and whether the student is not left alone.
TABLE: list[tuple[str, Tier, dict[str, Any], AnswerTime, bool]] = [
    ("R01", PRIORITY, {"responses": [phq9(1)]}, SAME_DAY, False),
    ("R02", CRISIS, {"responses": [phq9(2)]}, MINUTES, True),
    ("R02", CRISIS, {"responses": [phq9(1, eight(14))]}, MINUTES, True),
    ("R03", CRISIS, answers("cssrs", item_4=1), MINUTES, True),
    ("R04", PRIORITY, answers("cssrs", item_3=1), SAME_DAY, False),
    ("R05", PRIORITY, answers("cssrs", item_1=1), NEXT_DAY, False),
    ("R06", PRIORITY, answers("mht", item_85=1), SAME_DAY, False),
    ("R07", PRIORITY, answers("mssmhs", item_57=2), SAME_DAY, False),
    ("R07", CRISIS, answers("mssmhs", item_57=4), MINUTES, True),
    ("R08", PRIORITY, answers("scl90", item_15=2), SAME_DAY, False),
    ("R08", CRISIS, answers("scl90", item_15=4), MINUTES, True),
    ("R09", PRIORITY, answers("cdi", item_9=1), SAME_DAY, False),
    ("R09", CRISIS, answers("cdi", item_9=2), MINUTES, True),
    ("R10", PRIORITY, told("self_harm"), MINUTES, False),
    ("R10", CRISIS, told("self_harm_serious"), MINUTES, True),
    ("R10", CRISIS, told("suicide_attempt"), MINUTES, True),
    ("R11", CRISIS, told("suicide_intent"), MINUTES, True),
    ("R11", CRISIS, told("suicide_means"), MINUTES, True),
    ("R12", CRISIS, told("abuse_suspected"), MINUTES, False),
    ("R12", CRISIS, told("sexual_harm_suspected"), MINUTES, False),
    ("R13", PRIORITY, told("bullying_serious"), MINUTES, False),
    ("R13", CRISIS, BULLIED_AND_SUICIDAL, MINUTES, False),
    ("R14", PRIORITY, answers("mssmhs", item_52=3), SAME_DAY, False),
    ("R14", PRIORITY, told("threat_to_others"), SAME_DAY, False),
    ("R14", CRISIS, told("threat_to_others_concrete"), MINUTES, False),
    ("R15", PRIORITY, told("medical_evaluation"), MINUTES, False),
    ("R16", PRIORITY, {"leaves": [suspended(20), back(10)]}, AS_TIER, False),
    ("R16", PRIORITY, {"leaves": [leave(days_before(3), days_before(3), "discharge")]}, AS_TIER, False),
    ("R17", WATCH, {"leaves": weekdays(MONDAY, 3, "unexcused")}, AS_TIER, False),
    ("R17", PRIORITY, {"leaves": weekdays(MONDAY, 5, "unexcused")}, AS_TIER, False),
    ("R18", WATCH, told("peer_suicide"), RESPOND, False),
    ("R19", WATCH, {"responses": [phq9(None, eight(10))]}, ASK, False),
    ("R20", WATCH, told("manual"), AS_TIER, False),
    ("R20", PRIORITY, told("manual", tier="priority"), AS_TIER, False),
    ("R20", CRISIS, told("manual", tier="crisis"), MINUTES, False),
    ("leave-long", WATCH, {"leaves": weekdays(MONDAY, 10)}, AS_TIER, False),
    ("leave-frequent", WATCH, {"leaves": days_at(28, 14, 7)}, AS_TIER, False),
    ("leave-return", WATCH, {"leaves": [leave(MONDAY.replace(month=1, day=4)), *days_at(38)]}, AS_TIER, False),
    ("suspension-expired", PRIORITY, {"leaves": [suspended(20)]}, AS_TIER, False),
    ("phq9-total-10", WATCH, {"responses": [phq9(0, eight(10))]}, AS_TIER, False),
    ("phq9-total-15", PRIORITY, {"responses": [phq9(0, eight(20))]}, AS_TIER, False),
    (
        "two-instruments",
        WATCH,
        {"responses": [phq9(0, eight(12)), sheet("isi", [4, 4, 4, 4, 0, 0, 0])]},
        AS_TIER,
        False,
    ),
]


def opened(rule: str, tier: Tier, records: dict[str, Any]) -> Floor:
    found = [floor for floor in by_rules(student(**records)).floors if (floor.id, floor.tier) == (rule, tier)]
    assert found, f"{rule} at {tier.code} is not opened by {sorted(records)}"
    return found[0]


@pytest.mark.parametrize(("rule", "tier", "records", "answer", "danger"), TABLE)
def test_each_rule_says_in_what_time_it_is_answered(
    rule: str, tier: Tier, records: dict[str, Any], answer: AnswerTime, danger: bool
) -> None:
    floor = opened(rule, tier, records)
    assert floor.answer is answer
    assert floor.danger is danger, "nobody is left alone after suicidality at 危机, and after nothing else"
    assert floor.own_concern is (rule == "R20")
    assert floor.urgent is (answer not in (AS_TIER, RESPOND))
    assert not floor.lead


def test_no_rule_is_missing_from_the_table() -> None:
    switches = {name for name, kind in Floors.model_fields.items() if kind.annotation is bool} - {"instruments"}
    assert {rule.replace("-", "_") for rule, *_ in TABLE} >= switches
    assert "two-instruments" in {rule for rule, *_ in TABLE}


def test_safety_evidence_is_answered_before_the_tier_says_so_but_for_a_person_s_own_concern() -> None:
    for rule, tier, records, answer, _ in TABLE:
        if rule != "R20":
            assert (opened(rule, tier, records).severity > 0) == (answer not in (AS_TIER, RESPOND)), rule


def test_what_the_clock_is_for_rings_at_every_tier() -> None:
    """R02, R03, R10 to R13, R15, R18; of the others 危机 alone."""
    at_once = {"R02", "R03", "R10", "R11", "R12", "R13", "R15", "R18"}
    for rule, tier, _, answer, _ in TABLE:
        assert answer.rings is (rule in at_once or (tier is CRISIS)), rule


@pytest.mark.parametrize("row", [phq9, None])
def test_an_old_sheet_has_no_clock_of_its_own(row: Any) -> None:
    """It is cleared by a person; what it asks for stays, and the rule is the same."""
    old = phq9(3, on=days_before(60)) if row else sheet("cdi", lowest("cdi", item_9=2), on=days_before(60))
    (floor,) = by_rules(student(responses=[{**old, "received_at": None}])).floors
    assert (floor.history, floor.answer, floor.urgent, floor.danger) == (True, AS_TIER, False, True)
