"""Problems with one cause are told once, causes before their echoes."""

from data_schemas.problem_groups import grouped, listed, payload_of
from data_schemas.rules import STRANGER
from runxin.errors import Problem

CODE = [Problem("an unknown code 3", "phq.csv", row, "性别", "mend it") for row in range(2, 20_002)]
LATER = Problem("not a number", "phq.csv", 7, "PHQ1", "mend it")


def test_one_cause_is_one_line_with_its_count_and_first_rows() -> None:
    first, second = listed([*CODE, LATER], 10)
    rows = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"
    assert first == f"phq.csv, column 性别: an unknown code 3, in 20000 rows: {rows} (mend it)"
    assert second == str(LATER)


def test_what_differs_in_more_than_its_row_is_told_apart() -> None:
    others = [
        Problem("an unknown code 4", "phq.csv", 2, "性别", "mend it"),
        Problem("an unknown code 3", "phq.csv", 2, "年级", "mend it"),
        Problem("an unknown code 3", "other.csv", 2, "性别", "mend it"),
        Problem("an unknown code 3", "phq.csv", 2, "性别", "mend the other"),
    ]
    assert [group.count for group in grouped([*CODE[:2], *others])] == [2, 1, 1, 1, 1]


def test_the_same_in_many_columns_is_one_cause_in_the_order_of_their_numbers() -> None:
    words = [Problem("an unknown code", "a.csv", row, f"Q{n}", "mend it") for row in (3, 2) for n in (10, 9, 1)]
    (group,) = grouped(words)
    assert (group.count, group.rows, group.columns, group.first.column) == (6, (2, 3), ("Q1", "Q9", "Q10"), "Q1")
    assert str(group) == "a.csv, 3 columns (Q1, Q9, Q10): an unknown code, in 6 cells of 2 rows: 2, 3 (mend it)"
    absent = [Problem("this column is absent", "a.csv", 1, f"Q{n}") for n in range(4)]
    assert len(grouped(absent)) == 4, "each is to be found"


def test_what_a_roster_at_fault_makes_of_other_files_comes_last() -> None:
    echo = Problem(STRANGER, "a.csv", 2, "学号")
    assert [group.first for group in grouped([echo, LATER])] == [LATER, echo]


def test_a_row_counts_once() -> None:
    assert grouped([LATER, LATER])[0].count == 1


def test_json_has_the_first_rows_or_all() -> None:
    (told,) = payload_of(CODE)
    assert (told["row"], told["count"], told["rows"]) == (2, 20_000, list(range(2, 12)))
    assert payload_of(CODE, None)[0]["rows"] == list(range(2, 20_002))


def test_what_is_left_out_is_counted() -> None:
    assert listed([CODE[0], LATER], 1)[1:] == ["… and 1 more"]
