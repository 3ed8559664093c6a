"""R01, R02 and R19: what an answer to PHQ-9 item 9 asks of the school, without any model."""

import pytest

from data_schemas.codes import Tier
from data_schemas.instruments import packaged_instruments
from models.policy import Policy
from tests.students import (
    AS_OF,
    POLICY,
    by_rules,
    concern,
    days_before,
    eight,
    flag,
    interview,
    leave,
    open_floors,
    phq9,
    sheet,
    student,
)


def test_r01_item_9_at_1_is_priority() -> None:
    """R01: "several days" opens 重点, however low the total."""
    said = by_rules(student(responses=[phq9(1)]))
    assert [floor.id for floor in said.floors] == ["R01"]
    assert (said.tier, said.tier_source, said.confirmed) == (Tier.PRIORITY, "floor", False)
    assert said.floors[0].text.zh == "PHQ-9 第9题=1（2026-04-03）"
    assert said.floors[0].text.en == "PHQ-9 item 9 = 1 (2026-04-03)"


def test_item_9_at_0_opens_nothing() -> None:
    said = by_rules(student(responses=[phq9(0, eight(4))]))
    assert said.floors == ()
    assert said.tier is Tier.ROUTINE


@pytest.mark.parametrize("answer", [2, 3])
def test_r02_item_9_at_2_or_3_is_crisis_pending_a_check(answer: int) -> None:
    """R02: more often than "several days" opens 危机, which is pending until a person has looked."""
    said = by_rules(student(responses=[phq9(answer)]))
    assert [floor.id for floor in said.floors] == ["R02"]
    assert (said.tier, said.confirmed) == (Tier.CRISIS, False)
    assert f"第9题={answer}" in said.floors[0].text.zh
    assert f"item 9 = {answer}" in said.floors[0].text.en


def test_item_9_at_3_stands_before_2_before_1() -> None:
    severity = [by_rules(student(responses=[phq9(answer)])).floors[0].severity for answer in (1, 2, 3)]
    assert severity == sorted(set(severity)), "a more frequent answer must stand higher"


@pytest.mark.parametrize(
    ("more", "zh", "en"),
    [
        ({"responses": [phq9(1, eight(14))]}, "总分 15", "total 15"),
        ({"concerns": [concern("suicide_attempt", days_before(900))]}, "曾有自杀未遂", "an earlier attempt"),
        ({"leaves": [leave(days_before(200), days_before(100), "suspension")]}, "近期休学", "recent suspension"),
        ({"leaves": [leave(days_before(20), days_before(-200), "suspension")]}, "近期休学", "recent suspension"),
        ({"family": [flag("bereaved_recent", since=days_before(60))]}, "近期丧亲", "recent bereavement"),
    ],
    ids=["total of 15", "earlier attempt", "suspension ended", "still suspended", "bereavement"],
)
def test_r02_each_modifier_of_item_9_at_1(more: dict[str, list[dict[str, object]]], zh: str, en: str) -> None:
    """R02: item 9 = 1 weighs as 危机 with a total of 15, an earlier attempt, a recent suspension or bereavement."""
    floor = open_floors(student(**{"responses": [phq9(1)], **more}))["R02"]
    assert floor.tier is Tier.CRISIS
    assert floor.text.zh == f"PHQ-9 第9题=1，{zh}（2026-04-03）"
    assert floor.text.en == f"PHQ-9 item 9 = 1, {en} (2026-04-03)"


@pytest.mark.parametrize(
    "more",
    [
        {"responses": [phq9(1, eight(13))]},
        {"leaves": [leave(days_before(600), days_before(366), "suspension")]},
        {"leaves": [leave(days_before(100), days_before(90), "sick")]},
        {"family": [flag("bereaved_recent", "no")]},
        {"family": [flag("bereaved_recent", "unknown")]},
        {"family": [flag("bereaved_recent", since=days_before(900), valid_to=days_before(1))]},
        {"family": [flag("left_behind")]},
        {"concerns": [concern("suicide_attempt", value="no")]},
        {"concerns": [concern("mood_abnormal")]},
    ],
    ids=["total of 14", "old suspension", "sick leave", "no", "unknown", "over", "other flag", "asked, no", "mood"],
)
def test_r02_is_not_opened_by_less(more: dict[str, list[dict[str, object]]]) -> None:
    assert "R02" not in open_floors(student(**{"responses": [phq9(1)], **more}))


def test_r02_counts_a_scaled_up_total() -> None:
    """Blanks are scaled up: 13 on seven of nine items with item 9 = 1 is 17."""
    blanks: list[int | None] = [None, None, 2, 2, 2, 2, 2, 2]
    assert "R02" in open_floors(student(responses=[phq9(1, blanks)]))


