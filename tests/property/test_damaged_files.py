"""A damaged file is read or refused in a sentence, by every door that opens one, and never ends in a traceback."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data_schemas.calendar_tables import read_calendars
from data_schemas.dataset import read_dataset
from data_schemas.far_cells import corners_of
from data_schemas.instruments import packaged_instruments
from data_schemas.instruments.workbook import read_workbook
from data_schemas.instruments.workbook_template import write_template
from data_schemas.mapping import draft_mapping, import_files
from data_schemas.synthetic import make_city, write_city
from runxin.errors import UserError
from tests.damaged_files import DAMAGES, whole_files

KNOWN = packaged_instruments()
APART = ("old.xls", "open.ods")  # each is read by a process of its own, which takes a while
Door = Callable[[Path], object]


def imported(file: Path) -> None:
    mapping = file.with_suffix(".toml")
    mapping.unlink(missing_ok=True)
    draft_mapping([file], mapping, (), KNOWN, as_of=None, today=date(2026, 4, 3))
    import_files(mapping, [file], file.with_suffix(".out"), known=KNOWN)


def said(door: Door, file: Path) -> str | None:
    """The refusal, None where the file is read."""
    try:
        door(file)
    except UserError as error:
        return str(error)
    return None


@pytest.mark.whole
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", whole_files())
def test_an_import_refuses_in_a_sentence(tmp_path: Path, name: str, damage: str) -> None:
    content = whole_files()[name]
    for seed in range(2 if name in APART else 12):
        file = tmp_path / f"{seed}-{name}"
        file.write_bytes(DAMAGES[damage](random.Random(seed), content))
        said(imported, file)


@pytest.mark.parametrize("name", whole_files())
def test_the_whole_file_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(whole_files()[name])
    assert said(imported, tmp_path / name) is None


def test_a_table_whose_columns_end_at_different_rows_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged page may be short, and the reader says nothing of it."""
    (tmp_path / "table.parquet").write_bytes(whole_files()["table.parquet"])
    whole = pq.ParquetFile.read
    monkeypatch.setattr(pq.ParquetFile, "read", lambda self, columns: whole(self, columns=columns)[: len(columns[0])])
    assert said(imported, tmp_path / "table.parquet") == "table.parquet cannot be read"


def test_one_cell_in_the_last_corner_is_refused_before_room_is_made_for_all(tmp_path: Path) -> None:
    """A reader makes room for every cell up to the last: 512 GB, and the process ends there."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "学号"
    book.worksheets[0].cell(1_048_576, 16_384).value = " "
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(UserError) as refused:
        imported(tmp_path / "far.xlsx")
    (problem,) = refused.value.problems
    assert problem.what == "a sheet reaches to row 1048576 and column 16384"


@pytest.mark.parametrize("stated", [True, False])
def test_how_far_a_sheet_reaches_is_read_of_its_cells_where_it_says_something_else(stated: bool) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["C4"] = 1
    book.worksheets[0]["AB2"] = 2
    content = io.BytesIO()
    book.save(content)
    assert corners_of(content.getvalue()) == ((4, 28),)
    packed = io.BytesIO()
    with zipfile.ZipFile(content) as archive, zipfile.ZipFile(packed, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name)
            said = text.replace(b'ref="C2:AB4"', b'ref="C2:C4"') if stated else text.replace(b"dimension ref", b"d ref")
            assert said != text or "sheet1" not in name
            changed.writestr(name, said)
    assert corners_of(packed.getvalue()) == ((4, 28),)


def test_a_questionnaire_from_a_damaged_workbook(tmp_path: Path) -> None:
    write_template(tmp_path / "whole.xlsx")
    content = (tmp_path / "whole.xlsx").read_bytes()
    for number, damage in enumerate(list(DAMAGES) * 8):
        file = tmp_path / f"{number}.xlsx"
        file.write_bytes(DAMAGES[damage](random.Random(number), content))
        said(read_workbook, file)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_dataset_with_a_damaged_table(tmp_path: Path, kind: str) -> None:
    city = make_city(60, seed=3)
    write_city(city, tmp_path / "city")
    folder = tmp_path / "city"
    if kind == "csv":
        frame = pd.read_parquet(folder / "students.parquet")
        (folder / "students.parquet").unlink()
        frame.to_csv(folder / "students.csv", index=False)
    table = folder / f"students.{kind}"
    content = table.read_bytes()
    for number, damage in enumerate(list(DAMAGES) * 6):
        table.write_bytes(DAMAGES[damage](random.Random(number), content))
        said(read_dataset, folder)


def test_a_calendar_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_bytes(b"\xff\xfe\x00terms")
    with pytest.raises(UserError, match="the calendar cannot be read") as refused:
        read_calendars(tmp_path)
    assert refused.value.problems[0].fix == "save it as CSV UTF-8"


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    whole = io.BytesIO()
    openpyxl.Workbook().save(whole)
    bomb = io.BytesIO()
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
        with packed.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as member:
            for _ in range(1100):
                member.write(b" " * 2**20)
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(bomb.getvalue())
    assert len(bomb.getvalue()) < 2**21
    refusal = said(imported, file)
    assert refusal is not None
    assert "cannot be read" in refusal


def test_a_file_that_was_cut_at_the_end_of_a_row_is_noticed_by_its_count(tmp_path: Path) -> None:
    content = whole_files()["utf-8.csv"]
    file, mapping = tmp_path / "a.csv", tmp_path / "m.toml"
    file.write_bytes(b"".join(content.splitlines(keepends=True)[:-5]))
    draft_mapping([file], mapping, (), KNOWN, as_of=None, today=date(2026, 4, 3))
    with pytest.raises(UserError, match="expected 30 rows, and the files have 25: nothing was written") as refused:
        import_files(mapping, [file], tmp_path / "out", known=KNOWN, expect=30)
    assert "was a file cut off?" in (refused.value.fix or "")
    assert not (tmp_path / "out").exists()
    import_files(mapping, [file], tmp_path / "out", known=KNOWN, expect=25)
