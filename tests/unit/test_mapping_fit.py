"""A mapping file that is at fault says where and what to do."""

from pathlib import Path

import pytest

from data_schemas.instruments import packaged_instruments
from data_schemas.mapping.definition import read_mapping
from data_schemas.mapping.fit import Step, as_of_cell, fit
from runxin.errors import Kind, UserError

HEAD = """
leaking = ["k2q*"]
[dataset]
name = "a"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[student_id]
column = "学号"
"""
STUDENTS = """
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "s" }
stage = "学段"
sex = "性别"
"""
OUTCOMES = """
[[blocks]]
table = "outcomes"
[blocks.columns]
observed_on = "日期"
kind = { constant = "interview" }
level = "k2q32b"
"""


def steps(folder: Path, text: str) -> list[Step]:
    file = folder / "mapping.toml"
    file.write_text(text, "utf-8")
    mapping, own, _ = read_mapping(file)
    as_of_cell(mapping, file.name)
    return fit(mapping, {**packaged_instruments(), **own}, file.name)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as refused:
        steps(folder, text)
    assert refused.value.kind is Kind.BAD_DATA
    return "\n".join(map(str, refused.value.problems))


def test_a_mapping_becomes_steps(tmp_path: Path) -> None:
    made = steps(tmp_path, HEAD + STUDENTS + OUTCOMES)
    assert [step.name for step in made] == ["students", "outcomes"]
    assert made[0].columns == {"学号": False, "学段": False, "性别": False}


def test_headers_and_codes_of_the_mapping_are_levelled_like_cells(tmp_path: Path) -> None:
    made = steps(tmp_path, HEAD + STUDENTS.replace('"性别"', '{ column = "性　别 ", values = { "１" = "male" } }'))
    sex = made[0].cells["sex"]
    assert sex.column == "性 别"
    assert sex.values == {"1": "male"}


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ('table = "pupils"', "blocks.2.table: there is no table 'pupils'"),
        ('table = "responses/none"', "there is no table 'responses/none'"),
        ('table = "leaves"\ncolumns = { typ = "a" }', "blocks.2.columns.typ: leaves has no such column"),
        ('table = "leaves"\ncolumns = { type = "a" }', "the required column start_on is not filled"),
        ('table = "leaves"\ncolumns = { type = { constant = "ill" } }', "'ill' is not a code of type: sick"),
        ('table = "leaves"\ncolumns = { type = { column = "a", values = "kinds" } }', "no shared map 'kinds'"),
        ('table = "leaves"\ncolumns = { start_on = { constant = "2026-01-01" } }', "write it without quotes"),
        ('table = "leaves"\ncolumns = { half_days = { constant = 1.5 } }', "1.5 is not a whole number"),
        ('table = "leaves"\ncolumns = { half_days = { constant = 1001 } }', "1001 is outside 0 to 1000"),
        ('table = "leaves"\ncolumns = { half_days = { constant = "a" } }', "'a' is not a number"),
        ('table = "leaves"\ncolumns = { type = { id = { prefix = "a" } } }', "only an id column can be built"),
        ('table = "leaves"\nlong = { a = "b" }', "only family, concerns, scores can be written long"),
        ('table = "leaves"\nitems = ["a"]', "only responses/<instrument> has items"),
        ('table = "responses/phq9"\nitems = ["a", "b"]', "2 item columns are given and the instrument has 9"),
        ('table = "family"\nlong = { rich = "a" }', "'rich' is not a code of flag"),
        ('table = "leaves"\nskip_if_missing = ["b"]', "the block does not read 'b'"),
        (
            'table = "outcomes"\ncolumns = { level = { any_of = [{ column = "a", one_of = [1] }] } }',
            "any_of answers yes, no or unknown, which level does not hold",
        ),
        (
            'table = "outcomes"\n[blocks.columns.level]\n'
            'any_of = [{ column = "a", one_of = [1] }]\nvalues = { maybe = 1 }',
            "any_of answers yes, no or unknown, never maybe",
        ),
    ],
)
def test_what_does_not_fit_the_tables_is_named(tmp_path: Path, block: str, said: str) -> None:
    assert said in refusal(tmp_path, f"{HEAD}{STUDENTS}\n[[blocks]]\n{block}\n")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('{ column = "a", constant = "b" }', "give exactly one of: column, any_of, constant, id"),
        ("{}", "give exactly one of"),
        ('{ column = "a", valuez = {} }', "blocks.1.columns.sex.valuez: Extra inputs are not permitted"),
        ('{ constant = "male", optional = true }', "need a column"),
        ('{ column = "a", values = {}, thresholds = [{ value = "male" }] }', "cannot both be given"),
        ('{ column = "a", thresholds = [{ below = 3, value = "male" }] }', "a last one without `below`"),
        (
            '{ column = "a", thresholds = [{ below = 3, value = "male" }, { below = 1, value = "male" }, '
            '{ value = "male" }] }',
            "rising",
        ),
        ('{ any_of = [{ column = "a" }] }', "a condition needs one of"),
        ('{ any_of = [{ column = "a", missing = true, min = 3 }] }', "a blank cell has no value to test"),
    ],
)
def test_a_cell_is_filled_in_one_way(tmp_path: Path, cell: str, said: str) -> None:
    assert said in refusal(tmp_path, HEAD + STUDENTS.replace('sex = "性别"', f"sex = {cell}"))


def test_only_an_outcomes_block_may_read_a_leaking_column(tmp_path: Path) -> None:
    assert steps(tmp_path, HEAD + STUDENTS + OUTCOMES)
    said = refusal(tmp_path, HEAD + STUDENTS.replace('"性别"', '"K2Q33A"'))
    assert "the block for students reads K2Q33A, which is declared leaking (k2q*)" in said
    said = refusal(tmp_path, HEAD + '[[where]]\ncolumn = "k2q32a"\nmissing = false\n' + STUDENTS)
    assert "the row filter reads k2q32a, which is declared leaking" in said


def test_the_outcome_itself_is_no_input_even_when_not_declared(tmp_path: Path) -> None:
    text = (HEAD + STUDENTS + OUTCOMES).replace("k2q32b", "结论").replace('"性别"', '"结论"')
    assert "reads 结论, which is the outcome itself" in refusal(tmp_path, text)


def test_students_are_needed(tmp_path: Path) -> None:
    assert "no block writes the students" in refusal(tmp_path, HEAD + OUTCOMES)


def test_with_several_kinds_of_files_a_block_names_its_own(tmp_path: Path) -> None:
    files = '[files.a]\nmatch = "a*"\n[files.b]\nmatch = "b*"\n'
    assert "file = one of a, b" in refusal(tmp_path, HEAD + files + STUDENTS)
    assert steps(tmp_path, HEAD + files + STUDENTS.replace("[blocks.columns]", 'file = "a"\n[blocks.columns]'))


def test_an_as_of_column_is_looked_at_too(tmp_path: Path) -> None:
    said = refusal(tmp_path, HEAD.replace("2026-03-31", '{ column = "年", values = "days" }') + STUDENTS)
    assert "dataset.as_of: there is no shared map 'days'" in said
    said = refusal(tmp_path, HEAD.replace("2026-03-31", '{ constant = "x" }') + STUDENTS)
    assert "give a date or a column" in said


def test_a_file_that_is_not_toml_or_absent(tmp_path: Path) -> None:
    assert "mapping.toml" in refusal(tmp_path, "dataset = ")
    with pytest.raises(UserError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")
    said = refusal(tmp_path, 'instruments = ["own.toml"]\n' + HEAD + STUDENTS)
    assert "own.toml: there is no such file" in said
