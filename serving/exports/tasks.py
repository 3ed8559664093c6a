"""Tasks of the plan as a table that goes out: for a class, or of one duty. What to do and by when, never why."""

from data_schemas.instruments import Words
from serving.duties.service import TaskLine
from serving.exports.sheet import OutSheet
from serving.today.cells import pick

TITLE = Words(zh="班主任任务单", en="tasks for the homeroom teacher")
NOTICE = Words(
    zh="只写要做的事和日期，不说明学生有任何问题；请不要张贴，不要转发到班级群。",
    en="What to do and by when. A task does not say that anything is wrong with a student: do not pass it on.",
)
COLUMNS = (
    *((Words(zh="学号", en="id"), 16.0, True), (Words(zh="姓名", en="name"), 10.0, True)),
    *((Words(zh="班级", en="class"), 12.0, True), (Words(zh="要做的事", en="what to do"), 32.0, False)),
    *((Words(zh="期限", en="by"), 12.0, True), (Words(zh="逾期（天）", en="days overdue"), 12.0, True)),
    *((Words(zh="完成日期", en="done on"), 14.0, True), (Words(zh="方式与结果", en="how, and result"), 28.0, False)),
    (Words(zh="签名", en="signature"), 14.0, True),
)


def tasks_sheet(lines: list[TaskLine], school: str, title: Words | None, lang: str) -> OutSheet:
    """With places for what was done and a signature."""
    rows = []
    for line in lines:
        who, task = line.student, line.task
        stands = (pick(line.rule.what, lang), task.due_on.isoformat(), str(task.days_over or ""))
        rows.append((who.student_id, who.name or "", who.class_id or "", *stands, "", "", ""))
    columns = tuple((pick(head, lang), width, narrow) for head, width, narrow in COLUMNS)
    named = pick(title or TITLE, lang)
    return OutSheet(named, pick(NOTICE, lang), (pick(NOTICE, lang), school), columns, tuple(rows))
