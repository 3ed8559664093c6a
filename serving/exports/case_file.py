"""A student's file as a table that goes out: what stands on the page, in the order of the page.

Records of talks and notes stay where they are: their authors read them there. Of a student drawn by lot nothing is told
but who it is. Under the protection lock no step with guardians is in it.
"""

from collections.abc import Iterator

from data_schemas.instruments import Words
from models.sentences import sheet_words
from serving.cases.case import CaseNow
from serving.exports.sheet import OutSheet
from serving.student import StudentFile
from serving.today.cells import pick, tier_words
from serving.today.export import NOTICE, SYNTHETIC

SECTION, WHAT, WHEN = (
    Words(zh="项目", en="part"),
    Words(zh="内容", en="what"),
    Words(zh="日期或时间", en="day or time"),
)
REMARK, SIGNED = Words(zh="备注", en="notes"), Words(zh="签名", en="signature")
TITLE = Words(zh="一生一档", en="student file")
LOCK = Words(
    zh="保护锁：不联系监护人，按强制报告处理",
    en="protection lock: no contact with guardians, follow the duty to report",
)
BY_LOT = Words(
    zh="本周例行访谈，谈话记录之前不显示其他内容", en="a routine talk this week: nothing else until it is recorded"
)
WIDTHS = ((SECTION, 16, True), (WHAT, 64, False), (WHEN, 18, True), (REMARK, 28, False), (SIGNED, 14, True))
PENDING = Words(zh="待人工确认", en="to be confirmed by a person")
Row = tuple[Words, str, str]


def file_sheet(file: StudentFile, case: CaseNow | None, school: str, lang: str) -> OutSheet:
    """The file of a student at a school by its name."""
    heads = [pick(NOTICE, lang), " · ".join(_who(file, school))]
    if file.synthetic:
        heads.insert(0, pick(SYNTHETIC, lang))
    hidden = file.blind and not file.revealed
    rows = [(Words(zh="说明", en="note"), pick(BY_LOT, lang), "")] if hidden else list(_rows(file, case, lang))
    columns = tuple((pick(head, lang), float(width), narrow) for head, width, narrow in WIDTHS)
    cells = tuple((pick(part, lang), what, when, "", "") for part, what, when in rows)
    return OutSheet(pick(TITLE, lang), pick(NOTICE, lang), tuple(heads), columns, cells)


def _who(file: StudentFile, school: str) -> Iterator[str]:
    yield file.student.student_id
    if file.student.name:
        yield file.student.name
    yield from (one for one in (file.student.class_id, school) if one)


def _rows(file: StudentFile, case: CaseNow | None, lang: str) -> Iterator[Row]:
    now = file.present
    if now.protection:
        yield Words(zh="保护锁", en="lock"), pick(LOCK, lang), ""
    word, since = tier_words(now.tier, now.confirmed, lang), file.since.isoformat() if file.since else ""
    sure = "" if now.confirmed or not now.tier.ord else f" · {pick(PENDING, lang)}"
    yield Words(zh="等级", en="tier"), f"{word}{sure}", since
    for clock in now.clocks:
        by = clock.by.strftime("%Y-%m-%d %H:%M") if clock.by is not None else ""
        why = f"（{pick(clock.why, lang)}）" if clock.why is not None else ""
        yield Words(zh="应做", en="due"), f"{pick(clock.what, lang)}{why}", by
    for one in (*now.open, *now.leads):
        yield Words(zh="待核查", en="to assess"), pick(one.piece.floor.text, lang), one.piece.known_on.isoformat()
    said = file.assessment
    for sheet in () if said is None else said.instruments:
        said_of = pick(sheet_words(sheet), lang)
        yield Words(zh="问卷", en="questionnaire"), said_of, sheet.administered_on.isoformat()
    for task in now.tasks:
        yield Words(zh="任务", en="task"), pick(task.text, lang), task.due_on.isoformat()
    if case is not None:
        state = case.state.zh if lang == "zh" else case.state.en
        held = f" · {case.holder}" if case.holder else ""
        yield Words(zh="个案", en="case"), f"{state}{held}", case.since.date().isoformat() if case.since else ""
    for closed in now.evidence:
        if not closed.is_open:
            on = closed.piece.known_on.isoformat()
            yield Words(zh="已核查", en="assessed"), pick(closed.piece.floor.text, lang), on
