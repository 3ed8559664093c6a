"""The sentences of figure floors: which figures are named, with a band or without, whole or as far as proven."""

import pytest

from tests.students import AS_OF, Request, Row, by_rules, phq9, sheet, student

DAY = "2026-04-03"


def given(code: str, **values: float) -> Request:
    """Scores without their items, as platforms export them."""
    columns = {"instrument": code, "administered_on": AS_OF}
    return student(scores=[{**columns, "scale": name, "value": value} for name, value in values.items()])


def answered(row: Row) -> Request:
    return student(responses=[row])


MHT_BLANKS: list[int | None] = [*[1] * 25, *[0] * 55, *[None] * 20]
SENTENCES: list[tuple[str, Request, str, str, str]] = [
    (
        "a total at its edge",
        given("mht", total=65),
        "mht-total-65",
        "MHT 65 分（明显偏高）",
        "MHT: 65 (markedly raised)",
    ),
    ("a mean", given("mssmhs", total=2.0), "mssmhs-mean-2", "MSSMHS 2 分（轻度）", "MSSMHS: 2 (mild)"),
    (
        "two subscales, one at its edge",
        given("mht", total=40, learning_anxiety=8, phobia=9, somatic=7),
        "mht-subscales-8",
        "MHT 学习焦虑 8 分（高）、恐怖倾向 9 分（高）",
        "MHT: learning anxiety 8 (high), fears 9 (high)",
    ),
    (
        "as many as are named",
        given("mht", total=40, learning_anxiety=8, phobia=9, somatic=10),
        "mht-subscales-8",
        "MHT 学习焦虑 8 分（高）、身体症状 10 分（高）、恐怖倾向 9 分（高）",
        "MHT: learning anxiety 8 (high), bodily complaints 10 (high), fears 9 (high)",
    ),
    (
        "more than are named",
        given("mht", total=40, learning_anxiety=8, phobia=9, somatic=10, loneliness=8, impulsivity=9),
        "mht-subscales-8",
        "MHT 学习焦虑 8 分（高）、孤独倾向 8 分（高）、身体症状 10 分（高） 等 5 项",
        "MHT: learning anxiety 8 (high), loneliness 8 (high), bodily complaints 10 (high) and 2 more",
    ),
    (
        "a subscale alone, the total below",
        given("scl90", total=120, depression=2.0),
        "scl90-positive-screen",
        "SCL-90 抑郁 2 分（达到界值）",
        "SCL-90: low mood 2 (at or above the cut)",
    ),
    (
        "a total and subscales",
        given("scl90", total=170, depression=2.0, anxiety=3.0),
        "scl90-positive-screen",
        "SCL-90 170 分（达到界值）、抑郁 2 分（达到界值）、焦虑 3 分（达到界值）",
        "SCL-90: 170 (at or above the cut), low mood 2 (at or above the cut), anxiety 3 (at or above the cut)",
    ),
    (
        "a total that was prorated: 11 on seven of nine items",
        answered(phq9(0, [None, None, 2, 2, 2, 2, 2, 1])),
        "phq9-total-10",
        "PHQ-9 14 分（中度）",
        "PHQ-9: 14 (moderate)",
    ),
    (
        "too many blanks for a total",
        answered(phq9(0, [None, None, None, 2, 2, 2, 2, 2])),
        "phq9-total-10",
        "PHQ-9 至少 10 分，有漏答",
        "PHQ-9: at least 10, blanks left",
    ),
    (
        "subscales that were answered, and no total",
        answered(sheet("mht", MHT_BLANKS)),
        "mht-subscales-8",
        "MHT 学习焦虑 至少 15 分、对人焦虑 至少 10 分，有漏答",
        "MHT: learning anxiety at least 15, social anxiety at least 10, blanks left",
    ),
]


@pytest.mark.parametrize(("records", "rule", "zh", "en"), [row[1:] for row in SENTENCES], ids=[r[0] for r in SENTENCES])
def test_a_floor_of_figures_names_those_that_reach_it(records: Request, rule: str, zh: str, en: str) -> None:
    (text,) = [floor.text for floor in by_rules(records).floors if floor.id == rule]
    assert (text.zh, text.en) == (f"{zh}（{DAY}）", f"{en} ({DAY})")
