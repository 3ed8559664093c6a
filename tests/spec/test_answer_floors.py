"""R03 to R09 and R14: single answers that a person must look at, questionnaire by questionnaire."""

import pytest

from data_schemas.codes import Tier
from data_schemas.instruments import Instrument, packaged_instruments
from models.assessment import Floor
from models.floors.answers import is_on
from models.floors.floor import (
    ANSWER,
    ANSWER_CRISIS,
    HARM_TO_OTHERS,
    INTENT,
    LOW_LEVEL,
    MODERATE_LEVEL,
    YES_OR_NO,
)
from tests.students import POLICY, assessed, by_rules, concern, days_before, interview, sheet, student

KNOWN = packaged_instruments()


def lowest(code: str, **answers: int | None) -> list[int | None]:
    """Answers that mean nothing, but for those named `item_57=2`."""
    instrument = KNOWN[code]
    plain = [_calm(instrument, item) for item in range(1, instrument.items + 1)]
    for name, answer in answers.items():
        plain[int(name.removeprefix("item_")) - 1] = answer
    return plain


def _calm(instrument: Instrument, item: int) -> int | None:
    return instrument.coding.high if item in instrument.turned else instrument.coding.low


def floor_of(code: str, **answers: int | None) -> Floor | None:
    """The floor that single answers of one sheet open, None where they open none."""
    said = by_rules(student(responses=[sheet(code, lowest(code, **answers))]))
    rules = [floor for floor in said.floors if floor.severity > 0]
    assert len(rules) <= 1, "one sheet and one topic are one piece of evidence"
    return rules[0] if rules else None


@pytest.mark.parametrize(
    ("code", "answers", "rule", "tier"),
    [
        ("cssrs", {"item_1": 1}, "R05", Tier.PRIORITY),
        ("cssrs", {"item_2": 1}, "R05", Tier.PRIORITY),
        ("cssrs", {"item_2": 1, "item_3": 1}, "R04", Tier.PRIORITY),
        ("cssrs", {"item_6": 1}, "R04", Tier.PRIORITY),
        ("cssrs", {"item_2": 1, "item_4": 1}, "R03", Tier.CRISIS),
        ("cssrs", {"item_2": 1, "item_4": 1, "item_5": 1}, "R03", Tier.CRISIS),
        ("cssrs", {"item_6": 1, "item_7": 1}, "R03", Tier.CRISIS),
        ("mht", {"item_85": 1}, "R06", Tier.PRIORITY),
        ("mht", {"item_97": 1}, "R06", Tier.PRIORITY),
        ("mssmhs", {"item_57": 2}, "R07", Tier.PRIORITY),
        ("mssmhs", {"item_57": 3}, "R07", Tier.PRIORITY),
        ("mssmhs", {"item_57": 4}, "R07", Tier.CRISIS),
        ("scl90", {"item_15": 2}, "R08", Tier.PRIORITY),
        ("scl90", {"item_15": 4}, "R08", Tier.CRISIS),
        ("scl90", {"item_59": 3}, "R08", Tier.PRIORITY),
        ("cdi", {"item_9": 1}, "R09", Tier.PRIORITY),
        ("cdi", {"item_9": 2}, "R09", Tier.CRISIS),
        ("mssmhs", {"item_52": 3}, "R14", Tier.PRIORITY),
        ("scl90", {"item_63": 3}, "R14", Tier.PRIORITY),
    ],
)
def test_an_answer_opens_its_rule(code: str, answers: dict[str, int], rule: str, tier: Tier) -> None:
    floor = floor_of(code, **answers)
    assert floor is not None
    assert (floor.id, floor.tier) == (rule, tier)
    assert KNOWN[code].label.zh in floor.text.zh
    assert floor.text.zh.endswith("（2026-04-03）")
    assert not floor.history


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("cssrs", {}),
        ("mht", {}),
        ("mht", {"item_83": 1, "item_89": 1}),
        ("mssmhs", {"item_57": 1, "item_52": 2}),
        ("scl90", {"item_15": 1, "item_59": 2, "item_63": 2}),
        ("cdi", {"item_9": 0}),
    ],
)
def test_less_opens_nothing(code: str, answers: dict[str, int]) -> None:
    assert floor_of(code, **answers) is None


