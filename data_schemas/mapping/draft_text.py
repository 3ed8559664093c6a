"""The text of a drafted mapping: TOML with comments, as `examples/platform/mapping.toml` is written."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_schemas.cells import Texts
from data_schemas.codes import Sex, Stage
from data_schemas.instruments import Coding, Instrument
from data_schemas.mapping.definition import FileRole
from data_schemas.mapping.headers import grade_of, why_unread
from data_schemas.mapping.recognition import BLANKS

HEAD = """# 起草的映射：请逐项核对，改好后先预览再导入。A drafted mapping: look it over, then preview, then import.
#   runxin import --mapping {out} --preview {files}"""
# GB/T 2261.1: the codes of sex in Chinese administrative data.
SEX_CODES = {"0": "unknown", "1": "male", "2": "female", "9": "unknown"}
STUDENT = {"school_id", "class_id", "stage", "grade", "sex", "birth_date", "age_years", "boarding"}
PLAIN = ("birth_date", "age_years", "boarding")


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire in a file: the headers of its items by number, the pattern that finds them, and the coding."""

    instrument: Instrument
    headers: Mapping[int, str]
    pattern: str | None
    coding: Coding | None


@dataclass(frozen=True)
class Export:
    """What was found in a file: canonical column → header, header → cells, what is left unread."""

    role: FileRole
    columns: Mapping[str, str]
    texts: Mapping[str, Texts]
    questionnaires: Sequence[Questionnaire]
    unread: Sequence[str]


def draft_text(exports: Sequence[Export], as_of: date, out: Path, to_do: list[str]) -> str:
    """The mapping as text; what a person has to settle is added to `to_do`, and stands in the comments."""
    names = ["export"] if len(exports) == 1 else [f"export_{number}" for number in range(1, len(exports) + 1)]
    roster = max(exports, key=lambda export: len(STUDENT & set(export.columns)))
    blocks = [["# 学生 / students", *_students(roster, names[exports.index(roster)], to_do)]]
    for export, name in zip(exports, names, strict=True):
        blocks += [list(_sheets(export, name, one, as_of, to_do)) for one in export.questionnaires]
    files = [export.role.match for export in exports]
    lines = [HEAD.format(out=out.name, files=" ".join(files))]
    lines += [f"# 待核对 / to settle: {line}" for line in to_do]
    lines += ["", "# 这些写法读作空白（未知），不读作“否” / read as blank", f"missing = {_list(_blanks(exports))}"]
    lines += ["", "[dataset]", f"name = {_text(Path(files[0]).stem)}", "synthetic = false", 'origin = "local"']
    lines += ['mode = "longitudinal"', f"as_of = {as_of.isoformat()} # 数据截至哪一天 / the day of the export"]
    for export, name in zip(exports, names, strict=True):
        lines += ["", f"[files.{name}]", f"match = {_text(export.role.match)}"]
        lines += [f"sheet = {_text(export.role.sheet)}"] if export.role.sheet else []
        lines += [f"header_row = {export.role.header_row}"] if export.role.header_row > 1 else []
    for block in blocks:
        lines += ["", "[[blocks]]", *block]
    for export in exports:
        if export.unread:
            lines += ["", f"# {export.role.match} 中没有读的列 / columns that are not read:"]
            lines += [f"#   {header}{f'：{why}' if (why := why_unread(header)) else ''}" for header in export.unread]
    return "\n".join([*lines, ""])


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


def _students(export: Export, file: str, to_do: list[str]) -> Iterator[str]:
    columns, texts = export.columns, export.texts
    yield 'table = "students"'
    yield f'file = "{file}"'
    yield "[blocks.columns]"
    yield f"student_id = {_text(columns['student_id'])}"
    if "school_id" in columns:
        yield f"school_id = {_text(columns['school_id'])}"
    else:
        to_do.append("no column with the school: write its id in place of school-1")
        yield 'school_id = { constant = "school-1" } # 改成学校编号'
    grades = columns.get("grade") or columns.get("class_id")
    words = texts[grades].distinct if grades else ()
    known = {word: grade for word in words if (grade := grade_of(word)) is not None}
    if "stage" in columns:
        yield f"stage = {_text(columns['stage'])}"
    elif grades and known:
        stages = {word: _stage(grade) for word, grade in known.items()}
        yield f"stage = {{ column = {_text(grades)}, values = {_map(stages)} }}"
        unclear = [word for word in words if word not in known]
        if unclear:
            to_do.append(f"{len(unclear)} values of {grades} do not say which grade they are: add them to the values")
    else:
        to_do.append("no column says the grade: write the stage of these students in place of junior")
        yield 'stage = { constant = "junior" } # 改成 primary、junior、senior 或 vocational'
    if grades and known:
        numbers = all(word.isdecimal() for word in words) and "grade" in columns
        yield (
            f"grade = {_text(grades)}" if numbers else f"grade = {{ column = {_text(grades)}, values = {_map(known)} }}"
        )
    yield from _class(export)
    yield from _sex(export, to_do)
    yield from (f"{name} = {_text(columns[name])}" for name in PLAIN if name in columns)


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
        yield f"class_id = {{ id = {{ columns = {_list([*wider, header])}, row = false }} }}"
    else:
        yield f"class_id = {_text(header)}"


def _stage(grade: int) -> str:
    return str((Stage.PRIMARY if grade <= 6 else Stage.JUNIOR if grade <= 9 else Stage.SENIOR).code)


def _sex(export: Export, to_do: list[str]) -> Iterator[str]:
    header = export.columns.get("sex")
    if header is None:
        to_do.append("no column with the sex: it is unknown for everyone, and bands that need it are not read")
        yield 'sex = { constant = "unknown" }'
        return
    words = set(export.texts[header].distinct)
    if words & set(SEX_CODES) and words <= set(SEX_CODES):
        to_do.append(f"{header} is read by the national codes, 1 male and 2 female: is it written so?")
        yield f"sex = {{ column = {_text(header)}, values = {_map(SEX_CODES)} }} # GB/T 2261.1"
        return
    yield f"sex = {_text(header)}"
    known = {form for member in Sex for form in (member.code, member.zh)}
    if words - known:
        to_do.append(f"{len(words - known)} values of {header} are neither 男 nor 女: add them to values")


def _sheets(export: Export, file: str, one: Questionnaire, as_of: date, to_do: list[str]) -> Iterator[str]:
    columns, code = export.columns, one.instrument.code
    day = columns.get("administered_on") or columns.get("submitted_at")
    absent = [number for number in range(1, one.instrument.items + 1) if number not in one.headers]
    yield f'table = "responses/{code}" # {one.instrument.name.zh}'
    yield f'file = "{file}"'
    if day:
        yield f"skip_if_missing = [{_text(day)}] # 没有作答的学生没有日期：只计数"
    yield "[blocks.items]"
    if one.pattern is not None:
        yield f"columns = {_text(one.pattern)}"
    else:
        yield f"columns = {_list(one.headers[number] for number in sorted(one.headers))}"
    if absent:
        to_do.append(f"{code}: the file has no item {', '.join(map(str, absent))}; they are unknown for everyone")
        yield f"absent = {absent}"
    if one.coding is None:
        yield f"# coding = ？ 必须写明 / must be said: {', '.join(each.variant for each in one.instrument.codings)}"
    elif one.instrument.codings[1:]:
        yield f"coding = {_text(one.coding.variant)}"
    yield "[blocks.columns]"
    yield f"student_id = {_text(columns['student_id'])}"
    if day:
        yield f"administered_on = {_text(day)}"
    else:
        to_do.append(f"{code}: no column with the day of the test; the as-of date stands in for it")
        yield f"administered_on = {{ constant = {as_of.isoformat()} }} # 改成测评日期"
    if "submitted_at" in columns:
        yield f"submitted_at = {_text(columns['submitted_at'])}"
    if "duration_s" in columns:
        several = " # 整份问卷的用时 / the time of the whole form" if export.questionnaires[1:] else ""
        yield f"duration_s = {_text(columns['duration_s'])}{several}"
    yield 'respondent = { constant = "self" } # 家长填的写 parent，教师填的写 teacher'


def _text(text: str) -> str:
    """A TOML string; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _map(values: Mapping[str, object]) -> str:
    return (
        f"{{ {', '.join(f'{_text(key)} = {json.dumps(value, ensure_ascii=False)}' for key, value in values.items())} }}"
    )