def test_modifiers_do_not_wear_off() -> None:
    """Held against the day of the sheet: what was 危机 when it was answered is not 重点 a year later."""
    request = student(
        responses=[phq9(1, on=days_before(300))],
        leaves=[leave(days_before(650), days_before(600), "suspension")],
        family=[flag("bereaved_recent", since=days_before(500), valid_to=days_before(290))],
    )
    assert "R02" in open_floors(request, days_before(300))
    assert "R02" in open_floors(request), "time has taken a modifier away"


def test_a_bereavement_recorded_later_is_not_known_yet() -> None:
    request = student(
        responses=[phq9(1)], family=[flag("bereaved_recent", since=days_before(30), recorded_on=days_before(-1))]
    )
    assert "R01" in open_floors(request)
    assert "R02" in open_floors(request, days_before(-1))


@pytest.mark.parametrize(
    ("more", "raises"),
    [
        ({"leaves": [leave(days_before(5), days_before(-200), "suspension")]}, False),
        ({"leaves": [leave(days_before(10), days_before(-200), "suspension")]}, True),
        ({"family": [flag("bereaved_recent", since=days_before(9))]}, False),
        ({"family": [flag("bereaved_recent", since=days_before(10))]}, True),
        ({"concerns": [concern("suicide_attempt", days_before(2))]}, True),
    ],
    ids=["suspended after", "suspended that day", "bereaved after", "bereaved that day", "attempt learned of later"],
)
def test_what_began_after_a_sheet_says_nothing_of_it(more: dict[str, list[dict[str, object]]], raises: bool) -> None:
    """An attempt may lie before its report, so a later report of one still raises the older sheet."""
    request = student(**{"responses": [phq9(1, on=days_before(10))], **more})
    assert ("R02" in open_floors(request)) == raises


@pytest.mark.parametrize(
    ("more", "raises"),
    [
        ({"family": [flag("bereaved_recent")]}, True),
        ({"family": [flag("bereaved_recent", since=days_before(-1))]}, False),
        ({"leaves": [leave(AS_OF, days_before(-200), "suspension")]}, True),
        ({"leaves": [leave(days_before(500), days_before(364), "suspension")]}, True),
        ({"leaves": [leave(days_before(500), days_before(365), "suspension")]}, False),
    ],
    ids=["bereaved today", "tomorrow", "suspended today", "back for a year less a day", "back for a year"],
)
def test_what_weighs_on_a_sheet_of_today(more: dict[str, list[dict[str, object]]], raises: bool) -> None:
    assert ("R02" in open_floors(student(**{"responses": [phq9(1)], **more}))) == raises


def test_an_attempt_weighs_from_the_day_on_which_its_report_came_in() -> None:
    told = concern("suicide_attempt", days_before(9), recorded_on=days_before(3))
    request = student(responses=[phq9(1, on=days_before(10))], concerns=[told])
    assert open_floors(request)["R02"].known_on == days_before(3)
    without = student(responses=[phq9(1, on=days_before(10))], concerns=[{**told, "recorded_on": None}])
    assert open_floors(without)["R02"].known_on == days_before(9), "as it was reported"


def test_r02_is_known_when_the_answer_and_its_modifier_are() -> None:
    """A talk held in between had heard of the answer alone, and cannot have assessed what came later."""
    late = flag("bereaved_recent", since=days_before(60), recorded_on=days_before(3))
    between, after = interview(days_before(6), second="staff-2"), interview(days_before(2), second="staff-2")
    request = student(responses=[phq9(1, on=days_before(10))], family=[late])
    floor = open_floors(request)["R02"]
    assert (floor.evidence_on, floor.known_on, floor.received_at) == (days_before(10), days_before(3), None)
    assert "R02" in open_floors({**request, "outcomes": [between]})
    assert open_floors({**request, "outcomes": [after]}) == {}
    total = student(responses=[phq9(1, eight(14), on=days_before(10))], family=[late])
    assert open_floors(total)["R02"].known_on == days_before(10), "the total weighed from the first day"
    assert open_floors(total)["R02"].text.zh.startswith("PHQ-9 第9题=1，总分 15")


