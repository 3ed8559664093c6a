"""One student's page, over what the store holds of the student."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from data_schemas.codes import Tier
from models.assessment import GROUPS, Assessment, DataQuality, MarginChange, ModelStatus, Retest, Uncertainty
from serving.store import Outcome
from serving.student.pages import draw_bars, draw_change, strength_of
from tests.factories import NOW, assessment, floor, lead, publish, reason, sheet, student, tell, word, words
from tests.sample_pages import MakeSample
from tests.sample_school import BLIND

Show = Callable[..., str]
EASED = reason("sleep", -0.4, group="context", value=9.0, text=words("每晚睡眠 9 小时"))


def high(student_id: str = "S-1", **fields: Any) -> Assessment:
    return assessment(student_id, Tier.PRIORITY, **fields)


def flagged(*floors: Any, **fields: Any) -> Assessment:
    tier = max((one.tier for one in floors), key=lambda one: one.ord)
    return assessment("S-1", tier, tier_source="floor", floors=floors, **fields)


@pytest.fixture
def show(sample: MakeSample) -> Show:
    """The page of somebody with this assessment, after these words."""

    def open_student(said: Assessment, *told: Outcome, query: str = "") -> str:
        made = sample()
        drawn = assessment(BLIND, Tier.ROUTINE)  # by lot before anybody else
        publish(made.store, [said, drawn], model=said.model)
        tell(made.store, *told)
        response = made.enter().get(f"/students/{quote(said.student_id, safe='')}{query}")
        assert response.status_code == 200
        return response.text

    return open_student


def test_bars_raise_to_the_right_and_ease_to_the_left_of_one_axis_on_one_scale() -> None:
    said = assessment(reasons=(reason("a", 0.6), reason("b", -0.2, group="context", value=3.0)))
    (up,), (down,) = (drawn for _, drawn in draw_bars(said, eases=True).groups)
    assert (up.x, up.width) == (80, 96)
    assert (down.x, down.width) == (48, 32)
    ((alone,),) = (drawn for _, drawn in draw_bars(assessment(reasons=(reason("a", 0.6),)), eases=False).groups)
    assert (alone.x, alone.width) == (up.x, up.width), "as long for everybody, whatever else there is"
    ((much,),) = (drawn for _, drawn in draw_bars(assessment(reasons=(reason("a", 9.0),)), eases=False).groups)
    assert (much.x, much.width) == (80, 240), "none leaves the drawing"


@pytest.mark.parametrize(
    ("size", "said"), [(0.01, "small"), (0.35, "small"), (0.36, "medium"), (0.9, "medium"), (0.91, "large")]
)
def test_an_influence_is_told_in_three_words(size: float, said: str) -> None:
    assert strength_of(size) == said


def test_the_page_tells_influence_in_words_and_the_number_on_demand(show: Show) -> None:
    html = show(high(reasons=(reason("phq9", 1.2),)))
    assert re.search(r'<details class="figure"><summary>影响 大</summary>排序分 \+1\.20</details>', html)
    assert "对数几率" not in html


def test_a_questionnaire_is_drawn_over_time_on_its_bands_with_a_table(show: Show) -> None:
    said = high(instruments=(sheet("phq9", 15, critical_status="positive", first_total=3, first_on=date(2025, 10, 1)),))
    html = show(said, word("S-1", level=1, on=date(2026, 11, 13)))
    drawn = re.search(r'<figure class="course">.*?</figure>', html, re.S)
    assert drawn
    assert re.findall(r'class="total"[^>]*>([0-9.]+)<', drawn[0]) == ["3", "8", "15"]
    assert drawn[0].count('class="sheet critical"') == 1
    assert "中重度" in drawn[0]
    assert 'class="talk"' in drawn[0]
    rows = re.findall(r'<td class="n">([0-9.]+)</td>.*?<td>([^<]*)</td></tr>', drawn[0])
    assert rows == [("3", "没有记录"), ("8", "没有记录"), ("15", "有提示")]
    assert "style=" not in drawn[0]


def test_what_takes_away_from_a_total_is_said_wherever_it_is_told(show: Show) -> None:
    said = sheet("phq9", 12, prorated=True, suspect=("long_string",), previous_prorated=True)
    html = show(high(instruments=(said,)))
    drawn = re.search(r'<figure class="course">.*?</figure>', html, re.S)
    assert drawn
    assert re.findall(r'<td class="n">(\d+)</td><td>([^<]*)</td>', drawn[0]) == [
        ("8", "无公认分段 · 按已答题折算"),
        ("12", "中度 · 按已答题折算 · 待重测"),
    ]
    assert "PHQ-9 12 分，中度，按已答题折算，待重测" in html
    once = replace(said, previous_total=None, previous_on=None, change=None)
    assert "PHQ-9 12 分，中度，按已答题折算，待重测" in show(high(instruments=(once,)))
    blank = replace(once, total=None, least=5, band=None, band_code=None, valid=False)
    assert "PHQ-9 5 分（" in show(high(instruments=(blank,)))


def test_a_blank_critical_item_is_told_as_blank(show: Show) -> None:
    assert "<td>未作答</td>" in show(high(instruments=(sheet("phq9", 12, critical_status="unknown"),)))


def test_what_is_no_sheet_in_time_is_not_drawn(show: Show) -> None:
    once = sheet("phq9", 12, previous_total=None, previous_on=None, change=None)
    assert 'class="course"' not in show(high(instruments=(once,)))


def test_bars_stand_in_groups_the_longest_first() -> None:
    reasons = (
        reason("mood", 0.1, group="concern"),
        reason("gad7", 0.2),
        reason("phq9", 0.9),
        reason("leave", 0.4, group="leave"),
        reason("tiny", 0.001),
    )
    bars = draw_bars(assessment(reasons=reasons), eases=True)
    assert [(group, [bar.reason.feature for bar in drawn]) for group, drawn in bars.groups] == [
        ("questionnaire", ["phq9", "gad7"]),
        ("leave", ["leave"]),
        ("concern", ["mood"]),
    ]
    assert bars.left_out == 1


def test_nothing_eases_where_nothing_may_or_from_missing_data() -> None:
    said = assessment(reasons=(reason("a", 0.6), reason("b", -0.2, value=3.0), reason("c", -0.3, value=None)))
    for eases, expected in ((True, {"a", "b"}), (False, {"a"})):
        drawn = draw_bars(said, eases)
        assert {bar.reason.feature for _, bars in drawn.groups for bar in bars} == expected


def test_evidence_stands_first_and_the_bars_are_called_the_models_order(show: Show) -> None:
    html = show(flagged(floor(), reasons=(reason(), EASED)))
    assert html.index("PHQ-9 第9题 = 2") < html.index("模型排序依据")
    assert EASED.text.zh not in html
    for said in ("安全规则", "危机", "待核查", "不让学生独处"):
        assert said in html, said


def test_what_eases_is_shown_again_once_the_evidence_is_assessed(show: Show) -> None:
    opened = floor("R01", Tier.PRIORITY, severity=2)
    html = show(flagged(opened, reasons=(reason(), EASED)), word(assessed=(opened.evidence,)))
    assert EASED.text.zh in html
    assert "排序理由" in html


def test_without_evidence_both_directions_are_shown_with_sentence_and_number(show: Show) -> None:
    html = show(high(reasons=(reason(), EASED)))
    assert "模型排序依据" not in html
    for said in ("排序理由", "每晚睡眠 9 小时", "−0.40", "+0.80", "相关不等于原因"):
        assert said in html, said


@pytest.mark.parametrize("said", [flagged(floor()), high()], ids=["crisis", "priority"])
def test_hotlines_stand_on_red_and_orange_pages(show: Show, said: Assessment) -> None:
    html = show(said)
    assert "96111" in html
    assert "12356" in html


def test_questionnaires_have_band_date_previous_and_change(show: Show) -> None:
    html = show(high(instruments=(sheet(total=17, previous_total=9),)))
    table = re.sub(r"<[^>]+>|\s+", " ", html[html.index("<table>") :])
    for part in ("17", "中度", "2026-11-12", "9", "2025-11-20", "+8", "第9题未提示"):
        assert part in table, part


def test_what_is_missing_stale_or_skipped_is_said(show: Show) -> None:
    ask = Retest("phq9", "critical_blank", words("当面询问 PHQ-9 第9题", "ask about PHQ-9 item 9 in person"))
    blank = sheet(total=None, least=5, band=None, band_code=None, valid=False, n_missing=4,
                  critical_status="unknown", previous_total=None, previous_on=None)  # fmt: skip
    html = show(
        high(
            reasons=(),
            instruments=(blank, sheet("gad7", 6, administered_on=date(2026, 4, 24), current=False)),
            data_quality=DataQuality("low", (ask,), ("gad7", "mht", "leave", "family", "concern")),
            model=ModelStatus(None, None, "2026-11+abcdef01", None, "none"),
            margin=None,
        )
    )
    for said in (
        "第9题未作答 → 需当面询问",
        "当面询问 PHQ-9 第9题",
        "未计分（空缺 4 题，已答部分至少 5 分）",
        "GAD-7 已 210 天未更新",
        "MHT 没有可用的结果",
        "没有收到不等于全勤",
        "不含自伤题：低分不说明安全",
        "证据有限",
        "这次没有模型排序",
    ):
        assert said in html, said


def test_a_protection_lock_is_shown_with_what_the_law_asks(show: Show) -> None:
    html = show(flagged(floor("R12", protection=True, severity=5)))
    for said in ("保护锁", "不得自动通知监护人", "未成年人保护法第十一条"):
        assert said in html, said


def test_model_and_date_are_footnotes(show: Show) -> None:
    html = show(high())
    assert "模型 lightgbm 7 · 策略 2026-11+abcdef01 · 截至 2026-11-20" in html
    assert "仅供演示" in html
    away = ModelStatus(None, None, "p", None, "unavailable")
    assert "模型暂不可用" in show(high(model=away))


def test_a_tier_waits_for_a_person_until_one_has_said_so(show: Show) -> None:
    assert "待人工确认" in show(high())
    confirmed = show(high(), word(level=3))
    assert "已由人工确认" in confirmed
    assert "待人工确认" not in confirmed
    assert "每日复查" in confirmed


def test_each_report_and_all_evidence_say_since_when_they_wait(show: Show) -> None:
    at = NOW - timedelta(hours=3)
    html = show(flagged(floor(received_at=at), leads=(lead(received_at=NOW - timedelta(hours=1)),)))
    report = html[html.index("线索（尚无人了解）") :]
    assert "11月20日 07:00 起等待" in html
    assert "厌学" in report
    assert "11月20日 09:00 起等待" in report


def test_a_reading_is_recorded_with_its_purpose(sample: MakeSample) -> None:
    made = sample()
    publish(made.store, [flagged(floor()), high("S-1077")])
    client = made.enter()
    client.get("/students/S-1?purpose=crisis")
    client.get("/students/S-1077?purpose=gossip")
    assert made.read() == [("wang", "S-1", "crisis"), ("wang", "S-1077", "follow_up")]


def test_a_student_of_another_school_cannot_be_told_from_nobody(sample: MakeSample) -> None:
    made = sample()
    publish(made.store, [high(), high("S-2")], students=[student("S-1"), student("S-2", "school-02")])
    client = made.enter()
    for other in ("S-2", "S-nobody"):
        refused = client.get(f"/students/{other}")
        assert refused.status_code == 403
        assert "没有权限" in refused.text
    assert made.read() == []


def test_an_id_with_a_slash_opens_its_own_page(show: Show) -> None:
    assert "<h1>a/b c</h1>" in show(high("a/b c"))


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


def test_what_changed_since_the_screening_before_is_told_by_part(show: Show) -> None:
    text = show(high(change=change()))
    assert "与 2026-03-06 的筛查相比" in text
    assert "排得更前，因为：新记录</p>" in re.sub(r"\s*\n\s*", "", text)
    assert "模型更新" not in text, "a part of nothing is not told"


def test_while_evidence_is_open_no_change_gives_ease(show: Show) -> None:
    moved = draw_change(assessment(change=change()), eases=False)
    assert moved is not None
    assert moved.parts == ()
    assert [one.feature for one in moved.reasons] == ["phq9_total"]
    text = show(flagged(floor("R01", Tier.PRIORITY, severity=2), change=change()))
    assert "因为：" not in text
    assert "与 2026-03-06 的筛查相比" in text


def test_near_a_line_a_person_decides_unless_evidence_or_a_person_has(show: Show) -> None:
    near, far = Uncertainty(0.08, 0.12, True), Uncertainty(0.02, 0.03, False)
    sentence = "等级临界，请您判断：分值在两个等级的界线附近，模型不能确定属于哪一级。"
    assert sentence in show(high(uncertainty=near))
    assert sentence not in show(high(uncertainty=near), word(level=2))
    assert sentence not in show(high(uncertainty=far))
    assert sentence not in show(flagged(floor("R01", Tier.PRIORITY, severity=2), uncertainty=near))
    assert sentence not in show(high()), "an older model says nothing of it"


def test_what_the_family_cap_took_is_told(show: Show) -> None:
    text = show(high(reasons=(reason("family", 1.1, group="family"),), family_capped=0.4))
    assert "家庭情况的合计影响已封顶：0.4 未计入排序分" in text
    assert "已封顶" not in show(high(family_capped=0.0))
