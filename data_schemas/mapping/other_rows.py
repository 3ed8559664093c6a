"""Rows of a file that are nobody's: blank ones, totals, remarks below the students, headers that are repeated. All but
blank ones are named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from data_schemas.cells import header_of, text_of
from data_schemas.class_names import class_of

NAMED = 20
# What stands first in a row below or between the students' own that sums them up.
SUMMARY = re.compile(
    r"(?:[\w()（）-]{0,12}?(?:班|年级|级|年段|组|校|男生?|女生?|全体|本页))?"
    r"(?:(?:合|总|小|共)计|总?平均(?:分|值|数)?|均值|标准差|(?:总|应到|实到|应测|实测|参测|缺测|班级|学生)?人数(?:合计)?|最(?:高|低)分|及格率|"
    r"(?:grand |sub)?totals?|averages?|means?|sums?)\s*[::]?\s*[\d.]*\s*(?:人|分)?|"
    r"第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?|page \d+(?: of \d+)?",
    re.IGNORECASE,
)
# What stands first in a row below the students' that says something of the sheet, before a colon or alone.
REMARK = re.compile(
    r"((?:备注|注|说明|注意|提示|(?:填表|制表|填报|审核|统计|打印|导出|上报|录入)(?:人|日期|时间|单位|说明)?|以下空白))"
    r"\s*(?:[::].*)?",
    re.DOTALL,
)
# What stands first in a row that shows how the form is to be filled in: nobody's, whatever answers it holds.
EXAMPLE = re.compile(
    r"[(\[【]?\s*(示例|样例|范例|举例|例子|例|必填项?|选填项?|填写说明|填写示例|example)\s*(?:[)\]】]|[::].*|\d*)?",
    re.IGNORECASE,
)
FEW = 4  # cells of such a row: a row with answers is a student's, whatever stands first


@dataclass
class OtherRows:
    """The rows that were left out, each as a person finds it, and those that end before the headers do."""

    totals: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)

    def take(self, number: int, record: Sequence[object], header: Sequence[str]) -> bool:
        """Whether a row (counted from 1) is nobody's; it is put down where it is."""
        if not any(cell is not None and cell != "" for cell in record):
            return True
        first = next((text for cell in record if (text := text_of(cell)) is not None), None)
        if first is None:
            return True
        if SUMMARY.fullmatch(first):
            self.totals.append(f"{number} ({first})")
            return True
        if example := EXAMPLE.fullmatch(first):
            self.examples.append(f"{number} ({example[1]})")
            return True
        if "班" in first and class_of(first) and sum(text_of(cell) is not None for cell in record) == 1:
            self.headings.append(str(number))
            return True
        remark = REMARK.fullmatch(first)
        if remark is not None and sum(text_of(cell) not in (None, first) for cell in record) < FEW:
            self.remarks.append(f"{number} ({remark[1]})")  # what follows may name somebody
            return True
        if first in header and [header_of(cell) for cell in record[: len(header)]] == list(header):
            self.headers.append(str(number))
            return True
        return False

    def notes(self) -> Iterator[str]:
        """What was left out, in a line a kind."""
        kinds = (
            ("rows of totals, nobody's and left out", self.totals),
            ("remarks, nobody's rows and left out", self.remarks),
            ("rows that show how to fill the form in, nobody's and left out", self.examples),
            ("names of classes between the rows, left out", self.headings),
            ("the headers again, left out", self.headers),
            ("rows with fewer cells than headers, the rest read as blank", self.short),
        )
        for what, rows in kinds:
            if rows:
                yield f"{what}: {', '.join(rows[:NAMED])}{more(rows)}"


def more(named: Sequence[str]) -> str:
    """How many are not among those that are named."""
    return f" … and {len(named) - NAMED} more" if len(named) > NAMED else ""
