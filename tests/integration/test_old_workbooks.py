"""Times and days in .xls and .ods, whose number formats nobody reads: a midnight is told by the times beside it, or it
is asked about."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from data_schemas.dataset import read_dataset
from data_schemas.mapping.old_workbook_reader import _limit_oneself
from tests import every_export, old_workbook
from tests.command_line import told

PERSON = ["学号", "年级", "性别", "请假类型"]
Capsys = pytest.CaptureFixture[str]
Ends = tuple[datetime | date, datetime | date]
TUESDAY, WEDNESDAY = datetime(2026, 3, 24), datetime(2026, 3, 25)


def leave(path: Path, heads: tuple[str, str], *ends: Ends) -> str:
    rows: list[list[Any]] = [[*PERSON, *heads]]
    rows += [[f"L{n}", "八年级", "女", "病假", *each] for n, each in enumerate(ends)]
    if path.suffix == ".xls":
        return str(old_workbook.save(path, rows))
    return str(every_export.save(path, rows, path.suffix[1:]))


def days(folder: Path, capsys: Capsys, source: str, code: int = 0, end_is: str | None = None) -> Any:
    """The last day and the half days of each leave, or the problems where the import refuses it."""
    mapping, out = folder / "m.toml", folder / "out"
    told(capsys, "import", "--draft", str(mapping), source)
    if end_is is not None:
        plain = 'end_on = "结束时间"'
        text = mapping.read_text("utf-8")
        assert plain in text
        mapping.write_text(text.replace(plain, f'end_on = {{ column = "结束时间", end_is = "{end_is}" }}'), "utf-8")
    done = told(capsys, "import", "--mapping", str(mapping), source, "--out", str(out), code=code)
    if code:
        return [problem["what"] for problem in done["problems"]]
    frame = read_dataset(out).tables["leaves"]
    halves = frame["half_days"].astype(object).where(frame["half_days"].notna(), None)
    return list(zip(frame["end_on"].dt.date.astype(str), halves, strict=True))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))


@pytest.fixture(params=["xls", "ods"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"请假.{request.param}"


def test_a_midnight_beside_times_ends_the_day_before(path: Path, capsys: Capsys) -> None:
    half = (datetime(2026, 3, 24, 8), datetime(2026, 3, 24, 12))
    source = leave(path, ("开始时间", "结束时间"), (TUESDAY, WEDNESDAY), half)
    assert days(path.parent, capsys, source) == [("2026-03-24", None), ("2026-03-24", 1)]


@pytest.mark.parametrize(("end_is", "last"), [("midnight", "2026-03-24"), ("day", "2026-03-25")])
def test_where_all_are_midnights_it_is_asked(path: Path, capsys: Capsys, end_is: str, last: str) -> None:
    source = leave(path, ("开始时间", "结束时间"), (TUESDAY, WEDNESDAY))
    asked = days(path.parent, capsys, source, code=3)
    assert asked == ["all leave ends at 00:00 of a later day: is that day part of the leave?"]
    (path.parent / "m.toml").unlink()
    assert days(path.parent, capsys, source, end_is=end_is) == [(last, None)]


def test_days_are_whole(path: Path, capsys: Capsys) -> None:
    source = leave(path, ("开始日期", "结束日期"), (TUESDAY, WEDNESDAY), (TUESDAY.date(), TUESDAY.date()))
    assert [day for day, _ in days(path.parent, capsys, source)] == ["2026-03-25", "2026-03-24"]


def test_a_workbook_of_1904_has_the_same_days(tmp_path: Path, capsys: Capsys) -> None:
    rows = [[*PERSON, "开始日期", "结束日期"], ["L0", "八年级", "女", "病假", TUESDAY.date(), WEDNESDAY.date()]]
    source = old_workbook.save(tmp_path / "请假.xls", rows, since_1904=True)
    assert days(tmp_path, capsys, str(source)) == [("2026-03-25", None)]


def test_where_a_process_cannot_limit_itself_the_clock_ends_it(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has no module `resource`, and everything else is read there alike."""
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        windows.setitem(sys.modules, "resource", None)
        _limit_oneself()
    source = leave(tmp_path / "a.xls", ("开始时间", "结束时间"), (TUESDAY, WEDNESDAY))
    monkeypatch.setattr("data_schemas.mapping.old_workbooks.LONGEST", 0)
    refused = told(capsys, "import", "--draft", str(tmp_path / "m.toml"), source, code=3)
    assert [problem["file"] for problem in refused["problems"]] == ["a.xls"]
