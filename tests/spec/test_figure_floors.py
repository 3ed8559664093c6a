"""Floors of figures: what a questionnaire's total and subscales open, and two questionnaires at once."""

from datetime import datetime
from itertools import permutations

import pytest

from data_schemas.codes import Tier
from data_schemas.instruments import packaged_instruments
from models.assessment import Floor
from models.columns import ZONE
from tests.students import AS_OF, POLICY, Request, Row, assessed, by_rules, days_before, eight, phq9, sheet, student

KNOWN = packaged_instruments()


def given(code: str, **values: float) -> Request:
    """Scores without their items, as platforms export them."""
    rows = [
        {"instrument": code, "scale": name, "value": value, "administered_on": AS_OF} for name, value in values.items()
    ]
    return student(scores=rows)


def ids(request: Request) -> dict[str, Tier]:
    return {floor.id: floor.tier for floor in by_rules(request).floors}


@pytest.mark.parametrize(
    ("code", "values", "floor"),
    [
        ("mht", {"total": 65}, "mht-total-65"),
        ("mht", {"total": 64}, None),
        ("mht", {"total": 40, "learning_anxiety": 8, "phobia": 8}, "mht-subscales-8"),
        ("mht", {"total": 40, "learning_anxiety": 15, "phobia": 7}, None),
        ("mssmhs", {"total": 2.0}, "mssmhs-mean-2"),
        ("mssmhs", {"total": 1.99}, None),
        ("scl90", {"total": 161}, "scl90-positive-screen"),
        ("scl90", {"total": 160}, None),
        ("scl90", {"total": 120, "positive_items": 44}, "scl90-positive-screen"),
        ("scl90", {"total": 120, "depression": 2.0}, "scl90-positive-screen"),
        ("cesd", {"total": 28}, "cesd-total-28"),
        ("cesd", {"total": 20}, "cesd-total-20"),
        ("cesd", {"total": 19}, None),
        ("isi", {"total": 15}, "isi-total-15"),
        ("isi", {"total": 14}, None),
        ("gad7", {"total": 15}, "gad7-total-15"),
    ],
)
def test_a_figure_opens_its_floor(code: str, values: dict[str, float], floor: str | None) -> None:
    """Floors of figures open 关注 only, but for PHQ-9 from 15 on. Figures that came without answers leave the critical
    items unknown: where they are high, those are asked (R19)."""
    asked = {"R19": Tier.WATCH} if KNOWN[code].critical else {}
    assert ids(given(code, **values)) == ({floor: Tier.WATCH, **asked} if floor else {})


def test_every_floor_to_watch_only_but_phq9_from_15() -> None:
    above = {f"{code}-{floor.code}" for code, one in KNOWN.items() for floor in one.floors if floor.tier != "watch"}
    assert above == {"phq9-total-15"}


def test_an_operator_switches_a_floor_off_by_its_id() -> None:
    off = POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={"off": ("cesd-total-28",)})})
    assert [floor.id for floor in by_rules(given("cesd", total=30), policy=off).floors] == ["cesd-total-20"]


def test_two_questionnaires_at_once() -> None:
    """Two different questionnaires that each call for attention within 30 days; what it opens is policy."""
    request = student(responses=[phq9(0, eight(12)), sheet("gad7", [3] * 7, on=days_before(20))])
    assert ids(request)["two-instruments"] is Tier.WATCH
    said = next(floor for floor in by_rules(request).floors if floor.id == "two-instruments")
    assert said.text.zh == "GAD-7 与 PHQ-9 同期均达到关注标准（2026-04-03）"
    apart = student(responses=[phq9(0, eight(12)), sheet("gad7", [3] * 7, on=days_before(31))])
    assert "two-instruments" not in ids(apart)
    twice = student(responses=[phq9(0, eight(12)), phq9(0, eight(12), on=days_before(10))])
    assert "two-instruments" not in ids(twice), "one questionnaire twice is not two"
    for word, tier in (("priority", Tier.PRIORITY), ("off", None)):
        policy = POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={"two_instruments": word})})
        found = {floor.id: floor.tier for floor in by_rules(request, policy=policy).floors}
        assert found.get("two-instruments") is tier


def test_a_sheet_that_proves_a_subscale_is_not_lost_for_its_blanks() -> None:
    """Twenty blanks leave MHT without a total; two subscales that were answered still reach 8."""
    answers: list[int | None] = [1] * 25 + [0] * 55 + [None] * 20
    said = by_rules(student(responses=[sheet("mht", answers)]))
    assert not said.instruments[0].valid
    floor = next(floor for floor in said.floors if floor.id == "mht-subscales-8")
    assert floor.text.zh == "MHT 学习焦虑 至少 15 分、对人焦虑 至少 10 分，有漏答（2026-04-03）"


