"""One student's page."""

import re
from datetime import date

import pytest

from data_schemas.codes import Tier
from models.assessment import GROUPS, MarginChange, ModelStatus, Uncertainty
from serving.followup.entries import Entry
from serving.student.pages import draw_bars, draw_change
from tests import sample_lists as scenes
from tests.factories import assessment, entry, floor, follow_up_list, reason, sheet, words
from tests.sample_pages import MakeSample


def open_student(sample: MakeSample, line: Entry, query: str = "") -> str:
    response = sample(follow_up_list(), line).enter().get(f"/students/{line.pupil.student_id}{query}")
    assert response.status_code == 200
    return response.text


def test_bars_raise_to_the_right_and_ease_to_the_left_of_one_axis() -> None:
    said = assessment(reasons=(reason("a", 0.6), reason("b", -0.2, group="context", value=3.0)))
    bars = draw_bars(said)
    (up,), (down,) = (drawn for _, drawn in bars.groups)
    assert up.axis == down.axis == 80
    assert (up.x, up.width) == (80, 240)
    assert (down.x, down.width) == (0, 80)


def test_bars_stand_in_groups_the_longest_first() -> None:
    reasons = (
        reason("mood", 0.1, group="concern"),
        reason("gad7", 0.2),
        reason("phq9", 0.9),
        reason("leave", 0.4, group="leave"),
        reason("tiny", 0.001),
    )
    bars = draw_bars(assessment(reasons=reasons))
    assert [(group, [bar.reason.feature for bar in drawn]) for group, drawn in bars.groups] == [
        ("questionnaire", ["phq9", "gad7"]),
        ("leave", ["leave"]),
        ("concern", ["mood"]),
    ]
    assert bars.left_out == 1


def test_nothing_eases_while_a_floor_is_open_or_from_missing_data() -> None:
    easing = (reason("a", 0.6), reason("b", -0.2, value=3.0), reason("c", -0.3, value=None))
    free = draw_bars(assessment(reasons=easing))
    assert {bar.reason.feature for _, drawn in free.groups for bar in drawn} == {"a", "b"}
    floored = draw_bars(assessment(reasons=easing, floors=(floor(),)))
    assert {bar.reason.feature for _, drawn in floored.groups for bar in drawn} == {"a"}


def test_a_floor_stands_first_and_the_bars_are_called_the_models_order(sample: MakeSample) -> None:
    eased = reason("sleep", -0.4, group="context", value=9.0, text=words("睡眠充足"))
    html = open_student(
        sample, entry("S-1", Tier.CRISIS, floors=(floor(),), reasons=(reason(), eased), tier_source="floor")
    )
    assert html.index("PHQ-9 第9题 = 2") < html.index("模型排序依据")
    assert "睡眠充足" not in html
    assert "安全规则" in html
    assert "危机" in html
    assert "待核查" in html
    assert "不让学生独处" in html


def test_without_a_floor_both_directions_are_shown_with_sentence_and_number(sample: MakeSample) -> None:
    eased = reason("sleep", -0.4, group="context", value=9.0, text=words("每晚睡眠 9 小时"))
    html = open_student(sample, entry("S-1", Tier.WATCH, reasons=(reason(), eased)))
    assert "排序理由" in html
    assert "模型排序依据" not in html
    assert "每晚睡眠 9 小时" in html
    assert "−0.40" in html
    assert "+0.80" in html
    assert "相关不等于原因" in html


@pytest.mark.parametrize("tier", [Tier.CRISIS, Tier.PRIORITY])
def test_hotlines_stand_on_red_and_orange_pages(sample: MakeSample, tier: Tier) -> None:
    html = open_student(sample, entry("S-1", tier))
    assert "96111" in html
    assert "12356" in html


def test_questionnaires_have_band_date_previous_and_change(sample: MakeSample) -> None:
    html = open_student(sample, entry("S-1", instruments=(sheet(total=17, previous_total=9),)))
    table = re.sub(r"<[^>]+>|\s+", " ", html[html.index("<table>") :])
    for part in ("17", "中度", "2026-11-12", "9", "2025-11-20", "+8", "第9题未提示"):
        assert part in table, part


def test_a_skipped_critical_item_is_to_be_asked_and_a_blank_sheet_is_not_scored(sample: MakeSample) -> None:
    html = open_student(sample, scenes.missing_everything())
    assert "第9题未作答 → 需当面询问" in html
    assert "未计分（空缺 4 题，已答部分至少 5 分）" in html
    assert "GAD-7 已 210 天未更新" in html
    assert "MHT 没有可用的结果" in html
    assert "没有收到不等于全勤" in html
    assert "不含自伤题：低分不说明安全" in html
    assert "证据有限" in html
    assert "这次没有模型排序" in html


def test_a_protection_lock_is_shown_with_what_the_law_asks(sample: MakeSample) -> None:
    html = open_student(sample, scenes.protected())
    assert "保护锁" in html
    assert "不得自动通知监护人" in html
    assert "未成年人保护法第十一条" in html