def test_the_sentence_names_every_answer() -> None:
    floor = floor_of("mht", item_85=1, item_97=1)
    assert floor is not None
    assert floor.text.zh == "MHT 第85题、第97题回答“是”（2026-04-03）"
    assert floor.text.en == "MHT item 85, item 97 answered yes (2026-04-03)"


def test_the_gravest_answer_of_a_sheet_decides_and_the_two_topics_stand_apart() -> None:
    said = by_rules(student(responses=[sheet("scl90", lowest("scl90", item_15=4, item_59=3, item_63=5))]))
    assert [(f.id, f.tier) for f in said.floors if f.severity] == [("R08", Tier.CRISIS), ("R14", Tier.PRIORITY)]


def test_a_void_sheet_still_opens_its_floors() -> None:
    """All yes on MHT: the validity scale voids the sheet, items 85 and 97 are heard all the same."""
    said = by_rules(student(responses=[sheet("mht", [1] * 100)]))
    assert not said.instruments[0].valid
    assert "R06" in {floor.id for floor in said.floors}
    assert {"void"} == {retest.why for retest in said.data_quality.retest}


def test_a_coding_of_another_kind_is_read_in_the_own_one() -> None:
    """SCL-90 coded 0–4: item 15 = 1 is the same answer as 2 in the Chinese coding."""
    answers = [0] * 90
    answers[14] = 1
    row = {**sheet("scl90", answers), "coding_variant": "0-4"}
    assert {floor.id for floor in by_rules(student(responses=[row])).floors} == {"R08"}
    answers[14] = 0
    assert by_rules(student(responses=[{**sheet("scl90", answers), "coding_variant": "0-4"}])).floors == ()


@pytest.mark.parametrize("code", ["mht", "mssmhs", "scl90", "cdi", "cssrs"])
def test_a_skipped_critical_item_is_asked_whatever_the_total(code: str) -> None:
    item = KNOWN[code].critical[0].item
    said = by_rules(student(responses=[sheet(code, lowest(code, **{f"item_{item}": None}))]))
    assert said.instruments[0].critical_status == "unknown"
    assert "critical_blank" in {retest.why for retest in said.data_quality.retest}
    assert said.data_quality.confidence == "low"


def test_an_old_sheet_goes_to_history_and_stays_open() -> None:
    """Beyond its recall window at receipt, a sheet's answers open an assessment, not a clock of minutes."""
    old = sheet("mssmhs", lowest("mssmhs", item_57=4), on=days_before(60), received=days_before(0))
    floor = by_rules(student(responses=[old])).floors[0]
    assert floor.history
    assert floor.tier is Tier.CRISIS


def test_only_two_named_people_close_a_crisis_answer() -> None:
    row = sheet("cdi", lowest("cdi", item_9=2), on=days_before(2))
    one = by_rules(student(responses=[row], outcomes=[interview(days_before(1))]))
    two = by_rules(student(responses=[row], outcomes=[interview(days_before(1), second="staff-2")]))
    assert "R09" in {floor.id for floor in one.floors}
    assert "R09" not in {floor.id for floor in two.floors}


def test_each_rule_may_be_switched_off_by_the_operator() -> None:
    for rule, code, answers in (
        ("R03", "cssrs", {"item_4": 1}),
        ("R06", "mht", {"item_85": 1}),
        ("R07", "mssmhs", {"item_57": 4}),
        ("R14", "scl90", {"item_63": 4}),
    ):
        off = POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={rule: False})})
        request = student(responses=[sheet(code, lowest(code, **answers))])
        assert rule in {floor.id for floor in by_rules(request).floors}
        assert rule not in {floor.id for floor in by_rules(request, policy=off).floors}


def test_a_threat_to_others_is_r14() -> None:
    said = by_rules(student(concerns=[concern("threat_to_others")]))
    assert [(f.id, f.tier) for f in said.floors] == [("R14", Tier.PRIORITY)]
    said = by_rules(student(concerns=[concern("threat_to_others_concrete")]))
    assert [(f.id, f.tier) for f in said.floors] == [("R14", Tier.CRISIS)]