def test_a_high_score_where_suicide_is_not_asked_about_brings_a_question_and_no_tier() -> None:
    said = by_rules(given("dass21", total=60, depression=30))
    assert said.tier is Tier.ROUTINE
    assert [retest.why for retest in said.data_quality.retest] == ["safety_question"]
    assert "请当面询问安全" in said.data_quality.retest[0].text.zh


@pytest.mark.parametrize(
    ("item9", "asked"), [(0, False), (None, True)], ids=["asked and answered elsewhere", "left blank elsewhere too"]
)
def test_the_safety_question_is_answered_by_another_questionnaire(item9: int | None, asked: bool) -> None:
    cesd: list[int | None] = [3] * 20
    said = by_rules(student(responses=[sheet("cesd", cesd), phq9(item9)]))
    assert ("safety_question" in {retest.why for retest in said.data_quality.retest}) == asked


def test_soft_items_bring_the_question_too() -> None:
    """SDS item 19 hints at it: the total is low, and it is asked all the same."""
    answers: list[int | None] = [4 if item in KNOWN["sds"].turned else 1 for item in range(1, 21)]
    assert by_rules(student(responses=[sheet("sds", answers)])).data_quality.retest == ()
    answers[18] = 4
    retest = by_rules(student(responses=[sheet("sds", answers)])).data_quality.retest
    assert [one.why for one in retest] == ["safety_question"]
    assert "第19题" in retest[0].text.zh


def test_two_questionnaires_are_known_when_both_have_come_in() -> None:
    """Whichever was filled in first: who spoke with the student in between had seen one of them."""
    answers = [4, 4, 4, 4, 0, 0, 0]
    late = phq9(0, eight(12), on=days_before(9), received=days_before(2))
    early = sheet("isi", answers, on=days_before(5))
    for first, second in ((late, early), (phq9(0, eight(12), on=days_before(9)), sheet("isi", answers))):
        floors = {floor.id: floor for floor in by_rules(student(responses=[first, second])).floors}
        both = floors["two-instruments"]
        parts = [floors["phq9-total-10"], floors["isi-total-15"]]
        assert both.known_on == max(part.known_on for part in parts)
        assert both.received_at == max(part.received_at for part in parts if part.received_at is not None)


def test_two_questionnaires_of_one_day_are_known_at_the_later_moment() -> None:
    noon = {**sheet("isi", [4, 4, 4, 4, 0, 0, 0]), "received_at": datetime(2026, 4, 3, 12)}
    for moment, known in ((noon["received_at"], datetime(2026, 4, 3, 12, tzinfo=ZONE)), (AS_OF, None)):
        rows = [phq9(0, eight(12)), {**noon, "received_at": moment}]
        floors = {floor.id: floor for floor in by_rules(student(responses=rows)).floors}
        assert floors["two-instruments"].received_at == known, "a part without a moment leaves none"


def both(*rows: Row) -> Floor | None:
    """The floor of two questionnaires at once, whatever order their sheets came in."""
    found = []
    for order in permutations(rows):
        floors = by_rules(student(responses=list(order))).floors
        found.append(next((floor for floor in floors if floor.id == "two-instruments"), None))
    assert all(floor == found[0] for floor in found)
    return found[0]


PHQ, GAD = eight(12), [3] * 7


@pytest.mark.parametrize(("apart", "opens"), [(0, True), (30, True), (31, False)])
def test_two_questionnaires_are_at_once_up_to_thirty_days_apart(apart: int, opens: bool) -> None:
    for first, second in ((0, apart), (apart, 0)):
        rows = phq9(0, PHQ, on=days_before(first)), sheet("gad7", GAD, on=days_before(second))
        assert (both(*rows) is not None) == opens


def test_of_two_questionnaires_the_newest_pair_counts_and_is_named_in_order() -> None:
    older, newer = phq9(0, PHQ, on=days_before(20)), sheet("gad7", GAD, on=days_before(1))
    floor = both(older, newer)
    assert floor is not None
    assert floor.evidence == "two-instruments:gad7+phq9:2026-04-02"
    assert floor.text.zh == "PHQ-9 与 GAD-7 同期均达到关注标准（2026-04-02）"
    assert floor.text.en == "PHQ-9 and GAD-7 both call for attention (2026-04-02)"


def test_who_has_one_questionnaire_alone_hides_nobody_who_has_two() -> None:
    phq, gad = phq9(0, PHQ), sheet("gad7", GAD)
    said = assessed([student(f"S-{n}", responses=rows) for n, rows in enumerate(([phq], [gad], [phq, gad], [phq]))])
    assert ["two-instruments" in {floor.id for floor in one.floors} for one in said] == [False, False, True, False]


def test_of_one_sheet_delivered_in_time_and_again_too_late_the_one_in_time_makes_the_pair() -> None:
    in_time = phq9(0, PHQ, on=days_before(20))
    again = phq9(0, PHQ, on=days_before(20), received=AS_OF)
    floor = both(in_time, again, sheet("gad7", GAD, on=days_before(10)))
    assert floor is not None
    assert (floor.known_on, floor.history) == (days_before(10), False)


