"""The students of drafted files: which file says who they are, and how its columns are read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from data_schemas.cells import Texts
from data_schemas.class_names import class_of
from data_schemas.codes import Sex, Stage
from data_schemas.mapping.draft_export import Export
from data_schemas.mapping.draft_open import Open
from data_schemas.mapping.headers import grade_of
from data_schemas.mapping.questions import Question, reference, toml_list, toml_text
from runxin.errors import how_many

Columns: TypeAlias = Mapping[str, str]
Cells: TypeAlias = Mapping[str, Texts]
# GB/T 2261.1: the codes of sex in Chinese administrative data.
SEX_CODES = {"0": "unknown", "1": "male", "2": "female", "9": "unknown"}
SEX_WORDS = {"男生": "male", "女生": "female", "男孩": "male", "女孩": "female"}
SEX_WORDS |= {word: sex for sex in ("male", "female") for word in (sex[0], sex[0].upper(), sex.capitalize())}
FACTS = {"school_id", "class_id", "stage", "grade", "sex", "birth_date", "age_years", "boarding"}
SCHOOL = "school-1"  # stands for the school of a file that does not name it
LAST_GRADE = 12
PLAIN = ("birth_date", "age_years", "boarding")


def rosters_of(files: Sequence[Export], opened: Open) -> list[Export]:
    """The files that say who the students are: the one that says most of them, of equals the latest, and each other
    one of which most students stand in none of these, as a file for each class is. Whoever stands in another file alone
    is named: graduates of an earlier wave, or students whom the roster lacks."""
    order = sorted(files, key=lambda file: (len(FACTS & set(file.columns)), max(file.days, default=date.min)))
    taken: list[Export] = []
    known: set[str] = set()
    for file in order[::-1]:
        ids = set(file.texts[file.columns["student_id"]].distinct)
        new = ids - known
        if not taken or (FACTS & set(file.columns) and 2 * len(new) > len(ids)):
            taken.append(file)
            known |= ids
        elif new:
            only = how_many(len(new), "student")
            opened.note(
                f"{file.head.name}: {only} on no other list, whose records will stand under 身份待核: add them to the "
                "roster, with left_on where they have left"
            )
    return taken


def students_block(columns: Columns, texts: Cells, places: Sequence[str], file: str, opened: Open) -> Iterator[str]:
    """The lines of the block for the students of a file. `places` are the names of its sheet and of the file itself,
    which may be that of a class where no column says it."""
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
    named = None if "class_id" in columns else next((one for one in places if "班" in one and class_of(one)), None)
    titled = class_of(named) if named is not None and grades is None else None
    if "stage" in columns:
        yield f"stage = {toml_text(columns['stage'])}"
    elif titled is not None and 1 <= titled[0] <= LAST_GRADE:
        yield f'stage = {{ constant = "{_stage(titled[0])}" }}'
    elif grades and known:
        stages = {word: _stage(grade) for word, grade in known.items()}
        yield f"stage = {{ column = {toml_text(grades)}, values = {_map(stages)} }}"
        unclear = [word for word in words if word not in known]
        if unclear:
            opened.note(f"{how_many(len(unclear), 'word')} of {grades} without a grade: add them to the values")
    else:
        every = tuple(Stage.codes())
        opened.ask(
            Question(
                id="stage", ask="文件里没有年级，哪个学段？ / no column says the grade: which stage?", choices=every
            )
        )
        yield f"stage = {{ constant = {toml_text(reference('stage'))} }}"
    if "grade" in columns and not known:
        opened.note(f"{grades}: its words do not say which grade they are, and the grade is unknown for everyone")
    if grades and known:
        numbers = all(word.isdecimal() for word in words) and "grade" in columns
        yield (
            f"grade = {toml_text(grades)}"
            if numbers
            else f"grade = {{ column = {toml_text(grades)}, values = {_map(known)} }}"
        )
    if titled is not None and 1 <= titled[0] <= LAST_GRADE:
        yield f"grade = {{ constant = {titled[0]} }}"
    if named is not None:
        opened.note(f"no column with the class: the students of {named} are of this class")
        yield f"class_id = {{ constant = {toml_text(named)} }}"
    yield from _class(columns, texts)
    yield from _sex(columns, texts, opened)
    yield from (f"{name} = {toml_text(columns[name])}" for name in PLAIN if name in columns)


def _class(columns: Columns, texts: Cells) -> Iterator[str]:
    """Class 1 of grade 7 is not class 1 of grade 8, nor that of another school."""
    header = columns.get("class_id")
    if header is None:
        return
    by_itself = all(grade_of(word) is not None for word in texts[header].distinct)
    school, grade = columns.get("school_id"), columns.get("grade")
    wider = [school] if school and texts[school].distinct[1:] else []
    wider += [grade] if grade and not by_itself else []
    if wider:
        yield f"class_id = {{ id = {{ columns = {toml_list([*wider, header])}, row = false, once = true }} }}"
    else:
        yield f"class_id = {toml_text(header)}"


def _stage(grade: int) -> str:
    return str((Stage.PRIMARY if grade <= 6 else Stage.JUNIOR if grade <= 9 else Stage.SENIOR).code)


def _sex(columns: Columns, texts: Cells, opened: Open) -> Iterator[str]:
    header = columns.get("sex")
    if header is None:
        opened.note("no column with the sex: it is unknown for everyone, and bands that need it are not read")
        yield 'sex = { constant = "unknown" }'
        return
    words = set(texts[header].distinct)
    if words & set(SEX_CODES) and words <= set(SEX_CODES):
        opened.note(f"{header} is read by the national codes, 1 male and 2 female: is it written so?")
        yield f"sex = {{ column = {toml_text(header)}, values = {_map(SEX_CODES)} }} # GB/T 2261.1"
        return
    if set(SEX_WORDS) & words:
        plain = {form: member.code for member in Sex for form in (member.code, member.zh)}
        used = {word: code for word, code in {**plain, **SEX_WORDS}.items() if word in words}
        yield f"sex = {{ column = {toml_text(header)}, values = {_map(used)} }}"
    else:
        yield f"sex = {toml_text(header)}"
    known = set(SEX_WORDS) | {form for member in Sex for form in (member.code, member.zh)}
    if words - known:
        opened.note(f"{how_many(len(words - known), 'word')} of {header} beside 男 and 女: add them to values")


def _map(values: Mapping[str, object]) -> str:
    pairs = (f"{toml_text(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"{{ {', '.join(pairs)} }}"
