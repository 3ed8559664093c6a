"""The canonical tables that say nothing of students: schools, who is on duty, the calendar."""

from data_schemas.codes import DutyRole
from data_schemas.table import CellKind, Column, Sensitivity, Table

_O, _P = Sensitivity.OPEN, Sensitivity.PERSONAL
# Of the calendar: where the school is blank, the row holds for every school.
SCHOOL = Column("school_id", CellKind.ID, "学校编号", _O)
STARTS = Column("starts_on", CellKind.DATE, "开始日期", _O, required=True)
ENDS = Column("ends_on", CellKind.DATE, "结束日期", _O, required=True)
TITLE = Column("title", CellKind.TEXT, "名称", _O)

SCHOOL_TABLES = (
    Table(
        "schools",
        "学校",
        (
            Column("school_id", CellKind.ID, "学校编号", _O, required=True),
            Column("name", CellKind.TEXT, "学校名称", _O, required=True),
            Column("county", CellKind.TEXT, "区县", _O),
            Column("stages", CellKind.TEXT, "学段", _O),  # codes of `Stage`, or their Chinese names, between spaces
            Column("counselors", CellKind.INT, "心理教师人数", _O, low=0, high=100),
            Column("double_certified", CellKind.INT, "双证心理教师人数", _O, low=0, high=100),
            Column("room", CellKind.BOOL, "心理辅导室", _O),
        ),
        key=("school_id",),
    ),
    Table(
        "duty",
        "值班",
        (
            Column("school_id", CellKind.ID, "学校编号", _O, required=True),
            Column("person", CellKind.TEXT, "值班人", _P, required=True),
            Column("role", CellKind.CODE, "值班角色", _P, required=True, codes=DutyRole),
            Column("phone", CellKind.TEXT, "电话", _P),
            Column("starts_at", CellKind.TIME, "开始时间", _P, required=True),
            Column("ends_at", CellKind.TIME, "结束时间", _P, required=True),
            Column("note", CellKind.TEXT, "备注", _P),
        ),
    ),
    Table("terms", "学期", (SCHOOL, STARTS, ENDS, TITLE)),
    Table("breaks", "假期（春秋假等）", (SCHOOL, STARTS, ENDS, TITLE)),
    Table("exams", "考试", (SCHOOL, STARTS, ENDS, TITLE)),
    Table(
        "makeup_days",
        "调课",
        (
            SCHOOL,
            Column("day", CellKind.DATE, "日期", _O, required=True),
            Column("taught", CellKind.BOOL, "是否上课", _O, required=True),
        ),
    ),
)