@pytest.mark.parametrize(
    ("code", "blank", "others", "by"),
    [("mht", 85, 65, 1), ("mssmhs", 57, 40, 2), ("scl90", 15, 87, 1), ("cdi", 9, 20, 1)],
)
def test_r19_holds_for_every_questionnaire_with_a_critical_item(code: str, blank: int, others: int, by: int) -> None:
    """A skipped critical item opens 关注 where the rest reaches what the definition calls high."""
    known = packaged_instruments()[code]
    plain = [known.coding.high if item in known.turned else known.coding.low for item in range(1, known.items + 1)]
    critical = {one.item for one in known.critical}
    left, raised = others, list(plain)
    for place, answer in enumerate(plain):
        if place + 1 not in critical and left:
            raised[place] = answer - by if place + 1 in known.turned else answer + by
            left -= 1
    for answers, opens in ((plain, False), (raised, True)):
        given: list[int | None] = [*answers]
        given[blank - 1] = None
        found = open_floors(student(responses=[sheet(code, given)]))
        assert ("R19" in found) == opens
    assert found["R19"].evidence == f"R19:{code}:blank:2026-04-03"
    figure = "均分" if code == "mssmhs" else "合计"
    assert found["R19"].text.zh.startswith(f"{known.label.zh} 第{blank}题未作答，其余各题{figure} ")
    assert "R19" not in open_floors(student(responses=[sheet(code, raised)])), "it was answered"


def test_r19_a_blank_item_9_with_others_at_10_is_watch() -> None:
    """R19: item 9 left blank while the others reach 10 opens 关注, and the student is asked in person."""
    said = by_rules(student(responses=[phq9(None, eight(10))]))
    floor = {one.id: one for one in said.floors}["R19"]
    assert floor.tier is Tier.WATCH
    assert floor.text.zh == "PHQ-9 第9题未作答，其余各题合计 10 分（2026-04-03），需当面询问"
    assert floor.text.en == "PHQ-9 item 9 left blank, the others reach 10 (2026-04-03); to be asked in person"


def test_r19_needs_10_but_a_blank_critical_item_is_asked_whatever_the_total() -> None:
    said = by_rules(student(responses=[phq9(None, eight(9))]))
    assert "R19" not in {floor.id for floor in said.floors}
    assert [(one.instrument, one.why) for one in said.data_quality.retest] == [("phq9", "critical_blank")]
    assert said.instruments[0].critical_status == "unknown"


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        (interview(days_before(6)), False),
        (interview(days_before(3)), False),
        (interview(days_before(2)), True),
        ({**interview(days_before(2)), "selection_reason": "audit"}, False),
        (interview(days_before(2), by=None), False),
    ],
    ids=["while it was on its way", "the day it came in", "after it", "blind", "no name"],
)
def test_a_blank_critical_item_is_asked_until_somebody_who_knew_of_it_has_spoken(
    outcome: dict[str, object], asked: bool
) -> None:
    sheet = phq9(None, eight(9), on=days_before(8), received=days_before(3))
    said = by_rules(student(responses=[sheet], outcomes=[outcome]))
    assert ("critical_blank" not in {one.why for one in said.data_quality.retest}) == asked


def test_several_blanks_do_not_hide_item_9() -> None:
    """A sheet without a total still opens its floors."""
    said = by_rules(student(responses=[phq9(2, [None] * 8)]))
    assert said.floors[0].id == "R02"
    assert not said.instruments[0].valid


def test_each_rule_may_be_switched_off_by_the_operator() -> None:
    def without(rule: str) -> Policy:
        return POLICY.model_copy(update={"floors": POLICY.floors.model_copy(update={rule: False})})

    low, high, blank = (student(responses=[sheet]) for sheet in (phq9(1), phq9(3), phq9(None, eight(10))))
    assert by_rules(low, policy=without("R01")).floors == ()
    after = student(responses=[phq9(1, on=days_before(1)), phq9(3)])
    assert [f.id for f in by_rules(after, policy=without("R01")).floors] == ["R02"], "nothing milder hides what follows"
    assert [f.id for f in by_rules(high, policy=without("R02")).floors] == ["R01"], "R01 still holds what R02 left"
    assert "R19" in open_floors(blank)
    assert "R19" not in {f.id for f in by_rules(blank, policy=without("R19")).floors}


def test_a_total_that_comes_without_its_answers_leaves_item_9_unknown() -> None:
    """Where a platform exports totals only, nobody knows what was answered to item 9: it is asked."""
    row = {"instrument": "phq9", "scale": "total", "value": 12.0, "administered_on": AS_OF}
    said = by_rules(student(scores=[row]))
    assert said.instruments[0].critical_status == "unknown"
    assert {floor.id for floor in said.floors} == {"R19", "phq9-total-10"}
    assert [one.why for one in said.data_quality.retest] == ["critical_blank"]
