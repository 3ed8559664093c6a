"""The canonical tables: what columns there are, of what kind, and who may see them.

Every other room reads these names. A platform's own headers and codes are turned into them by
`data_schemas.mapping`; nothing else guesses.
"""

from functools import cache

import pandera.pandas as pa

from data_schemas.codes import (
    Answer,
    Concern,
    ConsentScope,
    Contacted,
    FamilyFlag,
    LeaveReason,
    LeaveType,
    OutcomeKind,
    Respondent,
    ScoreUnit,
    Selection,
    Sex,
    Source,
    Stage,
    Tier,
)
from data_schemas.school_tables import SCHOOL_TABLES
from data_schemas.table import DTYPES, CellKind, Column, Sensitivity, Table
from data_schemas.times_of_day import WITHDRAWN

__all__ = [
    "DTYPES",
    "RESPONSE_COLUMNS",
    "TABLES",
    "CellKind",
    "Column",
    "Sensitivity",
    "Table",
    "response_table",
    "schema",
]


_P, _S, _X, _O = Sensitivity.PERSONAL, Sensitivity.SENSITIVE, Sensitivity.PROTECTED, Sensitivity.OPEN
STUDENT_ID = Column("student_id", CellKind.ID, "学生编号", _P, required=True)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "students",
            "学生",
            (
                STUDENT_ID,
                Column("school_id", CellKind.ID, "学校编号", _P, required=True),
                Column("class_id", CellKind.ID, "班级编号", _P),
                Column("stage", CellKind.CODE, "学段", _P, required=True, codes=Stage),
                Column("grade", CellKind.INT, "年级", _P, low=1, high=13),
                Column("sex", CellKind.CODE, "性别", _P, required=True, codes=Sex),
                Column("birth_date", CellKind.DATE, "出生日期", _P),
                Column("age_years", CellKind.NUMBER, "年龄", _P, low=3, high=30),
                Column("boarding", CellKind.BOOL, "寄宿", _P),
                Column("enrolled_on", CellKind.DATE, "入学日期", _P),
                Column("left_on", CellKind.DATE, "离校日期", _P),
            ),
            key=("student_id",),
        ),
        Table(
            "scores",
            "量表得分",
            (
                STUDENT_ID,
                Column("instrument", CellKind.TEXT, "量表", _S, required=True),
                Column("scale", CellKind.TEXT, "分量表", _S, required=True),
                Column("value", CellKind.NUMBER, "得分", _S, required=True, points=True),
                Column("administered_on", CellKind.DATE, "测评日期", _S, required=True),
                Column("received_at", CellKind.TIME, "接收时间", _S),
                Column("respondent", CellKind.CODE, "填答人", _S, codes=Respondent),
                Column("unit", CellKind.CODE, "计分单位", _S, codes=ScoreUnit),
                Column("coding_variant", CellKind.TEXT, "编码方式", _S),
            ),
        ),
        Table(
            "leaves",
            "请假",
            (
                STUDENT_ID,
                Column("type", CellKind.CODE, "请假类型", _S, required=True, codes=LeaveType),
                Column("start_on", CellKind.DATE, "开始日期", _S, required=True),
                # Blank is still going on. Without the column nobody would know which leave is over.
                Column("end_on", CellKind.DATE, "结束日期", _S, required=True, blank_says=True),
                Column("half_days", CellKind.INT, "半天数", _S, low=WITHDRAWN, high=1000, halves=True),
                Column("reason_code", CellKind.CODE, "原因代码", _S, codes=LeaveReason),
                Column("recorded_on", CellKind.DATE, "登记日期", _S, required=True),
            ),
        ),
        Table(
            "leave_totals",
            "请假合计",
            (
                STUDENT_ID,
                Column("until_on", CellKind.DATE, "统计截止日期", _S, required=True),
                Column("recorded_on", CellKind.DATE, "登记日期", _S, required=True),
                Column("window_days", CellKind.INT, "统计天数", _S, required=True, low=1, high=800),
                Column("days", CellKind.NUMBER, "请假天数", _S, required=True, low=0, high=366),
                Column("episodes", CellKind.INT, "请假次数", _S, low=0, high=366),
            ),
        ),
        Table(
            "family",
            "家庭情况",
            (
                STUDENT_ID,
                Column("flag", CellKind.CODE, "情况", _S, required=True, codes=FamilyFlag),
                Column("value", CellKind.CODE, "取值", _S, required=True, codes=Answer),
                Column("source", CellKind.CODE, "来源", _S, codes=Source),
                Column("valid_from", CellKind.DATE, "起始日期", _S),
                Column("valid_to", CellKind.DATE, "截止日期", _S),
                Column("verified_by", CellKind.TEXT, "核实人", _S),
                Column("evidence_ref", CellKind.TEXT, "佐证材料编号", _S),
                Column("recorded_on", CellKind.DATE, "登记日期", _S),
            ),
        ),
        Table(
            "concerns",
            "关注线索",
            (
                STUDENT_ID,
                Column("kind", CellKind.CODE, "类型", _X, required=True, codes=Concern),
                Column("reported_on", CellKind.DATE, "报告日期", _X, required=True),
                Column("source", CellKind.CODE, "来源", _X, codes=Source),
                Column("tier", CellKind.CODE, "提出的等级", _X, codes=Tier),
                Column("recorded_on", CellKind.DATE, "登记日期", _X),
                # Empty is yes: a report says that something is. A survey can also say no, or that nobody answered.
                Column("value", CellKind.CODE, "取值", _X, codes=Answer),
                # By which two reports of one kind, day and source are told from one that was exported twice.
                Column("source_event_id", CellKind.ID, "来源事件编号", _X),
            ),
        ),
        Table(
            "outcomes",
            "结局",
            (
                STUDENT_ID,
                Column("observed_on", CellKind.DATE, "观察日期", _S, required=True),
                Column("kind", CellKind.CODE, "类型", _S, required=True, codes=OutcomeKind),
                Column("level", CellKind.INT, "等级", _S, required=True, low=0, high=3),
                Column("selection_reason", CellKind.CODE, "入选原因", _S, codes=Selection),
                Column("selection_prob", CellKind.NUMBER, "入选概率", _S, low=0, high=1),
                Column("recorded_on", CellKind.DATE, "登记日期", _S),
                Column("interviewer", CellKind.ID, "访谈人编号", _P),
                Column("second_interviewer", CellKind.ID, "第二访谈人编号", _P),
                Column("saw_score", CellKind.BOOL, "访谈前看过评分", _S),
                # The keys of the evidence that was assessed, separated by blanks; empty where nobody kept a list.
                Column("assessed", CellKind.TEXT, "评估了的依据", _S),
                Column("corrects", CellKind.TEXT, "更正的记录编号", _P),
            ),
        ),
        Table(
            "contacts",
            "联系记录",
            (
                STUDENT_ID,
                Column("contacted_on", CellKind.DATE, "联系日期", _P, required=True),
                Column("whom", CellKind.CODE, "联系对象", _P, codes=Contacted),
                Column("recorded_on", CellKind.DATE, "登记日期", _P),
            ),
        ),
        Table(
            "consents",
            "同意",
            (
                STUDENT_ID,
                Column("scope", CellKind.CODE, "范围", _P, required=True, codes=ConsentScope),
                Column("given_by", CellKind.CODE, "同意人", _P, codes=Source),
                Column("given_on", CellKind.DATE, "同意日期", _P, required=True),
                Column("withdrawn_on", CellKind.DATE, "撤回日期", _P),
                Column("valid_until", CellKind.DATE, "有效期至", _P),  # the last day; empty: until it is withdrawn
            ),
        ),
        Table(
            "feeds",
            "数据覆盖",
            (
                Column("school_id", CellKind.ID, "学校编号", _O, required=True),
                Column("table", CellKind.TEXT, "数据表", _O, required=True),
                Column("covered_from", CellKind.DATE, "覆盖起始", _O, required=True),
                Column("covered_to", CellKind.DATE, "覆盖截止", _O, required=True),
            ),
        ),
        *SCHOOL_TABLES,
    )
}

