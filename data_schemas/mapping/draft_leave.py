"""Drafting a file of leave: a record a row, as 钉钉, 企业微信 and the platforms of schools write it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_schemas.cells import NUMBER, Texts
from data_schemas.codes import LeaveType
from data_schemas.mapping.fill import halves_of
from data_schemas.mapping.questions import NONE, Question, reference, toml_list, toml_text
from data_schemas.times_of_day import HALVES_A_DAY, in_halves, unit_of

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
    "half": ("时段", "请假时段", "午别", "上午/下午", "上下午"),
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
PENDING = ("审批中", "待审批")
TAKEN = ("同意", "已同意", "通过", "已通过", "审批通过", "完成", "已完成", "已批准", "批准", *PENDING)
NOT_TAKEN = (
    "拒绝", "已拒绝", "驳回", "已驳回", "撤销", "已撤销", "撤回", "已撤回", "作废", "已作废", "取消", "已取消", "终止",
)
# fmt: on
# Parts of a day in a column of their own, in half days.
PARTS = {"上午": 1, "早上": 1, "下午": 1, "半天": 1, "全天": 2, "整天": 2, "一天": 2}
_LESSONS = re.compile(r"节数|课时数?|课节数|学时")
KINDS = (*LeaveType.codes(),)


@dataclass(frozen=True)
class LeaveFile:
    """The headers of a file of leave by canonical column, and its cells."""

    columns: Mapping[str, str]
    texts: Mapping[str, Texts]

    @property
    def headers(self) -> frozenset[str]:
        return frozenset(self.columns.values())


def leave_file(headers: Sequence[str], texts: Mapping[str, Texts]) -> LeaveFile | None:
    """The columns of a file of leave; None where it has no kind of leave or no beginning of one."""
    forms = {re.sub(r"[\s*]", "", header): header for header in headers}
    found = {name: forms[next(iter(hit))] for name, heads in HEADS.items() if (hit := [h for h in heads if h in forms])}
    kinds = set(texts[found["type"]].distinct) if "type" in found else set()
    named = any("假" in header for header in headers) or kinds & set(TYPES)
    half = found.get("half")
    if half is not None and (
        {"end_on", "back", "half_days"} & set(found) or not set(texts[half].distinct) <= set(PARTS)
    ):
        del found["half"]  # of which of two days nobody can tell, or which part: the import asks
    return LeaveFile(found, texts) if {"type", "start_on"} <= set(found) and named else None


def leave_block(file: LeaveFile, student: str, name: str) -> tuple[list[str], list[Question], list[str]]:
    """The lines of the block, the questions that it asks, and what else is to be looked at."""
    columns, questions, notes = file.columns, [], []
    lines = ['table = "leaves" # 请假', f'file = "{name}"']
    if (status := columns.get("status")) is not None:
        said = file.texts[status].distinct
        taken, known = [one for one in said if one in TAKEN], [one for one in said if one in (*TAKEN, *NOT_TAKEN)]
        out, pending = [one for one in said if one in NOT_TAKEN], [one for one in said if one in PENDING]
        notes += [f"leave with {status} = {', '.join(out)} was not taken, and stays out"] if out else []
        notes += (
            [f"leave with {status} = {', '.join(pending)} is taken to be leave until it is decided"] if pending else []
        )
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
    lines.append(f"end_on = {_end(file, questions)}")
    if "recorded_on" in columns:
        lines.append(f"recorded_on = {toml_text(columns['recorded_on'])}")
    else:
        lines.append(f"recorded_on = {toml_text(columns['start_on'])}")
        notes.append("no column says when a leave was recorded: it is taken to be its first day")
    if (length := columns.get("half_days")) is not None:
        lines.append(f"half_days = {_length(length, file.texts[length], questions)}")
    elif (counted := _lessons_counted(file)) is not None:
        ask = (
            f"{counted} 数的是节：四节以内算半天、更多算一天（hours），还是这些记录都不读（{NONE}）？ / {counted} "
            "counts lessons: are up to four of them half a day and more a day (hours), or is nothing of the file read?"
        )
        questions.append(Question(id="leave-lessons", ask=ask, choices=("hours", NONE)))
        unit = toml_text(reference("leave-lessons"))
        lines.append(
            f"half_days = {{ column = {toml_text(counted)}, unit = {unit} }} # 一节算一小时 / a lesson an hour"
        )
    elif (half := columns.get("half")) is not None:
        parts = ", ".join(f"{toml_text(word)} = {PARTS[word]}" for word in file.texts[half].distinct if word in PARTS)
        lines.append(f"half_days = {{ column = {toml_text(half)}, values = {{ {parts} }} }}")
    return lines, questions, notes


def _end(file: LeaveFile, questions: list[Question]) -> str:
    """The last day; of the end that was asked for and the one that was taken it is asked which. Where only a length of
    several days says it, it is asked which days count."""
    asked, back, start = file.columns.get("end_on"), file.columns.get("back"), file.columns["start_on"]
    if asked is not None and back is not None:
        ask = f"请假到哪一天：{asked} 还是 {back}？ / which column says when a leave was over?"
        questions.append(Question(id="leave-end", ask=ask, choices=(asked, back)))
        return toml_text(reference("leave-end"))
    length = file.columns.get("half_days")
    if asked or back or length is None or all(_within_a_day(text, length) for text in file.texts[length].distinct):
        return toml_text(asked or back or start)
    ask = (
        f"没有结束日期：{length} 数的是上学日（周一至周五，weekdays）还是日历日（days）？ / there is no last day: does "
        f"{length} count weekdays, or all days?"
    )
    questions.append(Question(id="leave-days", ask=ask, choices=("weekdays", "days")))
    return f"{{ column = {toml_text(start)}, counted = {toml_text(reference('leave-days'))} }}"


def _lessons_counted(file: LeaveFile) -> str | None:
    """The header of a column that says how many lessons were missed of the one day that a record is of."""
    if {"end_on", "back", "half"} & file.columns.keys():
        return None
    return next((header for header in file.texts if _LESSONS.search(header) and file.texts[header].distinct), None)


def _within_a_day(text: str, header: str) -> bool:
    """Whether a length is surely no more than one day."""
    unit = unit_of(header)
    if unit is not None and NUMBER.fullmatch(text):
        return halves_of(text, unit) <= HALVES_A_DAY
    halves = in_halves(text)
    return halves is not None and halves <= HALVES_A_DAY


def _length(header: str, texts: Texts, questions: list[Question]) -> str:
    bare = any(NUMBER.fullmatch(text) for text in texts.distinct)
    if not bare or unit_of(header) is not None:
        return toml_text(header)
    ask = f"{header} 的数字是小时、天还是半天？ / are the numbers of {header} hours, days or half days?"
    questions.append(Question(id="leave-unit", ask=ask, choices=("hours", "days", "half_days")))
    return f"{{ column = {toml_text(header)}, unit = {toml_text(reference('leave-unit'))} }}"
