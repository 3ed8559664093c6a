"""The text of a drafted mapping: TOML with comments, as `examples/platform/mapping.toml` is written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from data_schemas.cells import Texts
from data_schemas.codes import Sex, Stage
from data_schemas.instruments import Instrument
from data_schemas.mapping.answer_coding import BLANKS
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.draft_leave import AttendanceFile, LeaveFile, attendance_block, leave_block
from data_schemas.mapping.draft_totals import Totals, totals_block
from data_schemas.mapping.headers import grade_of, why_unread
from data_schemas.mapping.questions import Question, reference, toml_list, toml_text
from data_schemas.mapping.sheet_days import Day, day_text
from data_schemas.mapping.tool_rows import Trials

HEAD = """# 起草的映射：请逐项核对，改好后先预览再导入。A drafted mapping: look it over, then preview, then import.
#   runxin import --mapping {out} --preview {files}"""
# GB/T 2261.1: the codes of sex in Chinese administrative data.
SEX_CODES = {"0": "unknown", "1": "male", "2": "female", "9": "unknown"}
STUDENT = {"school_id", "class_id", "stage", "grade", "sex", "birth_date", "age_years", "boarding"}
SCHOOL = "school-1"  # stands for the school of a file that does not name it
PLAIN = ("birth_date", "age_years", "boarding")