RESPONSE_COLUMNS = (
    STUDENT_ID,
    Column("administered_on", CellKind.DATE, "测评日期", _S, required=True),
    Column("submitted_at", CellKind.TIME, "提交时间", _S),
    Column("received_at", CellKind.TIME, "接收时间", _S),
    Column("source_event_id", CellKind.ID, "来源事件编号", _P),
    Column("respondent", CellKind.CODE, "填答人", _S, codes=Respondent),
    Column("duration_s", CellKind.NUMBER, "用时（秒）", _S, low=0, duration=True),
    Column("coding_variant", CellKind.TEXT, "编码方式", _O),
)


def response_table(instrument: str, items: int, low: int, high: int) -> Table:
    """The table `responses/<instrument>`: one row a sheet, answers in `item_1` … `item_n`, empty where blank.

    Answers lie from `low` to `high` over all codings; `coding_variant` says which one a sheet has, the definition's own
    where it is empty.
    """
    answers = tuple(
        Column(f"item_{number}", CellKind.INT, f"第{number}题", _S, low=low, high=high)
        for number in range(1, items + 1)
    )
    return Table(f"responses/{instrument}", "量表答卷", (*RESPONSE_COLUMNS, *answers))


@cache
def schema(table: Table) -> pa.DataFrameSchema:
    """The pandera schema of a canonical table; validate lazily, so that every failing cell is named."""
    columns = {}
    for column in table.columns:
        checks = []
        if column.codes is not None:
            checks.append(pa.Check.isin(column.codes.codes(), name="code"))
        if column.low is not None:
            checks.append(pa.Check.ge(column.low, name="low"))
        if column.high is not None:
            checks.append(pa.Check.le(column.high, name="high"))
        columns[column.name] = pa.Column(
            DTYPES[column.kind],
            checks=checks,
            nullable=not column.required or column.blank_says,
            required=column.required,
        )
    return pa.DataFrameSchema(columns, strict=True, unique=list(table.key) or None, name=table.name)
