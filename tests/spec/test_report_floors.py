"""R10 to R13 and R20: what a person's report opens, whatever the questionnaires say."""

import pytest

from data_schemas.codes import Concern, Tier
from models.floors.concerns import CONCERN_RULES
from tests.students import by_rules, concern, days_before, open_floors, phq9, student


@pytest.mark.parametrize(
    ("kind", "rule", "tier"),
    [
        ("self_harm", "R10", Tier.PRIORITY),
        ("self_harm_serious", "R10", Tier.CRISIS),
        ("suicide_attempt", "R10", Tier.CRISIS),
        ("suicide_intent", "R11", Tier.CRISIS),
        ("suicide_means", "R11", Tier.CRISIS),
        ("abuse_suspected", "R12", Tier.CRISIS),
        ("domestic_violence_suspected", "R12", Tier.CRISIS),
        ("neglect_suspected", "R12", Tier.CRISIS),
        ("sexual_harm_suspected", "R12", Tier.CRISIS),
        ("bullying_serious", "R13", Tier.PRIORITY),
        ("manual", "R20", Tier.WATCH),
    ],
)
def test_what_each_report_opens(kind: str, rule: str, tier: Tier) -> None:
    """One report is enough; the sentence says what was reported, by whom and when."""
    said = by_rules(student(concerns=[concern(kind, days_before(2), source="peer")]))
    assert [(floor.id, floor.tier) for floor in said.floors] == [(rule, tier)]
    assert (said.tier, said.tier_source) == (tier, "floor")
    assert said.floors[0].text.zh == f"{Concern.of(kind).zh}（同学，2026-04-01）"
    assert said.floors[0].text.en == f"{Concern.of(kind).en} (peer, 2026-04-01)"


def test_no_safety_kind_is_without_a_rule() -> None:
    """Every kind that is no model input opens a floor: none is read and forgotten."""
    from models.features.catalogue import MODEL_CONCERNS

    assert set(Concern) == {*CONCERN_RULES, *MODEL_CONCERNS}
    assert not set(CONCERN_RULES) & set(MODEL_CONCERNS), "a safety report is never a model input"


def test_r10_reads_reports_of_the_last_three_months_at_receipt() -> None:
    """R10: older self-harm is history when it is reported; what was recent at receipt stays open."""
    old = concern("self_harm", days_before(200), recorded_on=days_before(10))
    fresh = concern("self_harm", days_before(200), recorded_on=days_before(190))
    assert "R10" not in open_floors(student(concerns=[old]))
    assert "R10" in open_floors(student(concerns=[fresh])), "time has closed a report that nobody assessed"
    assert "R10" in open_floors(student(concerns=[{**old, "kind": "suicide_attempt"}])), "an attempt has no window"


def test_r12_locks_notices_to_guardians() -> None:
    """R12: a guardian may be the one suspected, so nothing goes out by itself."""
    assert open_floors(student(concerns=[concern("abuse_suspected")]))["R12"].protection
    assert not open_floors(student(concerns=[concern("suicide_intent")]))["R11"].protection


@pytest.mark.parametrize(
    "more",
    [
        {"responses": [phq9(1)]},
        {"concerns": [concern("self_harm", days_before(300))]},
        {"concerns": [concern("suicide_intent", days_before(1))]},
    ],
    ids=["item 9", "self-harm", "intent"],
)
def test_r13_serious_bullying_with_suicidality_is_crisis(more: dict[str, list[dict[str, object]]]) -> None:
    bullied = concern("bullying_serious")
    alone = open_floors(student(concerns=[bullied]))["R13"]
    both = open_floors(student(**{**more, "concerns": [bullied, *more.get("concerns", [])]}))["R13"]
    assert (alone.tier, both.tier) == (Tier.PRIORITY, Tier.CRISIS)
    assert both.severity > alone.severity


def test_bullying_that_is_not_serious_opens_no_floor() -> None:
    assert open_floors(student(concerns=[concern("bullying")])) == {}


@pytest.mark.parametrize(
    ("stated", "tier"),
    [
        (None, Tier.WATCH),
        ("routine", Tier.WATCH),
        ("watch", Tier.WATCH),
        ("priority", Tier.PRIORITY),
        ("crisis", Tier.CRISIS),
    ],
)
def test_r20_a_person_may_always_raise(stated: str | None, tier: Tier) -> None:
    """R20: the tier that a person states holds, 关注 at least."""
    assert by_rules(student(concerns=[concern("manual", tier=stated)])).tier is tier


def test_of_two_words_on_one_day_the_higher_holds_in_any_order() -> None:
    words = [concern("manual", tier="priority", source="parent"), concern("manual", tier="watch", source="teacher")]
    for order in (words, words[::-1]):
        said = by_rules(student(concerns=order))
        assert said.tier is Tier.PRIORITY, "a second, lower word has lowered the first"
        assert [floor.text.zh for floor in said.floors] == ["人工提出的关注（家长，2026-04-03）"]


@pytest.mark.parametrize("value", ["no", "unknown"])
def test_a_survey_that_asked_and_heard_no_opens_nothing(value: str) -> None:
    assert open_floors(student(concerns=[concern("suicide_intent", value=value)])) == {}
    assert "R11" in open_floors(student(concerns=[concern("suicide_intent", value="yes")]))


def test_evidence_is_ordered_by_danger() -> None:
    """Within a tier: intent or plan, serious self-harm, protection, then item 9."""
    request = student(
        responses=[phq9(3)],
        concerns=[
            concern("abuse_suspected"),
            concern("suicide_intent"),
            concern("self_harm_serious"),
            concern("manual"),
        ],
    )
    assert [floor.id for floor in by_rules(request).floors] == ["R11", "R10", "R12", "R02", "R20"]
