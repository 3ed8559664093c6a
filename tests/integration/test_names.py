"""Names as schools export them: any encoding and any kind of file, with characters that no font shows."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from runxin.cli.main import run
from runxin.errors import UserError
from serving.store import names as names_of
from tests.command_line import told

PRIVATE = "\ue000"
ROWS = "student_id,name\nN1,阿卜杜拉·买买提\nN2,𠮷田\nN3,某{private}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_names_are_read_in_the_encodings_of_schools(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes(ROWS.format(private=PRIVATE).encode(encoding))
    read = names_of.read_names(file)
    assert read.names == {"N1": "阿卜杜拉·买买提", "N2": "𠮷田", "N3": f"某{PRIVATE}"}
    assert read.unshown == (4,), "named by row, and kept"


def test_names_come_in_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    for row in (("student_id", "name"), (1001, "甲")):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "names.xlsx")
    assert names_of.read_names(tmp_path / "names.xlsx").names == {"1001": "甲"}


def test_an_id_that_nobody_can_see_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("student_id,name\nN\u200b1,甲\n", "utf-8")
    with pytest.raises(UserError) as refused:
        names_of.read_names(file)
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.what) == (2, "student_id", "an id holds no U+200B ZERO WIDTH SPACE")


def test_what_no_font_shows_is_named_by_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    file = tmp_path / "names.csv"
    file.write_text(ROWS.format(private=PRIVATE), "utf-8")
    assert told(capsys, "names", str(file)) == {"names": 3, "unshown": [4]}
    assert run(["names", str(file)]) == 0
    said = capsys.readouterr().out
    assert "1 of them hold a character that no font shows" in said
    assert "rows 4" in said
    assert PRIVATE not in said
