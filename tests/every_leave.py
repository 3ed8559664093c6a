"""One true month of leave, written the way schools' tools would write it."""

import csv
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tests import every_export as exports

KINDS = {"sick": "病假", "personal": "事假", "unexcused": "旷课"}
MARKS = {"sick": "病", "personal": "事", "unexcused": "旷"}
MONDAY = date(2026, 3, 2)
DAYS = [MONDAY + timedelta(days=n) for n in (*range(5), *range(7, 12))]  # two weeks of school
MORNING, AFTERNOON = (time(8), time(12)), (time(13, 30), time(17, 30))
Row = list[object]
Table = list[Row]


@dataclass(frozen=True)
class Away:
    """Leave of one student from a day's half to another's: `since` is at noon where it begins in the afternoon, `until`
    where it ends in the morning; no `until` is still going on."""

    student_id: str
    kind: str
    first: date
    last: date | None
    afternoon: bool = False  # begins in the afternoon
    morning: bool = False  # ends in the morning

    @property
    def halves(self) -> dict[tuple[date, str], int]:
        """Half days by school day and kind; of leave that goes on its first day alone."""
        found = {}
        for day in DAYS:
            if self.first <= day <= (self.last or self.first):
                taken = 2 - (self.afternoon and day == self.first) - (self.morning and day == self.last)
                found[day, self.kind] = taken
        return found

    @property
    def times(self) -> tuple[datetime, datetime | None]:
        since = datetime.combine(self.first, (AFTERNOON if self.afternoon else MORNING)[0])
        if self.last is None:
            return since, None
        return since, datetime.combine(self.last, (MORNING if self.morning else AFTERNOON)[1])


def month(seed: int, *, halves: bool = True, days: bool = True, going_on: bool = False) -> list[Away]:
    """Leave of a few students, with half days, with leave of several days, and with leave that goes on, as asked."""
    rng = random.Random(seed)
    found = []
    for number, kind in enumerate([*KINDS, *KINDS], start=1):
        first = rng.randrange(5)
        long = days and number % 2
        last = DAYS[first + rng.randint(1, 4) if long else first]
        part = halves and (number % 3 == 0 or (not long and rng.random() < 0.7))
        late = part and rng.random() < 0.5
        found.append(Away(f"S{number}", kind, DAYS[first], last, afternoon=late, morning=part and not late))
    if going_on:
        found.append(Away("S9", "sick", DAYS[3], None))
    return found


HEAD: Row = ["学号", "年级", "性别", "请假类型"]


def _who(one: Away) -> Row:
    return [one.student_id, "八年级", "女", KINDS[one.kind]]


def _times(shown: Callable[[datetime], object]) -> Callable[[Sequence[Away]], Table]:
    def table(leave: Sequence[Away]) -> Table:
        rows = [[*_who(one), *("" if at is None else shown(at) for at in one.times)] for one in leave]
        return [[*HEAD, "开始时间", "结束时间"], *rows]

    return table


def _midnights(leave: Sequence[Away]) -> Table:
    """Whole days, each end at the midnight after them."""
    head = [*HEAD, "开始时间", "结束时间"]
    last = [(one.last or one.first) + timedelta(days=1) for one in leave]
    return [
        head,
        *([*_who(one), f"{one.first} 00:00", f"{day} 00:00"] for one, day in zip(leave, last, strict=True)),
    ]


def _days(leave: Sequence[Away]) -> Table:
    rows = [[*_who(one), f"{one.first:%Y/%-m/%-d}", f"{one.last or one.first:%Y/%-m/%-d}"] for one in leave]
    return [[*HEAD, "开始日期", "结束日期"], *rows]


def _words(leave: Sequence[Away]) -> Table:
    rows = [
        [
            *_who(one),
            f"{one.first} {'下午' if one.afternoon else '上午'}",
            f"{one.last} {'上午' if one.morning else '下午'}",
        ]
        for one in leave
    ]
    return [[*HEAD, "开始时间", "结束时间"], *rows]


