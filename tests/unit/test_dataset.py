"""A dataset folder: what is written is read in either format, unknown stays empty, and faults are named."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, Description, Label, conform, read_dataset, table_of, write_dataset
from data_schemas.enrolment import SET_ASIDE
from data_schemas.instruments import packaged_instruments
from models import records_of
from models.records import ALWAYS
from runxin.errors import Kind, UserError

NO = None


def frame(name: str, rows: list[dict[str, object]], instruments: dict[str, object] | None = None) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), table_of(name, packaged_instruments()))


@pytest.fixture
def dataset() -> Dataset:
    who = {"school_id": "007", "stage": "junior", "sex": "unknown"}
    own = packaged_instruments()["gad7"].model_copy(update={"code": "own_scale"})
    return Dataset(
        Description(
            name="小 data",
            synthetic=False,
            origin="local",
            mode="longitudinal",
            as_of=date(2026, 4, 3),
            index_dates=(date(2025, 11, 7),),
            label=Label(name="need", kinds=("interview",), level=2, horizon_days=90),
        ),
        {
            "students": frame(
                "students",
                [
                    {"student_id": "001", **who, "boarding": True, "grade": 8, "birth_date": "2012-02-29"},
                    {"student_id": "002", **who, "boarding": False, "grade": NO, "birth_date": NO},
                    {"student_id": "NA", **who, "boarding": NO, "grade": 9, "birth_date": "2011-12-31"},
                ],
            ),
            "leaves": frame(
                "leaves",
                [
                    {"student_id": "001", "type": "sick", "start_on": "2026-03-02", "end_on": "2026-03-03",
                     "recorded_on": "2026-03-02", "half_days": 3, "reason_code": NO},
                ],
            ),
            "outcomes": frame(
                "outcomes",
                [
                    {"student_id": "002", "observed_on": "2026-01-09", "kind": "interview", "level": 0,
                     "selection_prob": 0.1 + 0.2, "saw_score": False},
                    {"student_id": "001", "observed_on": "2026-01-09", "kind": "interview", "level": 2,
                     "selection_prob": NO, "saw_score": NO},
                ],
            ),
        },
        {
            "phq9": frame(
                "responses/phq9",
                [
                    {"student_id": "001", "administered_on": "2026-03-20", "received_at": "2026-03-20 09:31:05",
                     **{f"item_{n}": (NO if n == 4 else n % 4) for n in range(1, 10)}},
                ],
            )
        },
        {"own_scale": own},
    )  # fmt: skip


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_what_is_written_is_read(dataset: Dataset, tmp_path: Path, format: Literal["parquet", "csv"]) -> None:
    write_dataset(dataset, tmp_path / "out", format)
    again = read_dataset(tmp_path / "out")
    assert again.description == dataset.description
    for name, table in dataset.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table, obj=name)
    pd.testing.assert_frame_equal(again.responses["phq9"], dataset.responses["phq9"])
    assert again.own_instruments == dataset.own_instruments
    assert list(again.students["boarding"].isna()) == [False, False, True], "unknown is not false"
    assert again.students["student_id"].tolist() == ["001", "002", "NA"], "ids are text"
    assert again.tables["outcomes"]["saw_score"].isna().tolist() == [False, True]


def test_the_fingerprint_is_of_the_content(dataset: Dataset, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_dataset(dataset, tmp_path / name)
    one, two = read_dataset(tmp_path / "one"), read_dataset(tmp_path / "two")
    assert len(one.fingerprint) == 64
    assert one.fingerprint == two.fingerprint
    (tmp_path / "two" / "leaves.parquet").unlink()
    assert read_dataset(tmp_path / "two").fingerprint != one.fingerprint


def test_an_absent_table_is_absent_and_not_empty(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(dataset, tmp_path / "out")
    assert "family" not in read_dataset(tmp_path / "out").tables


def test_a_folder_with_something_in_it_is_not_written_over(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", "utf-8")
    with pytest.raises(UserError, match="is not empty"):
        write_dataset(dataset, tmp_path)


def broken(dataset: Dataset, folder: Path) -> Path:
    write_dataset(dataset, folder, "csv")
    return folder


def refusal(folder: Path) -> UserError:
    with pytest.raises(UserError) as refused:
        read_dataset(folder)
    assert refused.value.kind is Kind.BAD_DATA
    return refused.value


def test_faults_name_their_file_and_column(dataset: Dataset, tmp_path: Path) -> None:
    folder = broken(dataset, tmp_path / "out")
    leaves = (folder / "leaves.csv").read_text("utf-8")
    (folder / "leaves.csv").write_text(leaves.replace("2026-03-03", "yesterday"), "utf-8")
    assert [(p.file, p.column) for p in refusal(folder).problems] == [("leaves", "end_on")]
    (folder / "leaves.csv").write_text(leaves.replace("end_on", "until"), "utf-8")
    assert {(p.file, p.column) for p in refusal(folder).problems} == {("leaves", "until"), ("leaves", "end_on")}


def test_a_leave_without_an_end_is_read_and_goes_on(dataset: Dataset, tmp_path: Path) -> None:
    folder = broken(dataset, tmp_path / "out")
    leaves = (folder / "leaves.csv").read_text("utf-8")
    (folder / "leaves.csv").write_text(leaves.replace("2026-03-03", ""), "utf-8")
    read = read_dataset(folder)
    assert read.tables["leaves"]["end_on"].isna().any()
    report = check_dataset(read)
    assert not [one for one in report.problems if one.file == "leaves"]
    assert "leaves: 1 without an end count as still going on, the oldest since 2026-03-02" in report.notes
    assert (records_of(read).events["leaves"]["end_on"] == ALWAYS).any()


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [("boarding", "True", "maybe"), ("grade", "8", "8.5"), ("birth_date", "2012-02-29", "29/2/12")],
)
def test_a_value_of_another_kind_is_refused(dataset: Dataset, tmp_path: Path, column: str, old: str, new: str) -> None:
    folder = broken(dataset, tmp_path / "out")
    text = (folder / "students.csv").read_text("utf-8")
    assert old in text
    (folder / "students.csv").write_text(text.replace(old, new, 1), "utf-8")
    assert [(p.file, p.column) for p in refusal(folder).problems] == [("students", column)]


def test_what_is_not_a_dataset_says_so(dataset: Dataset, tmp_path: Path) -> None:
    assert "there is no dataset.toml" in str(refusal(tmp_path))
    folder = broken(dataset, tmp_path / "out")
    (folder / "shoes.csv").write_text("a\n1\n", "utf-8")
    assert [p.file for p in refusal(folder).problems] == ["shoes.csv"]
    (folder / "shoes.csv").unlink()
    (folder / "leaves.parquet").write_bytes(b"not parquet")
    assert "twice" in str(refusal(folder))
    (folder / "leaves.csv").unlink()
    assert [p.file for p in refusal(folder).problems] == ["leaves.parquet"]
    (folder / "leaves.parquet").unlink()
    (folder / "students.csv").unlink()
    assert "no students table" in str(refusal(folder))


def test_a_faulty_description_names_its_key(dataset: Dataset, tmp_path: Path) -> None:
    folder = broken(dataset, tmp_path / "out")
    file = folder / "dataset.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('origin = "local"', 'origin = "mars"'), "utf-8")
    assert [p.column for p in refusal(folder).problems] == ["origin"]
    file.write_text("= =", "utf-8")
    assert "not TOML" in str(refusal(folder))


def test_xlsx_is_read_like_the_others(dataset: Dataset, tmp_path: Path) -> None:
    folder = broken(dataset, tmp_path / "out")
    (folder / "students.csv").unlink()
    dataset.students.to_excel(folder / "students.xlsx", index=False)
    pd.testing.assert_frame_equal(read_dataset(folder).students, dataset.students)


def test_rows_of_strangers_are_no_records_and_stop_nothing(dataset: Dataset) -> None:
    from models import records_of

    leaves = dataset.tables["leaves"]
    strange = pd.concat([leaves.assign(student_id="nobody"), leaves], ignore_index=True)
    records = records_of(replace(dataset, tables={**dataset.tables, "leaves": strange}))
    assert records.ids[records.events["leaves"].student].tolist() == ["001"]


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_roster_rows_that_were_refused_are_kept_with_what_could_be_read(
    dataset: Dataset, tmp_path: Path, format: Literal["parquet", "csv"]
) -> None:
    aside = conform(
        pd.DataFrame({"student_id": ["009"], "school_id": ["007"]}).assign(**dict.fromkeys(("stage", "sex"))), SET_ASIDE
    )
    write_dataset(replace(dataset, tables={**dataset.tables, SET_ASIDE.name: aside}), tmp_path / "out", format)
    again = read_dataset(tmp_path / "out").tables[SET_ASIDE.name]
    assert again.dropna(axis=1).to_dict("records") == [{"student_id": "009", "school_id": "007"}]


@pytest.mark.parametrize(
    ("file", "fix"), [("names.csv", "bring them with `runxin names FILE`"), ("n.csv", "rename it")]
)
def test_a_file_that_is_no_table_says_where_it_belongs(dataset: Dataset, tmp_path: Path, file: str, fix: str) -> None:
    folder = broken(dataset, tmp_path)
    (folder / file).write_text("student_id,name\nS1,某某\n", "utf-8")
    assert fix in str(refusal(folder).fix)
