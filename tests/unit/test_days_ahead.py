"""Files of days that have not come: named when drafted, refused when imported, and never the day of the data."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from data_schemas.mapping import answer_questions, import_files, preview_files
from runxin.errors import UserError
from tests.school_exports import DAY, KNOWN, PHQ, WAVE, WHO, csv, drafted, person

NEXT = "2027-11-03"
Table = list[list[object]]


def sheets(day: str) -> Table:
    return [[*WHO, *PHQ], *([*person(n)[:-1], day, *WAVE[n]] for n in range(6))]


def totals(day: str) -> Table:
    return [[*WHO, "PHQ-9总分"], *([*person(n)[:-1], day, 3 + n] for n in range(6))]


def leave(day: str) -> Table:
    head: list[object] = [*WHO[:-1], "请假类型", "开始日期", "结束日期", "申请时间"]
    return [head, *([*person(n)[:-1], "病假", day, day, day] for n in range(6))]


def lessons(day: str) -> Table:
    head: list[object] = [*WHO[:-1], "日期", "节次", "考勤状态"]
    return [head, *([*person(n)[:-1], day, 1 + n % 4, "旷课"] for n in range(6))]


@pytest.mark.parametrize("table", [sheets, totals, leave, lessons])
@pytest.mark.parametrize("day", [NEXT, "2026-12-03"])
def test_days_that_have_not_come_are_named_and_their_rows_refused(
    table: Callable[[str], Table], day: str, tmp_path: Path
) -> None:
    source, mapping = csv(tmp_path / "普查.csv", table(day)), tmp_path / "m.toml"
    told = drafted(source)
    assert any(f"days after {DAY} ({day}), of which an import refuses the rows" in note for note in told.notes)
    with pytest.raises(UserError) as refused:
        import_files(mapping, [source], tmp_path / "out", known=KNOWN, today=DAY)
    assert {one.what for one in refused.value.problems} == {f"it has not happened yet on the as-of date {DAY}"}


@pytest.mark.parametrize("table", [sheets, totals, leave, lessons])
def test_days_that_have_come_are_not_asked_about(table: Callable[[str], Table], tmp_path: Path) -> None:
    source = csv(tmp_path / "普查.csv", table("2026-11-03"))
    assert not any("days after" in note for note in drafted(source).notes)
    import_files(tmp_path / "m.toml", [source], tmp_path / "out", known=KNOWN, today=DAY)


def test_leave_may_begin_tomorrow(tmp_path: Path) -> None:
    head, *rows = leave("2026-11-27")
    table: Sequence[list[object]] = [head, *([*row[:5], "2026-12-03", "2026-12-04", row[7]] for row in rows)]
    assert not any("days after" in note for note in drafted(csv(tmp_path / "请假.csv", table)).notes)


def test_a_day_that_somebody_answers_and_that_has_not_come_is_refused(tmp_path: Path) -> None:
    table = [[*row[:4], *row[5:]] for row in sheets("")]
    source, mapping = csv(tmp_path / "普查.csv", table), tmp_path / "m.toml"
    drafted(source)
    answer_questions(mapping, [f"phq9-day={NEXT}"])
    with pytest.raises(UserError, match="nothing was written") as refused:
        import_files(mapping, [source], tmp_path / "out", known=KNOWN, today=DAY)
    assert refused.value.problems[0].what == f"it has not happened yet on the as-of date {DAY}"


def test_data_are_of_no_day_to_come(tmp_path: Path) -> None:
    """Of a mapping by hand, whose day may be the latest of a column: one slip there would make everything look old."""
    source, mapping = csv(tmp_path / "普查.csv", sheets("2026-11-03")), tmp_path / "m.toml"
    drafted(source)
    text = mapping.read_text("utf-8").replace("as_of = 2026-11-03", f"as_of = {NEXT}")
    mapping.write_text(text, "utf-8")
    said = f"the data would be as of {NEXT}, and today is {DAY}"
    with pytest.raises(UserError, match="the day of the data has not come, nothing was written") as refused:
        import_files(mapping, [source], tmp_path / "out", known=KNOWN, today=DAY)
    assert refused.value.problems[0].what == said
    _, problems = preview_files(mapping, [source], as_of=None, today=DAY, known=KNOWN)
    assert problems[0].what == said
    assert not preview_files(mapping, [source], as_of=date(2026, 11, 27), today=DAY, known=KNOWN)[1]
