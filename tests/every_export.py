"""One true screening wave, written the way schools' tools would write it."""

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
import pyreadstat
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests import old_workbook

ITEMS = 9
DAYS = (date(2026, 3, 30), date(2026, 3, 31))
WORDS = ("完全不会", "好几天", "一半以上的天数", "几乎每天")
TOPICS = ("兴趣", "心情", "睡眠", "疲倦", "食欲", "评价", "专注", "动作", "念头")
Row = list[Any]


@dataclass(frozen=True)
class Child:
    """A student of the wave. `answers` are PHQ-9's own codes, None where blank; of a form never opened all are."""

    student_id: str
    sex: str
    grade: str
    day: date
    answers: tuple[int | None, ...]

    @property
    def answered(self) -> bool:
        return any(answer is not None for answer in self.answers)


@dataclass(frozen=True)
class Shape:
    """How a wave is written: each field names one entry of the tables below."""

    head: str
    answers: str
    tool: str
    day: str
    file: str
    behind: str
    shuffled: bool


HEADS: dict[str, Callable[[int], str]] = {
    "PHQ1": lambda n: f"PHQ{n}",
    "PHQ-9_1": lambda n: f"PHQ-9_{n}",
    "T1_PHQ9_1": lambda n: f"T1_PHQ9_{n}",
    "PHQ-9第1题": lambda n: f"PHQ-9第{n}题",
    "1、": lambda n: f"{n}、{TOPICS[n - 1]}",
    "Q1": lambda n: f"Q{n}",
}
NAMED_BY_FILE = ("1、", "Q1")  # the headers say nothing: the file's name does, or it is asked
ANSWERS: dict[str, Callable[[int], object]] = {
    "digits": lambda code: code,
    "words": lambda code: WORDS[code],
    "marked words": lambda code: f"{'ABCD'[code]}.{WORDS[code]}",
    "one higher": lambda code: code + 1,
}
CODINGS = {"digits": "0-3", "words": "0-3", "marked words": "0-3", "one higher": "0-3, written one higher"}
# Headers of the day and what stands beside it, by tool.
TOOLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "plain": ("测评日期", ("姓名",)),
    "问卷星": ("提交答卷时间", ("序号", "所用时间", "来自IP")),
    "LimeSurvey": ("submitdate", ("id", "lastpage", "startlanguage")),
    "KoboToolbox": ("_submission_time", ("_id", "_uuid")),
    "REDCap": ("phq9_timestamp", ("record_id", "redcap_event_name", "phq9_complete")),
    "腾讯问卷": ("结束答题时间", ("编号", "开始答题时间", "答题时长", "IP", "来源")),
    "金数据": ("提交时间", ("序号", "提交人", "填写设备", "操作系统")),
    "钉钉": ("提交时间", ("实例ID", "提交人", "提交人部门", "更新时间")),
    "企业微信": ("填写时间", ("填写人", "填写人账号", "所属部门")),
    "Qualtrics": ("EndDate", ("Status", "Progress", "ResponseId")),
}
DATES: dict[str, Callable[[date], object]] = {
    "2026-03-30": lambda day: day.isoformat(),
    "2026/3/30 8:05:00": lambda day: f"{day.year}/{day.month}/{day.day} 8:05:00",
    "2026年3月30日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "cell": lambda day: datetime.combine(day, time(8, 5)),
}
FILES = (
    *("utf-8", "utf-8-sig", "gb18030", "utf-16", "ods", "sav", "xls"),
    *("xlsx", "xlsx with a title", "xlsx of 1904", "xlsx with hidden rows and columns", "xlsx with totals below"),
    *("xlsx with other sheets", "xlsx with headings", "xlsx with formulas"),
)
BEHIND: dict[str, tuple[str, ...]] = {"nothing": (), "total": ("总分",), "tenth": ("PHQ10",)}


