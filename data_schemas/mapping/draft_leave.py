"""Drafting what a file says of leave: records of leave, or an attendance sheet with a column a day or a lesson."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.cells import NUMBER, Texts
from data_schemas.codes import LeaveType
from data_schemas.mapping.questions import Question, reference, toml_list, toml_text
from data_schemas.times_of_day import unit_of

# How platforms head the columns of leave (钉钉, 企业微信, 校园平台), the first that a file has is taken.
# fmt: off
HEADS: dict[str, tuple[str, ...]] = {
    "type": ("请假类型", "请假类别", "假期类型", "休假类型", "假别", "假种", "缺勤类型", "考勤类型", "类型", "类别"),
    "start_on": (
        "请假开始时间", "开始时间", "开始日期", "起始时间", "起始日期", "请假开始日期", "离校时间",
        "请假日期", "缺勤日期",
    ),
    "end_on": ("请假结束时间", "结束时间", "结束日期", "截止时间", "截止日期", "终止时间", "请假结束日期"),
    "recorded_on": (
        "发起时间", "申请时间", "提交时间", "登记时间", "登记日期", "创建时间", "填报时间", "上报时间", "记录时间",
    ),
    "half_days": (
        "时长", "请假时长", "请假天数", "天数", "请假时长(天)", "请假时长(小时)", "时长(天)", "时长(小时)", "小时数",
    ),
    "back": ("实际返校时间", "实际结束时间", "返校时间", "销假时间", "到校时间"),
    "status": ("审批状态", "审批结果", "申请状态", "状态", "单据状态", "流程状态"),
}
TYPES = {
    "病假": "sick", "病": "sick", "生病": "sick", "病伤": "sick", "事假": "personal", "事": "personal",
    "旷课": "unexcused", "旷": "unexcused", "无故缺勤": "unexcused",
    "公假": "official", "公": "official", "集体活动": "official",
    "休学": "suspension", "复学": "resumption", "迟到": "late", "迟": "late", "早退": "early", "早": "early",
    "隔离": "quarantine", "传染病隔离": "quarantine", "住院返校": "discharge",
}
TAKEN = ("同意", "已同意", "通过", "已通过", "审批通过", "完成", "已完成", "已批准", "批准", "审批中", "待审批")
NOT_TAKEN = (
    "拒绝", "已拒绝", "驳回", "已驳回", "撤销", "已撤销", "撤回", "已撤回", "作废", "已作废", "取消", "已取消", "终止",
)
PRESENT = ("√", "✓", "✔", "到", "出勤", "正常", "○", "0")
# fmt: on
KINDS = (*LeaveType.codes(),)
FEWEST_DAYS = 3
MORNING = 4  # lessons before noon where nobody says otherwise
_DAY = re.compile(
    r"(?:(?P<y>20\d\d)[-/.年])?(?:(?P<m>\d{1,2})(?P<s>[-/.月]))?(?P<d>\d{1,2})(?P<t>[日号]?)"
    r"(?:\s*\(?(?:周|星期)[一二三四五六日天]\)?)?"
    r"(?:(?P<l>\s*-?\s*第)(?P<n>\d{1,2})(?P<e>节课?))?"
)


@dataclass(frozen=True)
class LeaveFile:
    """The headers of a file of leave by canonical column, and its cells."""

    columns: Mapping[str, str]
    texts: Mapping[str, Texts]

    @property
    def headers(self) -> frozenset[str]:
        return frozenset(self.columns.values())


@dataclass(frozen=True)
class AttendanceFile:
    """Headers that are days: how they are written, which days they are, and the marks below them."""

    pattern: str
    first: date
    last: date
    lessons: int | None
    marks: tuple[str, ...]
    headers: frozenset[str]
    asked_year: bool


def leave_file(headers: Sequence[str], texts: Mapping[str, Texts]) -> LeaveFile | None:
    """The columns of a file of leave; None where it has no kind of leave or no beginning of one."""
    forms = {re.sub(r"[\s*]", "", header): header for header in headers}
    found = {name: forms[next(iter(hit))] for name, heads in HEADS.items() if (hit := [h for h in heads if h in forms])}
    kinds = set(texts[found["type"]].distinct) if "type" in found else set()
    named = any("假" in header for header in headers) or kinds & set(TYPES)
    return LeaveFile(found, texts) if {"type", "start_on"} <= set(found) and named else None


def leave_block(file: LeaveFile, student: str, name: str) -> tuple[list[str], list[Question], list[str]]:
    """The lines of the block, the questions that it asks, and what else is to be looked at."""
    columns, questions, notes = file.columns, [], []
    lines = ['table = "leaves" # 请假', f'file = "{name}"']
    if (status := columns.get("status")) is not None:
        said = file.texts[status].distinct
        taken, known = [one for one in said if one in TAKEN], [one for one in said if one in (*TAKEN, *NOT_TAKEN)]
        lines.append(
            f"where = [{{ column = {toml_text(status)}, one_of = {toml_list(taken or TAKEN)}, "
            f"known = {toml_list(known or (*TAKEN, *NOT_TAKEN))} }}] # 没有批准的不算 / what was refused is none"
        )
    lines += ["[blocks.columns]", f"student_id = {toml_text(student)}"]
    kinds = []
    for number, word in enumerate(file.texts[columns["type"]].distinct, start=1):
        if word in TYPES:
            kinds.append(f"{toml_text(word)} = {toml_text(TYPES[word])}")
        else:
            ask = f"请假类型“{word}”是哪一种？ / which kind of leave is {word}?"
            questions.append(Question(id=f"leave-type-{number}", ask=ask, choices=KINDS))
            kinds.append(f"{toml_text(word)} = {toml_text(reference(f'leave-type-{number}'))}")
    lines.append(f"type = {{ column = {toml_text(columns['type'])}, values = {{ {', '.join(kinds)} }} }}")
    lines.append(f"start_on = {toml_text(columns['start_on'])}")
    lines.append(f"end_on = {toml_text(_end(columns, questions))}")
    if "recorded_on" in columns:
        lines.append(f"recorded_on = {toml_text(columns['recorded_on'])}")
    else:
        lines.append(f"recorded_on = {toml_text(columns['start_on'])}")
        notes.append("no column says when a leave was recorded: it is taken to be its first day")
    if (length := columns.get("half_days")) is not None:
        lines.append(f"half_days = {_length(length, file.texts[length], questions)}")
    return lines, questions, notes


def _end(columns: Mapping[str, str], questions: list[Question]) -> str:
    """The header of the last day; of the end that was asked for and the one that was taken it is asked which."""
    asked, back = columns.get("end_on"), columns.get("back")
    if asked is not None and back is not None:
        ask = f"请假到哪一天：{asked} 还是 {back}？ / which column says when a leave was over?"
        questions.append(Question(id="leave-end", ask=ask, choices=(asked, back)))
        return reference("leave-end")
    return asked or back or columns["start_on"]


def _length(header: str, texts: Texts, questions: list[Question]) -> str:
    bare = any(NUMBER.fullmatch(text) for text in texts.distinct)
    if not bare or unit_of(header) is not None:
        return toml_text(header)
    ask = f"{header} 的数字是小时、天还是半天？ / are the numbers of {header} hours, days or half days?"
    questions.append(Question(id="leave-unit", ask=ask, choices=("hours", "days", "half_days")))
    return f"{{ column = {toml_text(header)}, unit = {toml_text(reference('leave-unit'))} }}"


def attendance_file(
    headers: Sequence[str], texts: Mapping[str, Texts], title: str, today: date
) -> AttendanceFile | None:
    """The day columns of an attendance sheet: at least three headers that are days, and marks below them that are no
    numbers. `title` may say year and month."""
    found: dict[str, list[tuple[re.Match[str], str]]] = {}
    for header in headers:
        hit = _DAY.fullmatch(header)
        if hit is not None and hit["y"] is None and (hit["m"] or hit["t"] or _month(title)):
            found.setdefault(_pattern(hit), []).append((hit, header))
    if not found:
        return None
    pattern, hits = max(found.items(), key=lambda one: len(one[1]))
    marks = tuple(dict.fromkeys(text for _, header in hits for text in texts[header].distinct))
    if len({(hit["m"], hit["d"]) for hit, _ in hits}) < FEWEST_DAYS or not (set(marks) & {*TYPES, *PRESENT}):
        return None
    year, month = _year(title), _month(title)
    days = []
    for hit, _ in hits:
        try:
            days.append(_day(year, int(hit["m"] or month or 1), int(hit["d"]), today))
        except ValueError:
            return None
    lessons = max((int(hit["n"]) for hit, _ in hits if hit["n"]), default=None)
    named = frozenset(header for _, header in hits)
    return AttendanceFile(pattern, min(days), max(days), lessons, marks, named, year is None)


def attendance_block(file: AttendanceFile, student: str, name: str) -> tuple[list[str], list[Question], list[str]]:
    """The lines of the block, the questions that it asks, and what else is to be looked at."""
    questions, notes, marks = [], [], []
    for number, mark in enumerate((mark for mark in file.marks if mark not in PRESENT), start=1):
        if mark in TYPES:
            marks.append(f"{toml_text(mark)} = {toml_text(TYPES[mark])}")
            continue
        ask = f"考勤表里的“{mark}”是哪一种？ / which kind of leave is the mark {mark}?"
        questions.append(Question(id=f"mark-{number}", ask=ask, choices=KINDS))
        marks.append(f"{toml_text(mark)} = {toml_text(reference(f'mark-{number}'))}")
    if file.asked_year:
        notes.append(f"{name}: no title says the year; {file.first} to {file.last} is taken, the last that have been")
    lines = ['table = "leaves" # 考勤表', f'file = "{name}"', "[blocks.columns]", f"student_id = {toml_text(student)}"]
    lines += ["[blocks.days]", f"columns = {toml_text(file.pattern)}"]
    lines += [f"first = {file.first.isoformat()}", f"last = {file.last.isoformat()}"]
    lines.append(f"marks = {{ {', '.join(marks)} }}")
    lines.append(f"present = {toml_list([mark for mark in file.marks if mark in PRESENT])}")
    if file.lessons is not None:
        lines += [f"lessons = {file.lessons}", f"morning = {min(MORNING, file.lessons)} # 上午几节 / before noon"]
        notes.append(f"{name}: {min(MORNING, file.lessons)} of {file.lessons} lessons are taken to lie before noon")
    return lines, questions, notes


def _pattern(hit: re.Match[str]) -> str:
    rest = hit.string[hit.end("t") : hit.start("l")] if hit["n"] else hit.string[hit.end("t") :]
    lesson = f"{hit['l']}{{n}}{hit['e']}" if hit["n"] else ""
    month = f"{{m}}{hit['s']}" if hit["m"] else ""
    return f"{month}{{d}}{hit['t']}{rest}{lesson}"


def _year(title: str) -> int | None:
    found = re.search(r"(20\d\d)\s*年?", title)
    return int(found[1]) if found else None


def _month(title: str) -> int | None:
    found = re.search(r"(?<!\d)(\d{1,2})\s*月", title)
    return int(found[1]) if found and 1 <= int(found[1]) <= 12 else None


def _day(year: int | None, month: int, day: int, today: date) -> date:
    """The day of a year, or the last such day that has been; raises `ValueError` where there is none."""
    if year is not None:
        return date(year, month, day)
    this = date(today.year, month, day)
    return this if this <= today + timedelta(days=1) else date(today.year - 1, month, day)
