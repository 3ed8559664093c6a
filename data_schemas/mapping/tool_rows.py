"""Rows that survey tools write among the answers: labels below the headers, and trials before the survey opened."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_schemas.cells import NUMBER, Texts
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.files import first_rows
from data_schemas.mapping.headers import numbered

# Columns that say how a row came about, and what they say of a trial (Qualtrics, LimeSurvey, 问卷星).
STATUS = ("status", "response type", "responsetype", "答卷状态", "状态", "来源")
TRIALS = ("survey preview", "preview", "survey test", "test", "预览", "测试", "试填", "spam")
NAMES = ("姓名", "学生姓名", "名字", "学号", "name")
IMPORT_ID = "ImportId"
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)?[一二三四五六日天]")


@dataclass(frozen=True)
class Trials:
    """Rows that are trials by a column: `out` are its words for them, `others` those of real answers."""

    column: str
    out: tuple[str, ...]
    others: tuple[str, ...]
    count: int


def labels_below(path: Path, role: FileRole, headers: Sequence[str]) -> int:
    """How many rows right below the headers are labels again: Qualtrics writes the questions and its own ids there,
    LimeSurvey may write codes above and questions below, and an attendance sheet the days of the week."""
    wanted = {header for group in numbered(headers) for header in group.headers.values()}
    rows = [cells for sheet, row, cells in first_rows(path) if sheet in (role.sheet, None) and row > role.header_row]
    found = 0
    for cells in rows:
        words = [cell for cell in cells if cell and not NUMBER.fullmatch(cell)]  # answers are numbers as well
        again = sum(len(group.headers) for group in numbered(words))
        weekdays = [cell for cell in cells if _WEEKDAY.fullmatch(cell)]
        labels = len(weekdays) == len(list(filter(None, cells))) > 1
        if not labels and not any(IMPORT_ID in cell for cell in cells) and (not wanted or again < len(wanted) // 2 + 1):
            break
        found += 1
    return found


def trials_in(texts: Mapping[str, Texts]) -> Trials | None:
    """The rows of a file that are trials, where a column says so."""
    for header, column in texts.items():
        if header.casefold() not in STATUS:
            continue
        out = tuple(text for text in column.distinct if text.casefold() in TRIALS)
        if out:
            trial = [place for place, text in enumerate(column.distinct) if text in out]
            others = tuple(text for text in column.distinct if text not in out)
            return Trials(header, out, others, int(np.isin(column.index, trial).sum()))
    return None


def named_trials(texts: Mapping[str, Texts]) -> int:
    """How many rows call somebody a trial in a column of names or ids: they may be trials, and are read."""
    found = 0
    for header, column in texts.items():
        if header.casefold() in NAMES:
            found += sum(n for text, n in column.counted().items() if text.casefold() in TRIALS)
    return found
