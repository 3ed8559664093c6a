"""One true screening wave, written the way schools' tools would write it."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

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
    "Qualtrics": ("EndDate", ("Status", "Progress", "ResponseId")),
}
DATES: dict[str, Callable[[date], object]] = {
    "2026-03-30": lambda day: day.isoformat(),
    "2026/3/30 8:05:00": lambda day: f"{day.year}/{day.month}/{day.day} 8:05:00",
    "2026年3月30日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "cell": lambda day: datetime.combine(day, time(8, 5)),
}
FILES = ("utf-8", "utf-8-sig", "gb18030", "xlsx", "xlsx with a title")
BEHIND: dict[str, tuple[str, ...]] = {"nothing": (), "total": ("总分",), "tenth": ("PHQ10",)}


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
    name = "PHQ-9" if shape.head in NAMED_BY_FILE else "导出"
    return _saved(folder / f"{name}.{'xlsx' if 'xlsx' in shape.file else 'csv'}", table, shape.file)


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


def _saved(path: Path, table: Sequence[Row], file: str) -> Path:
    if "xlsx" in file:
        book = openpyxl.Workbook()
        for row in table:
            book.worksheets[0].append(row)
        book.save(path)
        return path
    text = io.StringIO()
    csv.writer(text).writerows(table)
    path.write_bytes(text.getvalue().encode(file))
    return path
