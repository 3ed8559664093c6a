"""Two true waves of one questionnaire, written as schools keep them: side by side, a file or a sheet for each class,
in letters, numbered through, with remarks below."""

import csv
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl

SPRING, AUTUMN = date(2026, 3, 30), date(2026, 9, 28)
STUDENTS = 24
PHQ = [f"PHQ{n}" for n in range(1, 10)]
PERSON = ["学号", "年级", "班级", "性别"]
Answers = tuple[int | None, ...]
Truth = dict[tuple[str, date], Answers]
Table = list[list[object]]


@dataclass(frozen=True)
class Child:
    """A student with the answers of both waves; who is in grade 9 in spring has left by autumn."""

    student_id: str
    grade: int
    number: int  # of the class
    spring: Answers
    autumn: Answers


@dataclass(frozen=True)
class Written:
    """What was written: files, what somebody who knows it would answer, what an import has to say, and the truth."""

    files: list[Path]
    truth: Truth
    answers: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    grade: Callable[[Child], int] | None = None  # in the dataset, where it is looked at
    strangers: frozenset[str] = frozenset()  # whose sheets are kept without a student


def children(seed: int) -> list[Child]:
    """A wave in which answers of one sheet go together, and somebody gave the lowest and the highest."""
    rng = random.Random(seed)

    def sheet(number: int) -> Answers:
        level = number % 4
        return tuple(min(max(level + rng.choice((-1, 0, 0, 0, 1)), 0), 3) for _ in range(9))

    made = [
        Child(f"{20240000 + n}", 7 + n % 2, 1 + n % 3 // 2, sheet(n), sheet(rng.randrange(4))) for n in range(STUDENTS)
    ]
    blank = (*made[-1].spring[:4], None, *made[-1].spring[5:])
    return [*made[:-1], Child(made[-1].student_id, 8, 1, blank, made[-1].autumn)]


def _person(child: Child, grade: int | None = None) -> list[object]:
    return [child.student_id, f"{'七八九'[(grade or child.grade) - 7]}年级", f"{child.number}班", "女"]


def _csv(path: Path, table: Table) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def _spring(wave: Sequence[Child]) -> Truth:
    return {(child.student_id, SPRING): child.spring for child in wave}


def _both(wave: Sequence[Child]) -> Truth:
    return _spring(wave) | {(child.student_id, AUTUMN): child.autumn for child in wave}


def _beside(
    names: tuple[str, str], days: tuple[str, ...], **answers: str
) -> Callable[[Sequence[Child], Path], Written]:
    """Both waves side by side: `names` hold {n} for the item, `days` head their days where there are two."""

    def write(wave: Sequence[Child], folder: Path) -> Written:
        head = [*PERSON, *days, *(name.format(n=n) for name in names for n in range(1, 10))]
        dated: list[object] = [SPRING.isoformat(), AUTUMN.isoformat()][-len(days) :]
        rows = [[*_person(child), *dated, *child.spring, *child.autumn] for child in wave]
        return Written([_csv(folder / "普查.csv", [head, *rows])], _both(wave), answers)

    return write


def _one(
    cell: Callable[[int], object],
    *,
    heads: Sequence[str] = PHQ,
    blank: object = None,
    name: str = "普查",
    **answers: str,
) -> Callable[[Sequence[Child], Path], Written]:
    """The wave of spring with `cell` for an answer."""

    def write(wave: Sequence[Child], folder: Path) -> Written:
        rows = [
            [*_person(child), SPRING.isoformat(), *(blank if code is None else cell(code) for code in child.spring)]
            for child in wave
        ]
        return Written([_csv(folder / f"{name}.csv", [[*PERSON, "测评日期", *heads], *rows])], _spring(wave), answers)

    return write


def _table(wave: Sequence[Child]) -> Table:
    rows = [[*_person(child), SPRING.isoformat(), *child.spring] for child in wave]
    return [[*PERSON, "测评日期", *PHQ], *rows]


def _class_files(wave: Sequence[Child], folder: Path) -> Written:
    files = [_csv(folder / f"{n}班.csv", _table([child for child in wave if child.number == n])) for n in (1, 2)]
    return Written(files, _spring(wave))


def _class_sheets(hidden: bool) -> Callable[[Sequence[Child], Path], Written]:
    def write(wave: Sequence[Child], folder: Path) -> Written:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for number in (1, 2):
            sheet = book.create_sheet(f"{number}班")
            for row in _table([child for child in wave if child.number == number]):
                sheet.append(row)
            sheet.sheet_state = "hidden" if hidden and number == 2 else "visible"
        book.create_sheet("说明").append(["由年级组填写"])
        book.save(folder / "普查.xlsx")
        read = [child for child in wave if not (hidden and child.number == 2)]
        answers = {"sheets": "leave out"} if hidden else {}
        return Written([folder / "普查.xlsx"], _spring(read), answers, said="说明 (1 row)")

    return write


def _headed(wave: Sequence[Child], folder: Path) -> Written:
    """PHQ-9 and another questionnaire, both numbered from 1, under merged headings."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([*[None] * 5, "PHQ-9", *[None] * 8, "GAD-7"])
    sheet.append([*PERSON, "测评日期", *range(1, 10), *range(1, 8)])
    sheet.merge_cells("F1:N1")
    sheet.merge_cells("O1:U1")
    for child in wave:
        sheet.append([*_person(child), SPRING.isoformat(), *child.spring, *child.autumn[:7]])
    book.save(folder / "普查.xlsx")
    return Written([folder / "普查.xlsx"], _spring(wave))


def _promoted(wave: Sequence[Child], folder: Path) -> Written:
    """A file a wave: a grade lies between them, and who is in its last one in spring is on no list in autumn."""
    gone = {child.student_id for child in wave[:2]}
    spring = [
        [*_person(child, 9 if child.student_id in gone else child.grade), SPRING.isoformat(), *child.spring]
        for child in wave
    ]
    here = [child for child in wave if child.student_id not in gone]
    autumn = [[*_person(child, child.grade + 1), AUTUMN.isoformat(), *child.autumn] for child in here]
    head: list[object] = [*PERSON, "测评日期", *PHQ]
    files = [_csv(folder / "春季.csv", [head, *spring]), _csv(folder / "秋季.csv", [head, *autumn])]
    truth = _spring(wave) | {(child.student_id, AUTUMN): child.autumn for child in here}
    return Written(files, truth, grade=lambda child: child.grade + 1, strangers=frozenset(gone))


def _classes(wave: Sequence[Child], folder: Path) -> Written:
    """One class in four ways."""
    head, *rows = _table(wave)
    for place, row in enumerate(rows):
        row[1:3] = ["七年级", ["七(1)班", "7-1", "初一1班", "701"][place % 4]]
    said = "a class of this school seems to be written in several ways"
    return Written([_csv(folder / "普查.csv", [head, *rows])], _spring(wave), said=said)


def _remarks(wave: Sequence[Child], folder: Path) -> Written:
    head, *rows = _table(wave)
    table = [
        head,
        *rows[:9],
        head,
        *rows[9:],
        ["平均", "", "", "", "", 1.5],
        ["注：本表由班主任填写"],
        ["填表人", "", "", "某某"],
    ]
    said = "remarks, nobody's rows and left out: 28 (注), 29 (填表人)"
    return Written([_csv(folder / "普查.csv", table)], _spring(wave), said=said)


def _dressed(wave: Sequence[Child], folder: Path) -> Written:
    head, *rows = _table(wave)
    forms = ('="{}"', "'{}", "{}\t", " {} ")
    dressed = [[forms[n % 4].format(row[0]), *row[1:]] for n, row in enumerate(rows)]
    return Written([_csv(folder / "普查.csv", [head, *dressed])], _spring(wave))


def _kept_back(wave: Sequence[Child], folder: Path) -> Written:
    """A platform that leaves the cells of the item about safety blank."""
    head, *rows = _table(wave)
    truth = {key: (*answers[:8], None) for key, answers in _spring(wave).items()}
    said = "phq9: nobody answered item 9, unknown for everyone"
    return Written([_csv(folder / "普查.csv", [head, *([*row[:-1], ""] for row in rows)])], truth, said=said)


SHAPES: dict[str, Callable[[Sequence[Child], Path], Written]] = {
    "two waves, a day each": _beside(("T1_PHQ{n}", "T2_PHQ{n}"), ("T1日期", "T2日期")),
    "two waves in words": _beside(("前测PHQ{n}", "后测PHQ{n}"), ("前测日期", "后测日期")),
    "two waves, one day": _beside(
        ("T1_PHQ{n}", "T2_PHQ{n}"), ("测评日期",), **{"phq9-day": SPRING.isoformat(), "phq9-2-day": "测评日期"}
    ),
    "two waves by the numbers behind": _beside(
        ("PHQ{n}_1", "PHQ{n}_2"), ("日期1", "日期2"), **{"phq9-day": "日期1", "phq9-2-day": "日期2"}
    ),
    "letters": _one(lambda code: "ABCD"[code], **{"phq9-coding": "0-3, A = 0, B = 1, C = 2, D = 3"}),
    "small letters, the other way": _one(
        lambda code: "dcba"[code], **{"phq9-coding": "0-3, a = 3, b = 2, c = 1, d = 0"}
    ),
    "99 for no answer": _one(int, blank=99, **{"phq9-coding": "0-3, 99 = blank"}),
    "one higher, 99 for no answer": _one(
        lambda code: code + 1, blank=99, **{"phq9-coding": "0-3, written one higher, 99 = blank"}
    ),
    "-9 for no answer": _one(int, blank=-9, **{"phq9-coding": "0-3, -9 = blank"}),
    "numbered through": _one(int, heads=[f"{n}、题面" for n in range(5, 14)], name="PHQ-9"),
    "numbered through with a name": _one(int, heads=[f"PHQ{n}" for n in range(11, 20)]),
    "a file a class": _class_files,
    "a sheet a class": _class_sheets(hidden=False),
    "a sheet a class, one hidden": _class_sheets(hidden=True),
    "two questionnaires under headings": _headed,
    "a file a wave, a grade between": _promoted,
    "one class in four ways": _classes,
    "remarks and headers among the rows": _remarks,
    "ids in a spreadsheet's dress": _dressed,
    "an item kept back": _kept_back,
}