# A row for each answer: the headers, and what a row holds of a sheet and an item. `None` for the items of a program
# that keeps the facts of a student as answers too.
LONG: dict[str, tuple[tuple[str, ...], Callable[[Child, int, int], Row] | None]] = {
    "numbers": (
        ("学号", "性别", "年级", "测评日期", "题号", "答案"),
        lambda c, n, k: [*_who(c), c.day.isoformat(), k, _said(c, k)],
    ),
    "numbers, words and points": (
        ("序号", "学号", "性别", "年级", "答题时间", "题目编号", "题目", "选项", "得分"),
        lambda c, n, k: [
            n * ITEMS + k,
            *_who(c),
            f"{c.day} 08:{n:02}:{k:02}",
            f"第{k}题",
            TOPICS[k - 1],
            None if c.answers[k - 1] is None else f"{'ABCD'[c.answers[k - 1] or 0]}.{_said(c, k)}",
            c.answers[k - 1],
        ],
    ),
    "the questionnaire beside": (
        ("量表", "题号", "学号", "性别", "年级", "测评日期", "答案"),
        lambda c, n, k: ["PHQ-9", k, *_who(c), c.day, c.answers[k - 1]],
    ),
    "REDCap": (("record", "field_name", "value"), None),
    "KoboToolbox": (("_submission__id", "question", "answer"), None),
}


def _who(child: Child) -> Row:
    return [child.student_id, child.sex, child.grade]


def _said(child: Child, item: int) -> str | None:
    answer = child.answers[item - 1]
    return None if answer is None else WORDS[answer]


def write_long(name: str, file: str, wave: Sequence[Child], folder: Path) -> Path:
    """The wave with a row for each answer; in a workbook the cells of one student are merged."""
    head, row = LONG[name]
    table: list[Row] = [list(head)]
    for number, child in enumerate(wave, start=1):
        if row is not None:
            table += [row(child, number, item) for item in range(1, ITEMS + 1)]
        else:
            facts = zip(("学号", "性别", "年级", "测评日期"), (*_who(child), child.day.isoformat()), strict=True)
            table += [[number, *fact] for fact in facts]
            table += [[number, f"phq9_{item}", child.answers[item - 1]] for item in range(1, ITEMS + 1)]
    path = folder / f"PHQ-9.{file if file == 'xlsx' else 'csv'}"
    if file != "xlsx":
        return save(path, table, file)
    book, place = openpyxl.Workbook(), head.index("学号") if "学号" in head else 0
    for cells in table:
        book.worksheets[0].append(cells)
    each = (len(table) - 1) // len(wave)
    for first in range(2, len(table), each):
        book.worksheets[0].merge_cells(
            start_row=first, end_row=first + each - 1, start_column=place + 1, end_column=place + 1
        )
    book.save(path)
    return path


def write(shape: Shape, wave: Sequence[Child], folder: Path, seed: int) -> Path:
    """The wave as a file of that shape."""
    day_header, beside = TOOLS[shape.tool]
    head = ["学号", "性别", "年级", day_header, *beside, *(HEADS[shape.head](n) for n in range(1, ITEMS + 1))]
    head += BEHIND[shape.behind]
    rows = [_row(shape, child, number, beside) for number, child in enumerate(wave, start=1)]
    rng = random.Random(seed)
    order = list(range(len(head)))
    if shape.shuffled:
        rng.shuffle(order)
        rng.shuffle(rows)
    above: list[Row] = [["2026年春季心理测评"]] if shape.file == "xlsx with a title" else []
    below: list[Row] = []
    if shape.tool == "Qualtrics":
        below = [[f"{name} 的题面" for name in head], [f'{{"ImportId":"QID{n}"}}' for n in range(len(head))]]
        trial = _row(shape, wave[0], 0, beside)
        trial[head.index("Status")] = "Survey Preview"
        rows.insert(0, trial)
    table = [*above, *([row[place] for place in order] for row in [head, *below, *rows])]
    if shape.file == "xlsx with totals below":
        table += [["合计", *[99] * (len(head) - 1)], ["平均分", *[1.5] * (len(head) - 1)]]
    name = "PHQ-9" if shape.head in NAMED_BY_FILE else "导出"
    kind = shape.file.split(" ")[0]
    return save(folder / f"{name}.{kind if kind in ('xlsx', 'ods', 'sav', 'xls') else 'csv'}", table, shape.file)


