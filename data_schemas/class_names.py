"""One class that a roster writes in several ways, such as 七(1)班, 7-1, 初一1班 and 701: asked about, never merged."""

import re
import unicodedata

import numpy as np
import pandas as pd

from data_schemas.enrolment import SCHOOL
from data_schemas.rules import Fault

DIGITS = "零一二三四五六七八九"
STAGES = {"小": 0, "初": 6, "高": 9}  # grades before the first of the stage: 初一 is grade 7
_NUMBER = rf"\d{{1,2}}|[{DIGITS}十]{{1,3}}"
_WORDED = re.compile(
    rf"(?P<stage>[小初高])?(?P<grade>\d{{1,2}}|[{DIGITS}])(?P<year>年级|年)?(?P<sign>[-(.])?(?P<number>{_NUMBER})\)?(?P<end>班)?"
)
_DIGITS = re.compile(r"(?P<grade>[1-9]|1[0-2])(?P<number>\d{2})班?")
NUMBERED = "1班"  # makes a class of a grade
NAMED = 6  # spellings in a question


def class_of(name: str) -> tuple[int, int] | None:
    """Grade (from the first of primary school) and number of a class by its name; `None` where it is no such name."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).replace("_", "-")
    plain = _DIGITS.fullmatch(text)
    if plain:
        return int(plain["grade"]), int(plain["number"])
    found = _WORDED.fullmatch(text)
    if found is None or not (
        found["stage"] or found["year"] or found["sign"] or (found["end"] and not found["grade"].isdigit())
    ):
        return None
    grade = _number(found["grade"]) + STAGES.get(found["stage"] or "", 0)
    return grade, _number(found["number"])


def _of_school(name: str, school: str) -> tuple[int, int] | None:
    """What `class_of` says of a name that may have its school and its grade before it, such as 一中-高一-高一(1)班."""
    text = name.removeprefix(f"{school}-")
    before, dash, rest = text.partition("-")
    behind = class_of(rest) if dash else None
    return behind if behind is not None and class_of(f"{before}{NUMBERED}") == (behind[0], 1) else class_of(text)


def class_questions(students: pd.DataFrame) -> Fault:
    """Rows whose class another row of the school writes otherwise, but for those of the commonest way."""
    rows: list[int] = []
    ways: set[str] = set()
    place = pd.Series(np.arange(len(students)))
    names = students["class_id"].reset_index(drop=True)
    schools = students[SCHOOL].reset_index(drop=True)
    known: dict[object, tuple[int, int] | None] = {}
    for name, school in {*zip(names, schools, strict=True)}:
        known[name, school] = None if pd.isna(name) else _of_school(str(name), str(school))
    keys = pd.Series([known[pair] for pair in zip(names, schools, strict=True)], index=names.index, dtype=object)
    for _, mine in place[keys.notna()].groupby([schools[keys.notna()], keys[keys.notna()]]):
        counted = names[mine].value_counts()
        if len(counted) > 1:
            rows += mine[names[mine] != counted.index[0]].tolist()
            ways |= set(map(str, counted.index))
    shown = sorted(ways)
    listed = ", ".join(shown[:NAMED]) + (", …" if shown[NAMED:] else "")
    what = f"a class of this school seems to be written in several ways (of {listed})"
    fix = "write each class in one way; until then they are classes of their own"
    return Fault(np.array(sorted(rows), dtype=np.intp), "class_id", what, fix)


def _number(text: str) -> int:
    """A number of up to 99 in digits or as 三, 十, 十二, 二十一."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return DIGITS.index(text[-1])
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)