def _parts(leave: Sequence[Away]) -> Table:
    """A row a day, with the part of the day in a column of its own."""
    rows: Table = []
    for one in leave:
        for (day, _), halves in one.halves.items():
            begins = one.afternoon and day == one.first
            rows.append([*_who(one), day.isoformat(), "全天" if halves == 2 else "下午" if begins else "上午"])
    return [[*HEAD, "请假日期", "时段"], *rows]


def _hours(leave: Sequence[Away]) -> Table:
    rows = [
        [*row, 4 * sum(one.halves.values())]
        for one, row in zip(leave, _times(lambda at: f"{at:%Y-%m-%d %H:%M}")(leave)[1:], strict=True)
    ]
    return [[*HEAD, "开始时间", "结束时间", "时长(小时)"], *rows]


def _lengths(leave: Sequence[Away]) -> Table:
    """The first day and how many days, halves among them, and no end."""
    rows = [[*_who(one), one.first.isoformat(), sum(one.halves.values()) / 2] for one in leave]
    return [[*HEAD, "开始日期", "请假天数"], *rows]


def _open(word: str) -> Callable[[Sequence[Away]], Table]:
    def table(leave: Sequence[Away]) -> Table:
        head, *rows = _days(leave)
        return [
            head,
            *([*row[:-1], word if one.last is None else row[-1]] for one, row in zip(leave, rows, strict=True)),
        ]

    return table


def _decided(leave: Sequence[Away]) -> Table:
    """Beside what was granted, leave that was refused or withdrawn."""
    head, *rows = _days(leave)
    never = [[*HEAD[:0], "S1", "八年级", "女", "病假", "2026/3/2", "2026/3/13", word] for word in ("已拒绝", "已撤销")]
    return [[*head, "审批状态"], *([*row, "已通过"] for row in rows), *never]


def _changed(minutes: int) -> Callable[[Sequence[Away]], Table]:
    """Each was first asked for until the end of the next week, and changed so many minutes later."""

    def table(leave: Sequence[Away]) -> Table:
        head, *rows = _days(leave)
        asked = datetime(2026, 3, 1, 9)
        first = [[*row[:-1], "2026/3/20", f"{asked:%Y-%m-%d %H:%M}"] for row in rows]
        then = [[*row, f"{asked + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"] for row in rows]
        return [[*head, "申请时间"], *first, *then]

    return table


def _matrix(shown: Callable[[date], object], half: Callable[[str, bool], str]) -> Callable[[Sequence[Away]], Table]:
    def table(leave: Sequence[Away]) -> Table:
        return [
            ["学号", "年级", "性别", *map(shown, DAYS)],
            *_marked(
                leave,
                lambda mark, halves, one, day: [
                    mark if halves == 2 else half(mark, one.afternoon and day == one.first)
                ],
                1,
            ),
        ]

    return table


def _lessons(leave: Sequence[Away]) -> Table:
    """Seven lessons a day, four of them before noon."""

    def cells(mark: str, halves: int, one: Away, day: date) -> list[str]:
        late = one.afternoon and day == one.first
        return [mark if halves == 2 or (number > 4) == late else "√" for number in range(1, 8)]

    head: Row = ["学号", "年级", "性别", *(f"{day.month}月{day.day}日第{n}节" for day in DAYS for n in range(1, 8))]
    return [head, *_marked(leave, cells, 7)]


def _lesson_rows(every: bool) -> Callable[[Sequence[Away]], Table]:
    """A row for each lesson that somebody missed, or for each lesson; lessons with a subject, some in spans."""

    def table(leave: Sequence[Away]) -> Table:
        _, *rows = _lessons(leave)
        made: Table = [["学号", "年级", "性别", "日期", "节次", "科目", "考勤状态"]]
        for row in rows:
            for place, day in enumerate(DAYS):
                marks = row[3 + 7 * place : 10 + 7 * place]
                for number, mark in enumerate(marks, start=1):
                    told = {"√": "出勤"} | {MARKS[kind]: word for kind, word in KINDS.items()}
                    if every or mark != "√":
                        name = ["一", "二", "三", "四", "五", "六", "七"][number - 1]
                        subject = "语文" if number % 2 else "数学"
                        made.append([*row[:3], day.isoformat(), f"第{name}节", subject, told[str(mark)]])
        return made

    return table


