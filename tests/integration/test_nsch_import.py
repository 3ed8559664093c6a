"""The National Survey of Children's Health through its mapping: figures, and nothing that gives the outcome away."""

import os
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import Dataset, read_dataset
from data_schemas.mapping import Imported, import_files
from runxin.errors import UserError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "nsch"
FOLDER = Path(os.environ.get("RUNXIN_REAL_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "nsch_2018_age6_17.parquet"
OWN = ["bullied_frequency", "friend_difficulty", "care_strain", "weeknight_sleep", "active_days", "weekday_screen_time"]
LEAKING = ("k2q*", "k4q*")
# Invented answers under the headers of the public file, with the missing codes that SAS writes.
INVENTED = """year,sc_age_years,sc_sex,k7q82_r,k7q83_r,k7q84_r,k7q85_r,k7q70_r,k7q02r_r,k7q04r_r,repeated,fpl_i1,\
family_r,ace1,ace3,ace5,ace8,k2q32a,k2q32b,bullied_r,makefriend,k8q31,hoursleep,physactiv,screentime
2019,13,1,1,1,2,1,4,1,1,2,300,1,1,2,2,2,2,.L,1,1,1,5,4,2
2019,17,2,3,3,3,4,1,5,3,1,120,7,3,1,1,1,1,1,4,3,.M,7,1,5
2019,15,2,.M,2,2,2,3,6,.M,.M,.M,.M,.M,.M,.M,.M,1,.M,.M,.M,.M,.M,.M,.M
2019,11,2,1,1,1,1,4,1,1,2,400,1,1,2,2,2,2,.L,1,1,1,4,2,3
"""


def matching(columns: tuple[str, ...]) -> set[str]:
    return {column for column in columns if any(fnmatch(column.lower(), pattern) for pattern in LEAKING)}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    if not FILE.is_file():
        pytest.skip(f"the public file is not there: put {FILE.name} into the folder that RUNXIN_REAL_DATA names")
    return import_files(EXAMPLE / "mapping.toml", [FILE], tmp_path_factory.mktemp("nsch") / "out")


@pytest.fixture(scope="module")
def source() -> pd.DataFrame:
    raw = pd.read_parquet(FILE)
    raw["student_id"] = [f"nsch-{year}-{row}" for row, year in enumerate(raw["year"], start=2)]
    return raw[raw["sc_age_years"] >= 12].set_index("student_id")


@pytest.fixture
def invented(tmp_path: Path) -> Dataset:
    (tmp_path / "nsch_2019.csv").write_text(INVENTED, "utf-8")
    import_files(EXAMPLE / "mapping.toml", [tmp_path / "nsch_2019.csv"], tmp_path / "out")
    return read_dataset(tmp_path / "out")


def test_rows_and_base_rate_are_those_of_the_file(done: Imported) -> None:
    description = done.dataset.description
    provenance = description.provenance
    assert provenance is not None
    assert (provenance.rows_read, provenance.rows_filtered, provenance.rows_set_aside) == (21_954, 9_367, 0)
    assert (description.mode, description.origin, description.as_of.isoformat()) == (
        "concurrent",
        "foreign",
        "2018-12-31",
    )
    outcomes = done.dataset.tables["outcomes"]
    unanswered = sum(count.skipped_by.get("k2q32b", 0) for count in done.applied.counts)
    assert len(outcomes) + unanswered == 12_528, "children of 12 to 17 whose parent answered k2q32a"
    assert unanswered == 28, "told of depression once, but not whether it is so now: no outcome, and counted"
    assert outcomes["level"].mean() == pytest.approx(0.0802, abs=0.0001)


def test_no_question_on_diagnosis_or_treatment_is_an_input(done: Imported) -> None:
    provenance = done.dataset.description.provenance
    assert provenance is not None
    assert matching(provenance.input_columns) == set(), "these give the outcome away"
    assert matching(provenance.outcome_columns) == {"k2q32a", "k2q32b"}
    for left_out in ("ace4", "ace6", "ace7", "ace9", "ace10"):
        assert left_out not in provenance.input_columns


def test_the_imported_tables_check_and_the_items_are_coded_as_declared(done: Imported) -> None:
    report = check_dataset(done.dataset)
    assert report.ok, report.problems[:5]
    assert not any("too few" in note for note in report.notes)
    assert report.label is not None
    assert report.label["with_outcome"] == 12_500


def test_flags_follow_the_survey_answers(done: Imported, source: pd.DataFrame) -> None:
    flags = done.dataset.tables["family"].pivot_table("value", "student_id", "flag", aggfunc="first").loc[source.index]
    poor = (source["fpl_i1"] < 200) | source["ace1"].isin([3, 4])
    assert (flags["low_income"].eq("yes") == poor).all()
    assert (flags["low_income"].eq("unknown") == (~poor & source["ace1"].isna())).all()
    assert (flags["left_behind"].eq("yes") == (source["family_r"] == 7)).all()
    assert (flags["remarried"].eq("unknown") == source["family_r"].isna()).all(), "unknown is not no"
    apart = source["family_r"].isin([5, 6]) | (source["ace3"] == 1)
    assert (flags["divorced_single"].eq("yes") == apart).all()
    assert (flags["parent_in_custody"].eq("no") == (source["ace5"] == 2)).all()
    assert (flags["parent_illness_disability"].eq("yes") == (source["ace8"] == 1)).all()


def test_absence_and_contacts_keep_unknown_apart_from_none(done: Imported, source: pd.DataFrame) -> None:
    totals = done.dataset.tables["leave_totals"].set_index("student_id")["days"]
    middle = source["k7q02r_r"].map({1: 0, 2: 2, 3: 5, 4: 8.5, 5: 15}).dropna()
    assert totals.loc[middle.index].eq(middle).all()
    assert len(totals) == len(middle), "no total for a child who was not enrolled, or whose parent did not answer"
    concerns = done.dataset.tables["concerns"]
    contact = concerns[concerns["kind"] == "school_contact"]
    yes = contact[contact["value"] == "yes"].groupby("student_id").size().reindex(source.index, fill_value=0)
    assert (yes == source["k7q04r_r"].map({1: 0, 2: 1, 3: 2}).fillna(0)).all()
    unknown = contact[contact["value"] == "unknown"]["student_id"]
    assert set(unknown) == set(source.index[source["k7q04r_r"].isna()])


def test_the_mapping_serves_another_year_and_the_missing_codes_of_sas(invented: Dataset) -> None:
    assert invented.description.as_of.isoformat() == "2019-12-31"
    assert list(invented.students["student_id"]) == ["nsch-2019-2", "nsch-2019-3", "nsch-2019-4"]
    assert list(invented.students["stage"]) == ["junior", "senior", "senior"]
    assert invented.tables["outcomes"]["level"].tolist() == [0, 1]
    third = invented.tables["family"].query("student_id == 'nsch-2019-4'")
    assert set(third["value"]) == {"unknown"}
    assert invented.tables["leave_totals"]["days"].tolist() == [0, 15]
    assert [feature.name for feature in invented.own_features] == OWN
    assert invented.tables["features"]["weeknight_sleep"].tolist() == [9, 11, pytest.approx(float("nan"), nan_ok=True)]
    assert invented.tables["features"]["care_strain"].isna().tolist() == [False, True, True], "blank is not the best"
    assert check_dataset(invented).ok


@pytest.mark.parametrize("column", ["k2q33b", "K4Q22_R", "k2q32b"])
def test_the_mapping_refuses_an_input_that_leaks(tmp_path: Path, column: str) -> None:
    text = (EXAMPLE / "mapping.toml").read_text("utf-8").replace('column = "ace8"', f'column = "{column}"')
    text = text.replace("instruments/nsch", str(EXAMPLE / "instruments" / "nsch"))
    text = text.replace('"features.toml"', f'"{EXAMPLE / "features.toml"}"')
    (tmp_path / "mapping.toml").write_text(text, "utf-8")
    (tmp_path / "a.csv").write_text(INVENTED, "utf-8")
    with pytest.raises(UserError) as refused:
        import_files(tmp_path / "mapping.toml", [tmp_path / "a.csv"], tmp_path / "out")
    assert any(f"reads {column}, which is declared leaking" in str(problem) for problem in refused.value.problems)
