"""Items that are headed by the words of the questions alone are known by these words, or asked about."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from runxin.errors import UserError
from tests.school_exports import KNOWN, PHQ, brought, csv, drafted

PERSON = ["学号", "年级", "性别", "测评日期"]
# One of the other Chinese versions of the PHQ-9 that schools use: some of its questions have other words.
OTHERWISE = {1: "做什么事情都感到没有兴趣或乐趣", 3: "入睡困难、很难熟睡或睡太多", 4: "感到疲劳或无精打采"}


def words(code: str) -> list[str]:
    texts = KNOWN[code].item_texts
    return [texts[item].zh.replace("？", "").replace(",", "，") for item in sorted(texts)]


def written(path: Path, headers: Sequence[str], highest: int = 3) -> tuple[Path, dict[str, list[int]]]:
    """A wave under these headers, and the answers of each student in their order."""
    rng = random.Random(len(headers))
    wave = {f"S{n}": [min(max(n % 4 + rng.choice((-1, 0, 0, 1)), 0), highest) for _ in headers] for n in range(24)}
    table = [[who, "七年级", "女", "2026-11-03", *answers] for who, answers in wave.items()]
    return csv(path, [[*PERSON, *headers], *table]), wave


@pytest.mark.parametrize(
    "code", [code for code, one in KNOWN.items() if one.form == "items" and len(one.item_texts) == one.items]
)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("order", ["in order", "shuffled"])
def test_questions_are_known_by_their_words(code: str, language: str, order: str, tmp_path: Path) -> None:
    texts = KNOWN[code].item_texts
    items = sorted(texts)
    if order == "shuffled":
        random.Random(1).shuffle(items)
    headers = [getattr(texts[item], language).replace(",", ";") for item in items]
    source, wave = written(tmp_path / "普查.csv", headers)
    assert not [one.text() for one in drafted(source).questions if one.open]
    frame = brought(source)[0].responses[code].set_index("student_id")
    for who, answers in wave.items():
        assert dict(zip(items, answers, strict=True)) == {item: frame.loc[who, f"item_{item}"] for item in items}


def test_two_questionnaires_side_by_side_are_told_apart(tmp_path: Path) -> None:
    source, wave = written(tmp_path / "普查.csv", [*words("gad7"), *words("phq9")])
    assert not [one.text() for one in drafted(source).questions if one.open]
    dataset, _ = brought(source)
    assert [*dataset.responses["gad7"].filter(like="item_").iloc[0]] == wave["S0"][:7]
    assert [*dataset.responses["phq9"].filter(like="item_").iloc[0]] == wave["S0"][7:]


def test_a_form_without_the_question_about_safety_says_so(tmp_path: Path) -> None:
    source, _ = written(tmp_path / "普查.csv", words("phq9")[:8])
    told = drafted(source)
    assert any("no item 9" in note and "about safety" in note for note in told.notes)


def test_other_words_of_some_questions_are_asked_about(tmp_path: Path) -> None:
    headers = [OTHERWISE.get(item, text) for item, text in enumerate(words("phq9"), start=1)]
    source, wave = written(tmp_path / "普查.csv", headers)
    asked = next(one for one in drafted(source).questions if one.open and one.id == "columns-1")
    assert asked.choices == ("phq9", "none")
    assert all(text in asked.ask for text in OTHERWISE.values())
    dataset, _ = brought(source, said=["columns-1=phq9"])
    assert [*dataset.responses["phq9"].filter(like="item_").iloc[3]] == wave["S3"]


def test_a_question_in_the_place_of_another_is_named_before_it_is_read(tmp_path: Path) -> None:
    source, _ = written(tmp_path / "普查.csv", [*words("phq9")[:8], "这些问题给您造成了多大困难"])
    asked = next(one for one in drafted(source).questions if one.open and one.id == "columns-1")
    assert "这些问题给您造成了多大困难 have other words" in asked.ask


def test_unknown_words_out_of_order_are_refused(tmp_path: Path) -> None:
    headers = [OTHERWISE.get(item, text) for item, text in enumerate(words("phq9"), start=1)]
    source, _ = written(tmp_path / "普查.csv", headers[::-1])
    with pytest.raises(UserError, match="nothing tells which of its items others are") as refused:
        drafted(source)
    assert "phq9_1" in str(refused.value)


def test_questions_that_nobody_ships_are_asked_about_by_their_number(tmp_path: Path) -> None:
    source, _ = written(tmp_path / "普查.csv", [f"{word}的时候" for word in "晨午晚春夏秋冬"], highest=4)
    asked = next(one for one in drafted(source).questions if one.open and one.id == "columns-1")
    assert asked.choices == ("gad7", "isi", "none")


def test_facts_of_a_student_are_no_questions(tmp_path: Path) -> None:
    facts = ["是否独生", "是否留守", "父母离异", "单亲", "低保", "残疾", "转学", "孤儿", "休学"]
    table = [
        [
            f"S{n}",
            "七年级",
            "女",
            "2026-11-03",
            *("是否"[(n + k) % 2] for k in range(9)),
            *((n + k) % 4 for k in range(9)),
        ]
        for n in range(8)
    ]
    told = drafted(csv(tmp_path / "普查.csv", [[*PERSON, *facts, *PHQ], *table]))
    assert told.instruments == ("phq9",)
    assert not [one.text() for one in told.questions if one.open]


def test_two_waves_of_questions_in_words_each_have_their_day(tmp_path: Path) -> None:
    texts = words("phq9")
    head = [*PERSON[:-1], "前测日期", "后测日期", *(f"{wave}-{text}" for wave in ("前测", "后测") for text in texts)]
    rows = [[f"S{n}", "七年级", "女", "2026-03-16", "2026-10-12", *[n % 4] * 9, *[(n + 1) % 4] * 9] for n in range(12)]
    source = csv(tmp_path / "普查.csv", [head, *rows])
    assert not [one.text() for one in drafted(source).questions if one.open]
    frame = brought(source)[0].responses["phq9"]
    mine = frame[frame["student_id"] == "S2"].set_index("administered_on")["item_9"]
    assert {f"{day:%m-%d}": int(answer) for day, answer in mine.items()} == {"03-16": 2, "10-12": 3}


def test_one_question_twice_is_refused(tmp_path: Path) -> None:
    source, _ = written(tmp_path / "普查.csv", [*words("phq9"), f"{words('phq9')[8]}吗"])
    with pytest.raises(UserError, match="are one question of PHQ-9"):
        drafted(source)


def test_figures_of_scales_are_no_items(tmp_path: Path) -> None:
    scales = [score.zh for score in KNOWN["scl90"].scores if score.code not in ("total", "gsi")][:9]
    table = [[*PERSON, *scales], *([f"S{n}", "高一", "女", "2026-11-03", *[1 + n % 3] * 9] for n in range(9))]
    told = drafted(csv(tmp_path / "普查.csv", table))
    assert not [one.id for one in told.questions if one.id.startswith("columns-")]
    assert told.instruments == ("scl90",)
