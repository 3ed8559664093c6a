"""The text of a drafted mapping: TOML with comments, as `examples/platform/mapping.toml` is written."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from data_schemas.mapping.answer_coding import BLANKS
from data_schemas.mapping.draft_attendance import attendance_block
from data_schemas.mapping.draft_export import Export, Questionnaire
from data_schemas.mapping.draft_leave import leave_block
from data_schemas.mapping.draft_open import Open
from data_schemas.mapping.draft_pivot import pivot_lines
from data_schemas.mapping.draft_students import rosters_of, students_block
from data_schemas.mapping.draft_totals import totals_block
from data_schemas.mapping.headers import why_unread
from data_schemas.mapping.questions import toml_list, toml_text
from data_schemas.mapping.sheet_days import day_text

HEAD = """# 起草的映射：请逐项核对，改好后先预览再导入。A drafted mapping: look it over, then preview, then import.
#   runxin import --mapping {out} --preview {files}"""


def draft_text(exports: Sequence[Export], as_of: date, out: Path, opened: Open) -> str:
    """The mapping as text; what a person has to settle is added to `opened`, and stands at its head."""
    names = ["export"] if len(exports) == 1 else [f"export_{number}" for number in range(1, len(exports) + 1)]
    rosters = rosters_of(exports, opened)
    blocks = [
        ["# 学生 / students", *students_block(export.columns, export.texts, export.head.places, name, opened)]
        for export, name in zip(exports, names, strict=True)
        if export in rosters
    ]
    for export, name in zip(exports, names, strict=True):
        blocks += [list(_sheets(export, name, one)) for one in export.questionnaires]
        blocks += [list(lines) for lines in _others(export, name, opened)]
    files = list(dict.fromkeys(export.head.path.name for export in exports))
    lines = [HEAD.format(out=out.name, files=" ".join(files))]
    lines += [f"# 待核对 / to look at: {line}" for line in opened.notes]
    lines += ["", "# 这些写法读作空白（未知），不读作“否” / read as blank", f"missing = {toml_list(_blanks(exports))}"]
    for question in opened.questions:
        lines += ["", *question.block()]
    lines += ["", "[dataset]", f"name = {toml_text(Path(files[0]).stem)}", "synthetic = false", 'origin = "local"']
    lines += ['mode = "longitudinal"', f"as_of = {as_of.isoformat()} # 数据截至哪一天 / the day of the export"]
    for export, name in zip(exports, names, strict=True):
        role = export.head.role
        lines += ["", f"[files.{name}]", f"match = {toml_text(role.match)}"]
        lines += [f"sheet = {toml_text(role.sheet)}"] if role.sheet else []
        lines += [f"header_row = {role.header_row}"] if role.header_row > 1 else []
        lines += [f"heading_row = {role.heading_row}"] if role.heading_row else []
        lines += [f"skip_rows = {role.skip_rows}"] if role.skip_rows else []
        lines += [] if role.pivot is None else ["", *pivot_lines(role.pivot, name)]
        if export.trials is not None and export.trials.others:
            lines += ["", "[[where]] # 试填、预览的行不导入 / rows of trials stay out", f"file = {toml_text(name)}"]
            lines += [f"column = {toml_text(export.trials.column)}", f"one_of = {toml_list(export.trials.others)}"]
    for block in blocks:
        lines += ["", "[[blocks]]", *block]
    for export in exports:
        if export.unread:
            lines += ["", f"# {export.head.name} 中没有读的列 / columns that are not read:"]
            lines += [f"#   {header}{f'：{why}' if (why := why_unread(header)) else ''}" for header in export.unread]
    return "\n".join([*lines, ""])


def _others(export: Export, name: str, opened: Open) -> Iterator[Sequence[str]]:
    """Blocks of totals, of leave and of an attendance sheet."""
    student = export.columns["student_id"]
    drafted = [totals_block(one, export.texts, student, name) for one in export.totals]
    drafted += [leave_block(export.leave, student, name)] if export.leave is not None else []
    drafted += [attendance_block(export.attendance, student, name)] if export.attendance is not None else []
    for lines, questions, notes in drafted:
        for question in questions:
            opened.ask(question)
        for note in notes:
            opened.note(f"{export.head.name}: {note}")
        yield lines


def _blanks(exports: Sequence[Export]) -> list[str]:
    """What the answers of these files write for no answer."""
    answers = {
        text
        for export in exports
        for one in export.questionnaires
        for header in one.headers.values()
        for text in export.texts[header].distinct
    }
    return [text for text in BLANKS if text in answers]


def _sheets(export: Export, file: str, one: Questionnaire) -> Iterator[str]:
    columns, day = export.columns, one.day
    name = f" # {one.instrument.name.zh}" if one.instrument is not None else ""
    yield f"table = {toml_text(one.table)}{name}"
    yield f'file = "{file}"'
    yield "[blocks.items]"
    if one.pattern is not None:
        yield f"columns = {toml_text(one.pattern)}"
    else:
        yield f"columns = {toml_list(one.headers[number] for number in sorted(one.headers))}"
    if one.beside is not None:
        yield f"beside = {toml_text(one.beside)} # 不是量表的题 / no items"
    if isinstance(one.absent, str):
        yield f"absent = {toml_text(one.absent)}"
    elif one.absent:
        yield f"absent = {list(one.absent)}"
    if one.coding is not None:
        yield f"coding = {toml_text(one.coding)}"
    if one.total is not None:
        yield f"total = {toml_text(one.total)} # 平台的总分只用来核对 / only held against the answers"
    yield "[blocks.columns]"
    yield f"student_id = {toml_text(columns['student_id'])}"
    yield f"administered_on = {day_text(day)}"
    if "submitted_at" in columns and not day.blanks and day.header in columns.values():  # else of another wave
        yield f"submitted_at = {toml_text(columns['submitted_at'])}"
    if "duration_s" in columns:
        several = " # 整份问卷的用时 / the time of the whole form" if export.questionnaires[1:] else ""
        yield f"duration_s = {toml_text(columns['duration_s'])}{several}"
    yield f"respondent = {{ constant = {toml_text(one.respondent)} }} # 家长填的写 parent，教师填的写 teacher"