def test_model_and_date_are_footnotes_and_the_tier_waits_for_a_person(sample: MakeSample) -> None:
    html = open_student(sample, entry("S-1", Tier.PRIORITY))
    assert "模型 lightgbm 7 · 策略 2026-11+abcdef01 · 截至 2026-11-20" in html
    assert "仅供演示" in html
    assert "待人工确认" in html
    confirmed = open_student(sample, entry("S-1", Tier.PRIORITY, confirmed=True, tier_source="human"))
    assert "已由人工确认" in confirmed
    away = ModelStatus(None, None, "p", None, "unavailable")
    assert "模型暂不可用" in open_student(sample, entry("S-1", model=away))


def test_a_reading_is_passed_on_with_its_purpose(sample: MakeSample) -> None:
    made = sample(scenes.usual())
    client = made.enter()
    client.get("/students/S-4821?purpose=crisis")
    client.get("/students/S-1077?purpose=gossip")
    assert made.read() == [("wang", "S-4821", "crisis"), ("wang", "S-1077", "follow_up")]


def test_a_blind_audit_stays_blind_until_asked_for(sample: MakeSample) -> None:
    secret = entry("S-1", Tier.PRIORITY, slot="audit", reasons=(reason(text=words("秘密理由")),))
    made = sample(follow_up_list(week=(secret,)))
    client = made.enter()
    html = client.get("/students/S-1?purpose=quality_audit").text
    assert "例行访谈" in html
    for hidden in ("秘密理由", "重点", "PHQ-9", "priority"):
        assert hidden not in html, hidden
    assert "秘密理由" in client.get("/students/S-1?reveal=1&purpose=quality_audit").text
    assert [purpose for _, _, purpose in made.read()] == ["quality_audit", "follow_up"]


def test_safety_evidence_is_never_hidden_by_an_audit(sample: MakeSample) -> None:
    html = open_student(sample, entry("S-1", Tier.CRISIS, slot="audit", floors=(floor(),)), "?purpose=quality_audit")
    assert "PHQ-9 第9题 = 2" in html


def test_a_student_of_another_school_cannot_be_told_from_nobody(sample: MakeSample) -> None:
    made = sample(scenes.usual())
    made.lists["school-02"] = follow_up_list(school_id="school-02", week=(entry("S-2"),))
    client = made.enter()
    for student in ("S-2", "S-nobody"):
        refused = client.get(f"/students/{student}")
        assert refused.status_code == 403
        assert "没有权限" in refused.text
    assert made.read() == []


def test_an_id_with_a_slash_opens_its_own_page(sample: MakeSample) -> None:
    html = open_student(sample, entry("a/b c"), "")
    assert "<h1>a/b c</h1>" in html


def change(**fields: object) -> MarginChange:
    none = dict.fromkeys(GROUPS, 0.0)
    plain = {
        "since": date(2026, 3, 6),
        "margin": 0.62,
        "records": {**none, "questionnaire": 0.75, "leave": -0.05},
        "time": {**none, "leave": -0.08},
        "model": 0.0,
        "reasons": (reason("phq9_total", 0.7), reason("leave_days", -0.1, group="leave")),
    }
    return MarginChange(**(plain | fields))


def test_what_changed_since_the_screening_before_is_told_by_part(sample: MakeSample) -> None:
    text = open_student(sample, entry(change=change()))
    assert "与 2026-03-06 的筛查相比" in text
    assert "排序分变化 +0.62：新记录 +0.70，时间推移 −0.08" in re.sub(r"\s*\n\s*", "", text)
    assert "模型更新" not in text, "a part of nothing is not told"


def test_while_a_floor_is_open_no_change_gives_ease(sample: MakeSample) -> None:
    moved = draw_change(assessment(floors=(floor("R01"),), change=change()))
    assert moved is not None
    assert moved.parts == ()
    assert [one.feature for one in moved.reasons] == ["phq9_total"]
    text = open_student(sample, entry(floors=(floor("R01"),), change=change()))
    assert "排序分变化" not in text
    assert "与 2026-03-06 的筛查相比" in text


def test_near_a_line_a_person_decides_unless_evidence_has_decided(sample: MakeSample) -> None:
    near, far = Uncertainty(0.08, 0.12, True), Uncertainty(0.02, 0.03, False)
    sentence = "分值在两个等级的界线附近：模型不能确定属于哪一级，由人判断。"
    assert sentence in open_student(sample, entry(uncertainty=near, tier_source="model"))
    assert sentence not in open_student(sample, entry(uncertainty=far, tier_source="model"))
    assert sentence not in open_student(sample, entry(uncertainty=near, tier_source="floor", floors=(floor("R01"),)))
    assert sentence not in open_student(sample, entry(tier_source="model")), "an older model says nothing of it"


def test_what_the_family_cap_took_is_told(sample: MakeSample) -> None:
    text = open_student(sample, entry(reasons=(reason("family", 1.1, group="family"),), family_capped=0.4))
    assert "家庭情况的合计影响已封顶：0.4 未计入排序分" in text
    assert "已封顶" not in open_student(sample, entry(family_capped=0.0))
