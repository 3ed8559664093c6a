"""Leave as attendance platforms export it, from the file to the days that are counted."""

from datetime import date
from pathlib import Path

import pytest

from data_schemas.calendar import date_to_day
from data_schemas.dataset import read_dataset
from data_schemas.mapping import import_files
from models import read_policy, records_of
from models.features import Recipe, build_features
from models.suspensions import suspended
from runxin.errors import UserError
from tests.trained import FEATURES, INSTRUMENTS, REFERENCE

AS_OF = date(2026, 3, 31)
MAPPING = """
[dataset]
name = "leave"
synthetic = true
origin = "synthetic"
mode = "longitudinal"
as_of = 2026-03-31
[files.roster]
match = "名单.csv"
[files.leave]
match = "钉钉.csv"
[student_id]
column = "学号"
[[blocks]]
table = "students"
file = "roster"
[blocks.columns]
school_id = { constant = "school-1" }
stage = { constant = "junior" }
sex = "性别"
[[blocks]]
table = "leaves"
file = "leave"
[blocks.columns]
type = { column = "请假类型", values = { "病假" = "sick", "休学" = "suspension" } }
start_on = "开始时间"
end_on = "结束时间"
recorded_on = "发起时间"
"""
HEAD = "学号,请假类型,开始时间,结束时间,发起时间"


def imported(folder: Path, *rows: str, also: str = "", mapping: str = MAPPING) -> Path:
    (folder / "名单.csv").write_text("学号,性别\nD1,女\nD2,男\n", "utf-8")
    (folder / "钉钉.csv").write_text("\n".join([f"{HEAD},{also}" if also else HEAD, *rows]) + "\n", "utf-8")
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    import_files(folder / "mapping.toml", [folder / "名单.csv", folder / "钉钉.csv"], folder / "made")
    return folder / "made"


def days(dataset: Path) -> float:
    recipe = Recipe(FEATURES, INSTRUMENTS, REFERENCE, read_policy().staleness)
    records = records_of(read_dataset(dataset))
    return float(build_features(records, recipe, date_to_day(AS_OF)).column("leave_days_60")[0])


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        (["D1,病假,2026-03-24 08:00,2026-03-24 12:00,2026-03-24"], 0.5),
        (["D1,病假,2026-03-24 00:00,2026-03-25 00:00,2026-03-24"], 1),
        (["D1,病假,2026-03-24 13:30,2026-03-25 12:00,2026-03-24"], 1),
        (["D1,病假,2026-03-27 13:30,2026-03-30 12:00,2026-03-27"], 1),
        (["D1,病假,2026-03-23T16:00:00Z,2026-03-24T15:59:59Z,2026-03-23T22:00:00Z"], 1),
        (["D1,病假,1774281600000,1774367999000,1774281600000"], 1),
        (["D1,病假,2026-03-24,2026-03-25,2026-03-24 07:10"], 2),
        (["D1,病假,2026-03-24 00:00:00,2026-03-24 00:00:00,2026-03-24"], 1),
        (["D1,病假,2026-03-24 08:00,2026-03-25,2026-03-24"], 2),
        (
            [
                "D1,病假,2026-03-24 上午,2026-03-24 上午,2026-03-24",
                "D1,病假,2026-03-24 下午,2026-03-24 下午,2026-03-24",
            ],
            1,
        ),
        (
            [
                "D1,病假,2026-03-24 08:00,2026-03-24 12:00,2026-03-24",
                "D1,病假,2026-03-24 08:00,2026-03-24 12:00,2026-03-25",
            ],
            0.5,
        ),
    ],
)
def test_times_of_day_are_counted_as_days(tmp_path: Path, rows: list[str], counted: float) -> None:
    assert days(imported(tmp_path, *rows)) == counted


@pytest.mark.parametrize("end", ["", "至今"])
def test_a_suspension_without_an_end_is_going_on(tmp_path: Path, end: str) -> None:
    made = imported(tmp_path, f"D1,休学,2026-03-02,{end},2026-03-02")
    assert suspended(records_of(read_dataset(made)), date_to_day(AS_OF)) == {0: (date(2026, 3, 2), None)}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("D1,病假,2026-03-24,2086-03-25,2026-03-24", "row 2, column 结束时间: this day lies too far"),
        ("D1,病假,1926-03-24,2026-03-25,2026-03-24", "row 2, column 开始时间: this day lies too far"),
        ("D1,病假,0209-03-24,2026-03-25,2026-03-24", "row 2, column 开始时间: the year 0209 is hardly meant"),
    ],
)
def test_a_year_that_nobody_means_is_named_by_its_row(tmp_path: Path, row: str, what: str) -> None:
    with pytest.raises(UserError) as refused:
        imported(tmp_path, row)
    assert [what in str(problem) for problem in refused.value.problems] == [True]


def test_times_with_and_without_a_zone_in_one_column_of_a_dataset(tmp_path: Path) -> None:
    made = imported(tmp_path, "D1,病假,2026-03-20,2026-03-20,2026-03-20")
    (made / "leaves.parquet").unlink()
    head = "student_id,type,start_on,end_on,recorded_on\n"
    zoned = "D1,sick,2026-03-23T16:30:00Z,2026-03-23T16:30:00Z,2026-03-24\nD1,sick,2026-03-20,2026-03-20,2026-03-20\n"
    (made / "leaves.csv").write_text(head + zoned, "utf-8")
    assert read_dataset(made).tables["leaves"]["start_on"].dt.date.tolist() == [date(2026, 3, 24), date(2026, 3, 20)]
    (made / "leaves.csv").write_text(head + zoned.replace("T16:30", "T26:30"), "utf-8")
    with pytest.raises(UserError) as refused:
        read_dataset(made)
    assert {(problem.row, problem.column) for problem in refused.value.problems} == {(2, "start_on"), (2, "end_on")}


@pytest.mark.parametrize(
    ("header", "what"),
    [("审批状态", "refused or withdrawn"), ("是否撤销", "refused or withdrawn"), ("销假时间", "was back")],
)
def test_a_column_that_may_change_the_leave_is_asked_about(tmp_path: Path, header: str, what: str) -> None:
    row = "D1,病假,2026-03-24,2026-03-25,2026-03-24"
    with pytest.raises(UserError) as refused:
        imported(tmp_path, row, also=header)
    (problem,) = refused.value.problems
    assert (problem.column, what in problem.what) == (header, True)


def test_leave_that_was_withdrawn_is_outside_the_where_of_its_block(tmp_path: Path) -> None:
    where = 'where = [{ column = "审批状态", one_of = ["已通过"], known = ["已撤销"] }]'
    rows = "D1,病假,2026-03-24,2026-03-25,2026-03-24,已撤销", "D1,病假,2026-03-10,2026-03-10,2026-03-10,已通过"
    mapping = MAPPING.replace('file = "leave"', f'file = "leave"\n{where}')
    assert days(imported(tmp_path, *rows, also="审批状态", mapping=mapping)) == 1
