"""No source row vanishes: what is read is written, filtered, left out by a block, skipped or set aside."""

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.dataset import read_dataset
from data_schemas.enrolment import SET_ASIDE
from data_schemas.mapping import Imported, import_files
from runxin.errors import UserError
from tests.examples import examples

MAPPING = """
[dataset]
name = "a"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[[where]]
column = "age"
min = 12
[student_id]
column = "id"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "s" }
stage = { column = "age", thresholds = [{ below = 15, value = "junior" }, { value = "senior" }] }
sex = { column = "sex", values = { 1 = "male", 2 = "female" } }
[[blocks]]
table = "leave_totals"
where = [{ column = "enrolled", one_of = [1], known = [1, 2] }]
skip_if_missing = ["days"]
[blocks.columns]
until_on = "on"
recorded_on = "on"
window_days = { constant = 365 }
days = "days"
[[blocks]]
table = "family"
[blocks.columns]
recorded_on = "on"
[blocks.long]
low_income = { any_of = [{ column = "days", below = 2 }, { column = "enrolled", one_of = [2] }] }
left_behind = { column = "sex", values = { 1 = "yes", 2 = "no" } }
"""
COLUMNS = {
    "id": ["1", "2", "3", "4", "5", "6", "7", "8", "", "1.5E+17"],
    "age": ["11", "12", "15", "17", "", "abc"],
    "sex": ["1", "2", "", "3"],
    "enrolled": ["1", "2", "", "9"],
    "days": ["0", "3.5", "400", "", "x"],
    "on": ["2026-03-01", "20260301", "2027-01-01", "", "soon"],
}
TABLES = st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in COLUMNS.items()}), max_size=12)


def imported(rows: list[dict[str, str]], folder: Path) -> Imported | None:
    (folder / "mapping.toml").write_text(MAPPING, "utf-8")
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(folder / "a.csv", index=False)
    try:
        return import_files(folder / "mapping.toml", [folder / "a.csv"], folder / "out", set_aside=True)
    except UserError as error:
        if error.message != "no student is left":
            raise
        return None


@settings(max_examples=examples(60), deadline=None)
@given(rows=TABLES)
def test_no_source_row_vanishes(rows: list[dict[str, str]]) -> None:
    full = [row for row in rows if any(row.values())]
    with tempfile.TemporaryDirectory() as folder:
        done = imported(rows, Path(folder))
        if done is None:
            return
        assert done.applied.rows_read == len(full)
        for count in done.applied.counts:
            parts = (count.filtered, count.outside, count.skipped, count.left_out, count.set_aside, count.written)
            assert sum(parts) == count.read == len(full), f"a row of {count.step} vanished: {count}"
        dataset = read_dataset(Path(folder) / "out")
        written = {name: len(frame) for name, frame in dataset.tables.items()}
        assert written.pop(SET_ASIDE.name, 0) <= sum(c.set_aside for c in done.applied.counts if c.step == "students")
        for name, number in written.items():
            counted = sum(count.written for count in done.applied.counts if count.step.split()[0] == name)
            assert number == counted, f"{name} holds other rows than were counted"
        named = {(problem.row, problem.file) for problem in done.problems}
        assert len(named) >= (1 if any(count.set_aside or count.unsettled for count in done.applied.counts) else 0)
        assert all(problem.row is not None and 2 <= problem.row <= len(rows) + 1 for problem in done.problems)