@pytest.mark.parametrize(
    ("code", "answers", "severity"),
    [
        ("cssrs", {"item_4": 1}, INTENT),
        ("cssrs", {"item_3": 1}, MODERATE_LEVEL),
        ("cssrs", {"item_1": 1}, LOW_LEVEL),
        ("mht", {"item_85": 1}, YES_OR_NO),
        ("mssmhs", {"item_57": 2}, ANSWER),
        ("mssmhs", {"item_57": 4}, ANSWER_CRISIS),
        ("scl90", {"item_59": 3}, ANSWER),
        ("cdi", {"item_9": 1}, ANSWER),
        ("cdi", {"item_9": 2}, ANSWER_CRISIS),
        ("mssmhs", {"item_52": 3}, HARM_TO_OTHERS),
    ],
)
def test_answers_stand_among_others_of_their_tier_by_how_much_they_say(
    code: str, answers: dict[str, int], severity: int
) -> None:
    floor = floor_of(code, **answers)
    assert floor is not None
    assert (floor.severity, floor.protection) == (severity, False)


@pytest.mark.parametrize(
    ("code", "answers", "zh", "en"),
    [
        ("mssmhs", {"item_57": 3}, "MSSMHS 第57题=3", "MSSMHS item 57 = 3"),
        ("scl90", {"item_15": 2, "item_59": 3}, "SCL-90 第15题=2、第59题=3", "SCL-90 item 15 = 2, item 59 = 3"),
        ("scl90", {"item_15": 4, "item_59": 3}, "SCL-90 第15题=4", "SCL-90 item 15 = 4"),
    ],
)
def test_answers_on_a_scale_are_named_with_their_figures(code: str, answers: dict[str, int], zh: str, en: str) -> None:
    floor = floor_of(code, **answers)
    assert floor is not None
    assert (floor.text.zh, floor.text.en) == (f"{zh}（2026-04-03）", f"{en} (2026-04-03)")


def test_a_sheet_that_has_not_come_in_yet_opens_nothing() -> None:
    row = sheet("cdi", lowest("cdi", item_9=2), on=days_before(2), received=days_before(-1))
    assert by_rules(student(responses=[row])).floors == ()
    assert [floor.id for floor in by_rules(student(responses=[row]), days_before(-1)).floors] == ["R09"]


def test_a_sheet_whose_rule_is_switched_off_hides_none_that_follows() -> None:
    off = POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={"R05": False})})
    rows = [sheet("cssrs", lowest("cssrs", **{f"item_{item}": 1}), on=days_before(item)) for item in (2, 1, 4)]
    for order in (rows, rows[::-1]):
        assert [floor.id for floor in by_rules(student(responses=order), policy=off).floors] == ["R03"]


def test_an_item_of_a_school_s_own_questionnaire_opens_a_rule_of_its_name() -> None:
    (item,) = KNOWN["cdi"].critical
    unnumbered = tuple(level.model_copy(update={"rule": None}) for level in item.levels)
    own = KNOWN["cdi"].model_copy(update={"critical": (item.model_copy(update={"levels": unnumbered}),)})
    request = student(responses=[sheet("cdi", lowest("cdi", item_9=2))])
    for off, found in (((), ["cdi-answer"]), (("cdi-answer",), []), (("R09", "cssrs-answer"), ["cdi-answer"])):
        policy = POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={"off": off})})
        said = assessed([request], policy=policy, instruments={**KNOWN, "cdi": own})[0]
        assert [floor.id for floor in said.floors] == found


@pytest.mark.parametrize(
    ("rule", "switches", "on"),
    [
        ("own-answer", {}, True),
        ("own-answer", {"off": ("own-answer",)}, False),
        ("own-answer", {"off": ("other-answer",)}, True),
        ("own-answer", {"instruments": False}, False),
        ("own-answer", {"instruments": False, "off": ("own-answer",)}, False),
        ("R07", {"instruments": False, "off": ("R07",)}, True),
        ("R07", {"R07": False}, False),
    ],
)
def test_a_numbered_rule_has_a_switch_and_any_other_goes_with_the_questionnaires(
    rule: str, switches: dict[str, object], on: bool
) -> None:
    assert is_on(rule, POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update=switches)})) is on
