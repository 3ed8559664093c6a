"""Tables of schools and of duty as part of a dataset, and schools' ids everywhere."""

from pathlib import Path

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.codes import DutyRole
from data_schemas.dataset import Dataset, Description, conform, read_dataset, write_dataset
from data_schemas.duty import duty_spans
from data_schemas.schools import SchoolRow, nearest_schools, school_rows, stages_of
from data_schemas.tables import TABLES
from tests.students import AS_OF

STUDENT = {"student_id": "S-1", "school_id": "A", "stage": "junior", "sex": "female"}
SCHOOL = {"school_id": "B", "name": "第二中学", "stages": "junior senior", "counselors": "2", "room": "true"}
TURN = {
    "school_id": "A",
    "person": "王老师",
    "role": "counselor",
    "starts_at": "2026-03-02T08:00:00",
    "ends_at": "2026-03-02T17:00:00",
}


def dataset_of(**rows: list[dict[str, object]]) -> Dataset:
    told = Description(name="a", synthetic=True, origin="synthetic", mode="longitudinal", as_of=AS_OF)
    frames = {"students": [STUDENT], **rows}
    return Dataset(told, {name: conform(pd.DataFrame(mine), TABLES[name]) for name, mine in frames.items()}, {})


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_dataset_brings_its_schools_and_rosters(tmp_path: Path, format: str) -> None:
    write_dataset(dataset_of(schools=[SCHOOL], duty=[TURN, TURN | {"school_id": "B"}]), tmp_path / "d", format)
    read = read_dataset(tmp_path / "d")
    assert check_dataset(read).problems == ()
    assert school_rows(read.tables["schools"]) == [
        SchoolRow("B", "第二中学", None, ("junior", "senior"), 2, None, True),
    ]
    first, _ = duty_spans(read.tables["duty"])
    assert (first.role, first.starts_at.isoformat(), first.phone) == (
        DutyRole.COUNSELOR,
        "2026-03-02T08:00:00+08:00",
        None,
    )


FAULTS = {
    "a school twice": ({"schools": [SCHOOL, SCHOOL]}, [("schools", 3, "school_id", "the same school again")]),
    "an unknown stage": (
        {"schools": [SCHOOL | {"stages": "college"}]},
        [("schools", 2, "stages", "an unknown stage")],
    ),
    "a turn at a school of nobody": (
        {"duty": [TURN | {"school_id": "C"}]},
        [("duty", 2, "school_id", "no school of this id is known")],
    ),
    "turns that overlap": (
        {"duty": [TURN | {"person": "陈老师"}, TURN]},
        [("duty", 3, "starts_at", "this turn and another of the same school and role overlap")],
    ),
    "a turn backwards": (
        {"duty": [TURN | {"ends_at": "2026-03-02T07:00:00"}]},
        [("duty", 2, "ends_at", "ends_at is before starts_at")],
    ),
    "a school with a comma": (
        {"schools": [SCHOOL | {"school_id": "B,C"}]},
        [("schools", 2, "school_id", "a school's id holds no comma")],
    ),
    "a student of a school with a comma": (
        {"students": [STUDENT | {"school_id": "A，B"}]},
        [("students", 2, "school_id", "a school's id holds no comma")],
    ),
    "a feed of a school with a comma": (
        {
            "feeds": [
                {
                    "school_id": "A,B",
                    "table": "leaves",
                    "covered_from": "2026-01-01",
                    "covered_to": "2026-02-01",
                }
            ]
        },
        [("feeds", 2, "school_id", "a school's id holds no comma")],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_cannot_be_so_is_named(fault: str) -> None:
    rows, expected = FAULTS[fault]
    found = check_dataset(dataset_of(**rows)).problems
    assert [(one.file, one.row, one.column, one.what) for one in found] == expected


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("junior", ("junior",)),
        ("高中、初中", ("junior", "senior")),
        ("primary;junior , 高中", ("primary", "junior", "senior")),
        ("中职", ("vocational",)),
    ],
)
def test_stages_are_read_as_codes_or_in_chinese(text: str, codes: tuple[str, ...]) -> None:
    assert stages_of(text) == codes
    with pytest.raises(KeyError):
        stages_of(text + " college")


def test_the_nearest_school_is_asked_for_by_id_or_name() -> None:
    names = {"huaian-01": "淮安第一中学", "huaian-02": "淮安第二中学", "x": "x"}
    assert nearest_schools("huaian01", names) == "is it huaian-01 (淮安第一中学) or huaian-02 (淮安第二中学)?"
    assert nearest_schools("淮安第二", names).startswith("is it huaian-02 (淮安第二中学)")
    assert nearest_schools("zzzzzz", names) == "known are huaian-01 (淮安第一中学), huaian-02 (淮安第二中学), x"
    many = {f"s{number}": f"s{number}" for number in range(9)}
    assert nearest_schools("zzzzzz", many) == "known are s0, s1, s2, s3, s4, …"
