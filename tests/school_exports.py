"""One small wave as a school has it, and what an import makes of it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl

from data_schemas.dataset import Dataset, read_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import Drafted, Imported, answer_questions, draft_mapping, import_files

KNOWN = packaged_instruments()
DAY = date(2026, 11, 28)
WHO = ["学号", "性别", "年级", "班级", "测评日期"]
PHQ = [f"PHQ{n}" for n in range(1, 10)]
WORDS = ("完全不会", "好几天", "一半以上的天数", "几乎每天")
# Answers of six students; the fourth and the sixth answered item 9 above its lowest.
WAVE = ["110121110", "020101110", "000103310", "022012131", "010311000", "213133322"]
Row = list[object]


def person(number: int) -> Row:
    return [f"S{number}", "男女"[number % 2], "七年级", "1班", "2026-11-03"]


def answers(number: int) -> list[int]:
    return [int(answer) for answer in WAVE[number]]


def rows(written: Sequence[object] = range(4), *, check: object = None, at: int = 5) -> list[Row]:
    """A row for each student, with a question that looks whether somebody reads among the items where one is given."""
    made: list[Row] = []
    for number in range(len(WAVE)):
        mine = [written[answer] for answer in answers(number)]
        made.append([*person(number), *mine[:at], *([] if check is None else [check]), *mine[at:]])
    return made


def csv(path: Path, table: Sequence[Row], separator: str = ",") -> Path:
    path.write_text("\n".join(separator.join(map(str, row)) for row in table), "utf-8-sig")
    return path


def book(path: Path, **sheets: Sequence[Row]) -> Path:
    made = openpyxl.Workbook()
    for name, table in sheets.items():
        sheet = made.create_sheet(name)
        for row in table:
            sheet.append(row)
    del made["Sheet"]
    made.save(path)
    return path


def drafted(source: Path, *more: Path) -> Drafted:
    return draft_mapping([source, *more], source.parent / "m.toml", (), KNOWN, as_of=None, today=DAY)


def brought(source: Path, *more: Path, said: Sequence[str] = ()) -> tuple[Dataset, Imported]:
    if said:
        answer_questions(source.parent / "m.toml", said)
    done = import_files(source.parent / "m.toml", [source, *more], source.parent / "out", known=KNOWN)
    return read_dataset(source.parent / "out"), done


def sheets(dataset: Dataset, code: str = "phq9") -> list[str]:
    frame = dataset.responses[code]
    items = frame[[name for name in frame if str(name).startswith("item_")]]
    return ["".join("-" if str(value) == "<NA>" else str(value) for value in row) for row in items.to_numpy()]