def _row(shape: Shape, child: Child, number: int, beside: Sequence[str]) -> Row:
    more = {"Status": "IP Address", "Progress": 100, "startlanguage": "zh", "所用时间": "125秒", "姓名": "某某"}
    codes = [None if answer is None else ANSWERS[shape.answers](answer) for answer in child.answers]
    total = sum(answer for answer in child.answers if answer is not None)
    behind = {"总分": total, "PHQ10": 1 if child.answered else None}
    day = DATES[shape.day](child.day) if child.answered else None
    return [
        *(child.student_id, child.sex, child.grade, day),
        *(more.get(name, number) for name in beside),
        *codes,
        *(behind[name] for name in BEHIND[shape.behind]),
    ]


def save(path: Path, table: Sequence[Row], file: str) -> Path:
    if path.suffix == ".xlsx":
        _workbook(table, file).save(path)
        if file == "xlsx with formulas":
            _worked_out(path)
    elif path.suffix == ".ods":
        _open_document(path, table)
    elif path.suffix == ".xls":
        old_workbook.save(path, table)
    elif path.suffix == ".sav":
        _spss(path, table)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(table)
        path.write_bytes(text.getvalue().encode(file))
    return path


def _workbook(table: Sequence[Row], file: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    if file == "xlsx of 1904":
        book.epoch = CALENDAR_MAC_1904
    if file == "xlsx with headings":
        sheet.append(["学生", *[None] * (len(table[0]) - 1)])
        plain = table[0][:2] == ["学号", "性别"]
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=2 if plain else len(table[0]))
    for row in table:
        sheet.append(row)
    if file == "xlsx with hidden rows and columns":
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.auto_filter.ref = sheet.dimensions
    if file == "xlsx with other sheets":
        book.create_sheet("说明").append(["本表由心理教师填写"])
        book.create_sheet("班级", 0).append(["班主任", "电话"])
    return book


def _worked_out(path: Path) -> None:
    """Every whole number of the first sheet as a formula with the value that it came to."""
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode("utf-8")
    parts[part] = re.sub(r'(<c r="[A-Z]+\d+" t="n">)<v>(\d)</v>', r"\1<f>\2+0</f><v>\2</v>", text).encode("utf-8")
    assert b"<f>" in parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _open_document(path: Path, table: Sequence[Row]) -> None:
    """A spreadsheet as LibreOffice writes one, with no more than a reader needs."""
    rows = "".join(f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>" for row in table)
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in names)
    body = f'<office:body><office:spreadsheet><table:table table:name="表">{rows}</table:table></office:spreadsheet>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}">{entry}</m:manifest>')
        archive.writestr(
            "content.xml", f"<office:document-content {spaces}>{body}</office:body></office:document-content>"
        )


def _open_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, int):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def _spss(path: Path, table: Sequence[Row]) -> None:
    """Names of variables hold no marks there and begin with a letter; the header goes to the label."""
    frame = pd.DataFrame(table[1:], columns=table[0])
    for name in frame:
        if any(isinstance(value, str) for value in frame[name]):
            frame[name] = ["" if pd.isna(value) else str(value) for value in frame[name]]
        elif any(isinstance(value, datetime) for value in frame[name]):
            frame[name] = pd.to_datetime(frame[name])
        else:
            frame[name] = frame[name].astype(float)
    names = [re.sub(r"\W", "_", str(name)) for name in frame]
    frame.columns = [f"V{name}" if name[0] in "_0123456789" else name for name in names]
    pyreadstat.write_sav(frame, path, column_labels=list(table[0]))
