"""R10 to R15, R18 and R20: what a person's report opens, whatever the questionnaires say."""

import pytest

from data_schemas.codes import Concern, Tier
from models.floors.concerns import CONCERN_RULES
from models.policy import parse_policy
from runxin.errors import UserError
from tests.students import POLICY, by_rules, concern, days_before, interview, open_floors, phq9, student


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
        ("threat_to_others", "R14", Tier.PRIORITY),
        ("threat_to_others_concrete", "R14", Tier.CRISIS),
        ("peer_suicide", "R18", Tier.WATCH),
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


def test_r18_reads_reports_of_the_last_thirty_days_at_receipt() -> None:
    """R18: who is close to a student of the school who died or made an attempt. Time does not close it."""
    for days, opens in ((30, True), (31, False)):
        told = concern("peer_suicide", days_before(200), recorded_on=days_before(200 - days))
        assert ("R18" in open_floors(student(concerns=[told]))) == opens


def test_r15_says_what_the_law_asks_and_names_no_illness() -> None:
    """R15: a counselor's judgement. The guardians are told at once and a medical institution is advised."""
    floor = open_floors(student(concerns=[concern("medical_evaluation", source="counselor")]))["R15"]
    assert (floor.tier, floor.protection) == (Tier.PRIORITY, False)
    assert "心理教师，2026-04-03" in floor.text.zh
    assert "当即告知监护人，建议到医疗机构评估" in floor.text.zh
    assert "精神卫生法第23条" in floor.text.zh
    assert "预防未成年人犯罪法第19条" in floor.text.zh
    assert "tell the guardians at once" in floor.text.en


def test_r15_does_not_send_anybody_to_guardians_who_may_have_done_the_harm() -> None:
    harmed = [concern("medical_evaluation", source="counselor"), concern("abuse_suspected")]
    floor = open_floors(student(concerns=harmed))["R15"]
    assert "当即告知监护人" not in floor.text.zh
    assert "先按强制报告程序处理" in floor.text.zh
    assert "at once" not in floor.text.en


def test_r13_with_suicidality_is_known_when_both_are() -> None:
    """Raised by a later report it is a new piece of evidence: who assessed the bullying has not heard of the rest."""
    bullied, intent = concern("bullying_serious", days_before(20)), concern("self_harm", days_before(4))
    talk = interview(days_before(10), second="staff-2")
    alone = by_rules(student(concerns=[bullied], outcomes=[talk]))
    both = open_floors(student(concerns=[bullied, intent], outcomes=[talk]))["R13"]
    assert alone.floors == ()
    assert (both.evidence_on, both.known_on) == (days_before(20), days_before(4))
    assert both.evidence == "R13-suicidality:concern:bullying_serious:2026-03-14"
    again = student(concerns=[bullied, intent, concern("self_harm", days_before(2))], responses=[phq9(1)])
    assert open_floors(again)["R13"].known_on == days_before(4), "by what was known first"
    answered = student(concerns=[bullied], responses=[phq9(1, on=days_before(9), received=days_before(7))])
    assert open_floors(answered)["R13"].known_on == days_before(7)


def test_a_kind_of_danger_may_be_switched_off_and_an_unknown_kind_is_refused() -> None:
    off = parse_policy({**POLICY.model_dump(exclude={"thresholds"}), "concerns": {"self_harm": "off"}}, "policy.toml")
    assert by_rules(student(concerns=[concern("self_harm")]), policy=off).floors == ()
    assert "R10" in open_floors(student(concerns=[concern("self_harm")]))
    for stated, what in (
        ({"sadness": "lead"}, "no kind of concern 'sadness'"),
        ({"suicide_intent": "lead"}, "suicide_intent is evidence or off"),
        ({"bullying": "evidence"}, "bullying is lead, class_task or off"),
    ):
        with pytest.raises(UserError) as caught:
            parse_policy({**POLICY.model_dump(exclude={"thresholds"}), "concerns": stated}, "policy.toml")
        assert what in str(caught.value.problems[0])


def test_every_kind_of_concern_does_something_as_packaged() -> None:
    assert set(POLICY.concerns) == set(Concern.codes())
    assert {kind for kind, use in POLICY.concerns.items() if use == "evidence"} == {k.code for k in CONCERN_RULES}
    assert "off" not in POLICY.concerns.values()
    before = {key: value for key, value in POLICY.model_dump(exclude={"thresholds"}).items() if key != "concerns"}
    assert parse_policy(before, "policy.toml").concerns == POLICY.concerns, "a policy from before the table"


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


@pytest.mark.parametrize("sheet", [phq9(0), phq9(3, received=days_before(-1))], ids=["answered no", "not in yet"])
def test_r13_an_answer_that_says_no_or_is_not_known_yet_is_no_suicidality(sheet: dict[str, object]) -> None:
    (floor,) = by_rules(student(responses=[sheet], concerns=[concern("bullying_serious")])).floors
    assert (floor.evidence, floor.tier) == ("R13:concern:bullying_serious:2026-04-03", Tier.PRIORITY)


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
        texts = [floor.text.zh for floor in said.floors]
        assert texts == ["人工提出的关注（家长，2026-04-03）", "人工提出的关注（教师，2026-04-03）"]


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


@pytest.mark.parametrize("kind", ["suicide_means", "manual", "peer_suicide"])
def test_a_report_of_which_nobody_says_who_made_it_names_nobody(kind: str) -> None:
    (floor,) = by_rules(student(concerns=[concern(kind, source=None)])).floors
    assert (floor.text.zh, floor.text.en) == (
        f"{Concern.of(kind).zh}（2026-04-03）",
        f"{Concern.of(kind).en} (2026-04-03)",
    )


def test_protection_is_of_harm_by_others_alone() -> None:
    kinds = ("abuse_suspected", "suicide_intent", "threat_to_others_concrete", "manual")
    said = by_rules(student(concerns=[concern(kind) for kind in kinds], responses=[phq9(3)]))
    found = {floor.id: floor.protection for floor in said.floors}
    assert found == {"R12": True, "R11": False, "R14": False, "R20": False, "R02": False}