def _marked(leave: Sequence[Away], cells: Callable[[str, int, Away, date], list[str]], width: int) -> Iterator[Row]:
    for one in leave:
        row: Row = [one.student_id, "八年级", "女"]
        for day in DAYS:
            halves = one.halves.get((day, one.kind))
            row += ["√"] * width if halves is None else cells(MARKS[one.kind], halves, one, day)
        yield row


def _milliseconds(at: datetime) -> str:
    return str(int((at - timedelta(hours=8)).replace(tzinfo=UTC).timestamp() * 1000))


@dataclass(frozen=True)
class Shape:
    """How a month is written, and which of it can be. `files` are kinds of files beside CSV that it is written to."""

    table: Callable[[Sequence[Away]], Table]
    halves: bool = True
    days: bool = True
    going_on: bool = False
    name: str = "请假"
    files: tuple[str, ...] = ("csv",)


SHAPES: dict[str, Shape] = {
    "times": Shape(_times(lambda at: f"{at:%Y-%m-%d %H:%M}")),
    "cells of times": Shape(_times(lambda at: at), files=("xlsx", "xls", "ods")),
    "times of a zone": Shape(_times(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+08:00")),
    "times of Greenwich": Shape(_times(lambda at: f"{at - timedelta(hours=8):%Y-%m-%dT%H:%M:%S.000Z}")),
    "milliseconds": Shape(_times(_milliseconds)),
    "midnights": Shape(_midnights, halves=False),
    "days": Shape(_days, halves=False, files=("csv", "xlsx", "xls")),
    "morning and afternoon": Shape(_words),
    "parts of a day": Shape(_parts),
    "hours": Shape(_hours),
    "lengths alone": Shape(_lengths),
    "lengths of one day": Shape(_lengths, days=False),
    "until now": Shape(_open("至今"), halves=False, going_on=True),
    "no end": Shape(_open(""), halves=False, going_on=True),
    "not back": Shape(_open("未销假"), halves=False, going_on=True),
    "decided": Shape(_decided, halves=False),
    "changed the next day": Shape(_changed(24 * 60), halves=False),
    "changed within the hour": Shape(_changed(40), halves=False),
    "a column a day": Shape(
        _matrix(lambda day: f"{day.month}月{day.day}日", lambda m, late: f"{m}半天"), name="2026年考勤表"
    ),
    "a column a date": Shape(_matrix(lambda day: day.isoformat(), lambda m, late: f"{'下午' if late else '上午'}{m}")),
    "a column a number": Shape(_matrix(lambda day: f"{day.day}", lambda m, late: f"{m}(半天)"), name="2026年3月考勤表"),
    "cells of dates over the columns": Shape(
        _matrix(lambda day: day, lambda m, late: m), halves=False, files=("xlsx", "xls")
    ),
    "a column a lesson": Shape(_lessons, name="2026年考勤表"),
    "a row a lesson": Shape(_lesson_rows(every=True), name="课堂考勤", files=("csv", "xlsx")),
    "a row a lesson missed": Shape(_lesson_rows(every=False), name="缺课记录"),
}


def write(shape: Shape, leave: Sequence[Away], folder: Path, kind: str) -> Path:
    """The month as a file of that kind."""
    table, path = shape.table(leave), folder / f"{shape.name}.{kind}"
    if kind != "csv":
        return exports.save(path, table, kind)
    text = io.StringIO()
    csv.writer(text).writerows(table)
    path.write_bytes(text.getvalue().encode("gb18030"))
    return path