@pytest.mark.parametrize(
    ("first", "second", "history"), [(20, 10, False), (0, 10, False), (20, 0, False), (0, 0, True)]
)
def test_two_questionnaires_are_history_where_both_came_too_late(first: int, second: int, history: bool) -> None:
    """Both ask about the last two weeks: a sheet of 20 days ago that comes in today is too old."""
    floor = both(
        phq9(0, PHQ, on=days_before(20), received=days_before(first)),
        sheet("gad7", GAD, on=days_before(20 if second == 0 else 10), received=days_before(second)),
    )
    assert floor is not None
    assert floor.history == history


@pytest.mark.parametrize("code", [code for code, one in KNOWN.items() if one.total.polarity == "adverse"])
def test_the_severest_total_without_items_is_never_passed_over(code: str) -> None:
    """Decision 7: a floor where the definition names one, or a person asks; whatever the form."""
    said = by_rules(given(code, total=KNOWN[code].highest))
    assert said.floors or {one.why for one in said.data_quality.retest} & {"safety_question", "critical_blank"}
    covered = KNOWN[code].suicidality_covered
    assert ("critical_blank" if covered else "safety_question") in {one.why for one in said.data_quality.retest}


@pytest.mark.parametrize(
    ("code", "floor", "values"),
    [
        (code, f"{code}-{floor.code}", dict.fromkeys(when.scores[: when.how_many], when.at_least))
        for code, one in KNOWN.items()
        for floor in one.floors
        for when in floor.when
    ],
)
def test_every_floor_fires_from_scores_without_items(code: str, floor: str, values: dict[str, float]) -> None:
    assert floor in ids(given(code, **values))


@pytest.mark.parametrize(
    ("code", "values", "said"),
    [
        ("sds", {"total": 87}, "SDS 87 分（重度，2026-04-03，年龄不在适用范围：18 岁及以上） 偏高"),
        ("sds", {"raw": 70}, "SDS 87 分（重度，2026-04-03，年龄不在适用范围：18 岁及以上） 偏高"),
        ("dass21", {"depression": 42}, "DASS-21 抑郁 42 分（极重度，2026-04-03） 偏高"),
        ("dass21", {"depression": 8, "anxiety": 20, "stress": 8}, "DASS-21 焦虑 20 分（极重度，2026-04-03） 偏高"),
        (
            "sdq_self",
            {"emotional": 9, "conduct": 6, "hyperactivity": 6},
            "SDQ 学生自评 分量表合计至少 21 分（2026-04-03） 偏高",
        ),
    ],
)
def test_scales_alone_bring_the_question_in_words_of_their_own(code: str, values: dict[str, float], said: str) -> None:
    found = by_rules(given(code, **values))
    assert found.tier is Tier.ROUTINE
    asked = [one.text.zh for one in found.data_quality.retest if one.why == "safety_question"]
    assert asked == [f"{said}，该量表不含自杀意念条目，请当面询问安全"]


def test_scales_whose_sum_reaches_a_floor_open_it() -> None:
    """Six of eight scales of the MHT already come to 65."""
    six = dict.fromkeys(["social_anxiety", "loneliness", "self_blame", "over_sensitivity", "phobia", "impulsivity"], 10)
    assert "mht-total-65" not in ids(given("mht", **six))
    assert "mht-total-65" in ids(given("mht", **six, somatic=5))


@pytest.mark.parametrize(("total", "apart"), [(8, False), (30, True), (7, True)], ids=["their sum", "above", "below"])
def test_a_total_that_is_not_the_sum_of_its_scales_is_in_doubt(total: float, apart: bool) -> None:
    said = by_rules(given("sdq_self", total=total, emotional=2, conduct=2, hyperactivity=2, peer=2))
    assert said.instruments[0].suspect == (("parts",) if apart else ())
    asked = {one.why: one.text.zh for one in said.data_quality.retest}
    assert ("suspect" in asked) is apart
    assert ("safety_question" in asked) is (total == 30)
    if apart:
        assert "总分与分量表合计不符" in asked["suspect"]


def test_of_a_total_and_its_scales_the_graver_counts() -> None:
    low = given("sdq_self", total=8, emotional=9, conduct=9, hyperactivity=6, peer=6)
    assert "safety_question" in {one.why for one in by_rules(low).data_quality.retest}


def test_means_that_were_rounded_are_the_sum_that_they_are() -> None:
    """Ten means of 11/6 and the total's own: 1.83 each, and none is in doubt; nor are ten that come to 2."""
    scales = KNOWN["mssmhs"].total.parts
    said = by_rules(given("mssmhs", total=1.83, **dict.fromkeys(scales, 1.83)))
    assert said.instruments[0].suspect == ()
    low, high = dict.fromkeys(scales[:5], 1.83), dict.fromkeys(scales[5:], 2.17)
    assert "mssmhs-mean-2" in ids(given("mssmhs", **low, **high))