class Asked(Protocol):
    """Where questions and what else is to be looked at are put down."""

    questions: list[Question]
    notes: list[str]

    def ask(self, question: Question | None) -> None: ...

    def note(self, line: str | None) -> None: ...


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire in a file: the headers of its items by number and the pattern that finds them. `coding` and
    `absent` are as the mapping says them, a reference to a question among these; without an `instrument` the `table`
    holds one."""

    instrument: Instrument | None
    headers: Mapping[int, str]
    pattern: str | None
    coding: str | None
    absent: str | Sequence[int] | None
    day: Day
    table: str
    total: str | None = None


@dataclass(frozen=True)
class Export:
    """What was found in a file: canonical column → header, header → cells, what is left unread, and rows of trials."""

    role: FileRole
    columns: Mapping[str, str]
    texts: Mapping[str, Texts]
    questionnaires: Sequence[Questionnaire]
    unread: Sequence[str]
    trials: Trials | None = None
    totals: Sequence[Totals] = ()
    leave: LeaveFile | None = None
    attendance: AttendanceFile | None = None


def draft_text(exports: Sequence[Export], as_of: date, out: Path, opened: Asked) -> str:
    """The mapping as text; what a person has to settle is added to `opened`, and stands at its head."""
    names = ["export"] if len(exports) == 1 else [f"export_{number}" for number in range(1, len(exports) + 1)]
    roster = max(exports, key=lambda export: len(STUDENT & set(export.columns)))
    blocks = [["# 学生 / students", *_students(roster, names[exports.index(roster)], opened)]]
    for export, name in zip(exports, names, strict=True):
        blocks += [list(_sheets(export, name, one)) for one in export.questionnaires]
        blocks += [list(lines) for lines in _others(export, name, opened)]
    files = [export.role.match for export in exports]
    lines = [HEAD.format(out=out.name, files=" ".join(files))]
    lines += [f"# 待核对 / to look at: {line}" for line in opened.notes]
    lines += ["", "# 这些写法读作空白（未知），不读作“否” / read as blank", f"missing = {toml_list(_blanks(exports))}"]
    for question in opened.questions:
        lines += ["", *question.block()]
    lines += ["", "[dataset]", f"name = {toml_text(Path(files[0]).stem)}", "synthetic = false", 'origin = "local"']
    lines += ['mode = "longitudinal"', f"as_of = {as_of.isoformat()} # 数据截至哪一天 / the day of the export"]
    for export, name in zip(exports, names, strict=True):
        lines += ["", f"[files.{name}]", f"match = {toml_text(export.role.match)}"]
        lines += [f"sheet = {toml_text(export.role.sheet)}"] if export.role.sheet else []
        lines += [f"header_row = {export.role.header_row}"] if export.role.header_row > 1 else []
        lines += [f"heading_row = {export.role.heading_row}"] if export.role.heading_row else []
        lines += [f"skip_rows = {export.role.skip_rows}"] if export.role.skip_rows else []
        if export.trials is not None and export.trials.others:
            lines += ["", "[[where]] # 试填、预览的行不导入 / rows of trials stay out", f"file = {toml_text(name)}"]
            lines += [f"column = {toml_text(export.trials.column)}", f"one_of = {toml_list(export.trials.others)}"]
    for block in blocks:
        lines += ["", "[[blocks]]", *block]
    for export in exports:
        if export.unread:
            lines += ["", f"# {export.role.match} 中没有读的列 / columns that are not read:"]
            lines += [f"#   {header}{f'：{why}' if (why := why_unread(header)) else ''}" for header in export.unread]
    return "\n".join([*lines, ""])


def _others(export: Export, name: str, opened: Asked) -> Iterator[Sequence[str]]:
    """Blocks of totals, of leave and of an attendance sheet."""
    student = export.columns["student_id"]
    drafted = [totals_block(one, export.texts, student, name) for one in export.totals]
    drafted += [leave_block(export.leave, student, name)] if export.leave is not None else []
    drafted += [attendance_block(export.attendance, student, name)] if export.attendance is not None else []
    for lines, questions, notes in drafted:
        for question in questions:
            opened.ask(question)
        for note in notes:
            opened.note(note)
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


def _students(export: Export, file: str, opened: Asked) -> Iterator[str]:
    columns, texts = export.columns, export.texts
    yield 'table = "students"'
    yield f'file = "{file}"'
    yield "[blocks.columns]"
    yield f"student_id = {toml_text(columns['student_id'])}"
    if "school_id" in columns:
        yield f"school_id = {toml_text(columns['school_id'])}"
    else:
        opened.ask(
            Question(
                id="school", ask="文件里没有学校，学校编号是？ / no column with the school: its id?", answer=SCHOOL
            )
        )
        yield f"school_id = {{ constant = {toml_text(reference('school'))} }}"
    grades = columns.get("grade") or columns.get("class_id")
    words = texts[grades].distinct if grades else ()
    known = {word: grade for word in words if (grade := grade_of(word)) is not None}
    if "stage" in columns:
        yield f"stage = {toml_text(columns['stage'])}"
    elif grades and known:
        stages = {word: _stage(grade) for word, grade in known.items()}
        yield f"stage = {{ column = {toml_text(grades)}, values = {_map(stages)} }}"
        unclear = [word for word in words if word not in known]
        if unclear:
            opened.note(f"{len(unclear)} values of {grades} do not say which grade they are: add them to the values")
    else:
        every = tuple(Stage.codes())
        opened.ask(
            Question(
                id="stage", ask="文件里没有年级，哪个学段？ / no column says the grade: which stage?", choices=every
            )
        )
        yield f"stage = {{ constant = {toml_text(reference('stage'))} }}"
    if grades and known:
        numbers = all(word.isdecimal() for word in words) and "grade" in columns
        yield (
            f"grade = {toml_text(grades)}"
            if numbers
            else f"grade = {{ column = {toml_text(grades)}, values = {_map(known)} }}"
        )
    yield from _class(export)
    yield from _sex(export, opened)
    yield from (f"{name} = {toml_text(columns[name])}" for name in PLAIN if name in columns)


def _class(export: Export) -> Iterator[str]:
    """Class 1 of grade 7 is not class 1 of grade 8, nor that of another school."""
    columns, header = export.columns, export.columns.get("class_id")
    if header is None:
        return
    by_itself = all(grade_of(word) is not None for word in export.texts[header].distinct)
    school, grade = columns.get("school_id"), columns.get("grade")
    wider = [school] if school and export.texts[school].distinct[1:] else []
    wider += [grade] if grade and not by_itself else []
    if wider:
        yield f"class_id = {{ id = {{ columns = {toml_list([*wider, header])}, row = false }} }}"
    else:
        yield f"class_id = {toml_text(header)}"


def _stage(grade: int) -> str:
    return str((Stage.PRIMARY if grade <= 6 else Stage.JUNIOR if grade <= 9 else Stage.SENIOR).code)


def _sex(export: Export, opened: Asked) -> Iterator[str]:
    header = export.columns.get("sex")
    if header is None:
        opened.note("no column with the sex: it is unknown for everyone, and bands that need it are not read")
        yield 'sex = { constant = "unknown" }'
        return
    words = set(export.texts[header].distinct)
    if words & set(SEX_CODES) and words <= set(SEX_CODES):
        opened.note(f"{header} is read by the national codes, 1 male and 2 female: is it written so?")
        yield f"sex = {{ column = {toml_text(header)}, values = {_map(SEX_CODES)} }} # GB/T 2261.1"
        return
    yield f"sex = {toml_text(header)}"
    known = {form for member in Sex for form in (member.code, member.zh)}
    if words - known:
        opened.note(f"{len(words - known)} values of {header} are neither 男 nor 女: add them to values")


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
    if "submitted_at" in columns and not day.blanks:
        yield f"submitted_at = {toml_text(columns['submitted_at'])}"
    if "duration_s" in columns:
        several = " # 整份问卷的用时 / the time of the whole form" if export.questionnaires[1:] else ""
        yield f"duration_s = {toml_text(columns['duration_s'])}{several}"
    yield 'respondent = { constant = "self" } # 家长填的写 parent，教师填的写 teacher'


def _map(values: Mapping[str, object]) -> str:
    pairs = (f"{toml_text(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"{{ {', '.join(pairs)} }}"
