"""Headers and answers as schools' exports have them: each is read for what it says, asked about, or refused."""

from pathlib import Path

import pytest

from runxin.errors import UserError
from tests.school_exports import PHQ, WAVE, WHO, WORDS, brought, csv, drafted, person, rows, sheets

HEADS = {
    "PHQ-9 a": [f"第{n}题" for n in "一二三四五六七八九"],
    "a": [f"PHQ-9 第{n}题" for n in "一二三四五六七八九"],
    "PHQ-9 b": [f"{n}、题面" for n in "一二三四五六七八九"],
    "PHQ-9 c": [f"6、过去的两周里—{topic}" for topic in "兴心睡疲食评专动念"],
    "PHQ-9 d": [f"6(第{n}行)" for n in range(1, 10)],
    "b": [f"PHQ{n}" for n in range(9)],
    "c": ["PHQ1", "phq2", "PHQ_3", "PHQ-4", *(f"PHQ {n}" for n in range(5, 10))],
}


@pytest.mark.parametrize("name", HEADS)
def test_items_are_told_by_their_numbers_however_these_are_written(tmp_path: Path, name: str) -> None:
    source = csv(tmp_path / f"{name}.csv", [[*WHO, *HEADS[name]], *rows()])
    assert drafted(source).instruments == ("phq9",)
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE


@pytest.mark.parametrize(
    "written",
    [
        [f"{n}分" for n in range(4)],
        [f"{word}({n}分)" for n, word in enumerate(WORDS)],
        [f"{word}〖{n}〗" for n, word in enumerate(WORDS)],
        [f"{'ABCD'[n]} {word}" for n, word in enumerate(WORDS)],
        [f"{'①②③④'[n]}{word}" for n, word in enumerate(WORDS)],
        [f"{n}-{word}" for n, word in enumerate(WORDS)],
        [f"（{n}）{word}" for n, word in enumerate(WORDS)],
    ],
)
def test_an_answer_is_its_words_whatever_mark_or_points_stand_beside_them(tmp_path: Path, written: list[str]) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *rows(written)])
    drafted(source)
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE


def test_points_that_are_one_higher_are_asked_about_like_numbers(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *rows([f"{n + 1}分" for n in range(4)])])
    (asked,) = (one for one in drafted(source).questions if one.open)
    assert asked.choices == ("0-3, written one higher",)
    dataset, _ = brought(source, said=[f"{asked.id}={asked.choices[0]}"])
    assert sheets(dataset) == WAVE


def test_a_question_that_looks_whether_somebody_reads_moves_no_item(tmp_path: Path) -> None:
    heads = [f"{n}、题面" for n in range(1, 11)]
    heads[5] = "6、此题请选“好几天”"
    source = csv(tmp_path / "PHQ-9.csv", [[*WHO, *heads], *rows(check=1)])
    made = drafted(source)
    assert "PHQ-9.csv: questions that look whether somebody reads, no items: 6、此题请选“好几天”" in made.to_do
    dataset, _ = brought(source)
    assert sheets(dataset) == WAVE


def test_a_column_with_one_answer_for_all_among_more_columns_than_items_is_asked_about(tmp_path: Path) -> None:
    """Taken by their numbers, the items behind it would be one too early, and item 9 unread."""
    source = csv(tmp_path / "a.csv", [[*WHO, *(f"PHQ-9第{n}题" for n in range(1, 11))], *rows(check=3)])
    (asked,) = (one for one in drafted(source).questions if one.open)
    assert asked.choices == ("PHQ-9第6题", "PHQ-9第10题")
    assert "几乎人人答案相同" in asked.ask
    dataset, _ = brought(source, said=[f"{asked.id}=PHQ-9第6题"])
    assert sheets(dataset) == WAVE


def test_an_impairment_question_behind_the_items_is_named_and_not_asked_about(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ, "PHQ10"], *([*row, n % 3] for n, row in enumerate(rows()))])
    made = drafted(source)
    assert "phq9 has 9 items: not read behind them: PHQ10" in made.to_do
    assert not [one for one in made.questions if one.open]


@pytest.mark.parametrize("header", ["PHQ-9第一题", "PHQ-9等级", "PHQ-9预警"])
def test_a_header_that_says_more_than_a_name_is_no_total(tmp_path: Path, header: str) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, header], *([*person(n), n] for n in range(6))])
    with pytest.raises(UserError, match="neither numbered columns of items, nor totals"):
        drafted(source)


@pytest.mark.parametrize("header", ["PHQ-9", "PHQ-9总分", "PHQ-9得分", "T1_PHQ-9", "PHQ-9合计"])
def test_a_total_may_be_written_with_points(tmp_path: Path, header: str) -> None:
    source = csv(tmp_path / "a.csv", [[*WHO, header], *([*person(n), f"{n}分"] for n in range(6))])
    drafted(source)
    assert brought(source)[0].tables["scores"]["value"].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("more", "of_total", "answer"),
    [(1, 0, "0-3, written one higher"), (0, 0, "0-3"), (1, 5, None), (0, 9, None)],
    ids=["reckoned from 0", "as it is written", "neither", "disagrees"],
)
def test_the_platforms_own_total_settles_the_coding(
    tmp_path: Path, more: int, of_total: int, answer: str | None
) -> None:
    """It is said and can be changed. A total that fits no reading, or both, settles nothing."""
    low = ["111111111", "110000000"][more]
    table = [[*person(n), *(int(low[item]) + more for item in range(9))] for n in range(6)]
    total = sum(map(int, low)) + of_total
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ, "PHQ总分"], *([*row, total] for row in table)])
    (asked,) = (one for one in drafted(source).questions if one.id == "phq9-coding")
    assert asked.answer == (answer or "")


def test_a_total_that_is_a_plain_sum_settles_nothing_where_most_would_reach_a_floor(tmp_path: Path) -> None:
    """Somebody may have added up answers that were written from 1."""
    table = [[*person(n), *(answer or 1 for answer in (2, 2, 1, 1, 2, 2, 1, 1, 1))] for n in range(6)]
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ, "总分"], *([*row, 13] for row in table)])
    (asked,) = (one for one in drafted(source).questions if one.id == "phq9-coding")
    assert asked.open


@pytest.mark.parametrize("word", ["缺考", "拒答", "未参加", "请假", "/", "—", "(跳过)"])
def test_a_word_for_no_answer_is_blank_and_never_the_lowest(tmp_path: Path, word: str) -> None:
    table = rows()
    table[1][-1], table[2][5:] = word, [word] * 9
    source = csv(tmp_path / "a.csv", [[*WHO, *PHQ], *table])
    drafted(source)
    dataset, done = brought(source)
    assert sheets(dataset) == [WAVE[0], f"{WAVE[1][:8]}-", *WAVE[3:]]
    assert done.applied.counts[1].unopened == 1
