"""A changed definition is another version, and sheets keep the one that they were read by."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.dataset import conform, read_dataset, write_dataset
from data_schemas.instruments import packaged_instruments
from data_schemas.mapping import import_files
from data_schemas.tables import TABLES

KNOWN = packaged_instruments()
# Who changes a definition raises its `version` and writes both down here.
WRITTEN_DOWN = {
    "ais": (1, "cb63e322248a2f00"),
    "cdi": (2, "963180776dae7239"),
    "cdrisc10": (1, "f9808378dbaab2ef"),
    "cdrisc25": (1, "4496358e9090cedb"),
    "cesd": (1, "6f0aae25f3707255"),
    "cesd10": (1, "5fa6af6aefdd2d41"),
    "cesd8": (1, "f5d1bbe2d8c78804"),
    "cesdc": (1, "3a4c1790da7e4968"),
    "cssrs": (1, "dfd3754b6941b990"),
    "dass21": (2, "aab91bb52f4acf69"),
    "dsrsc": (1, "1774bb1a937b3292"),
    "gad7": (2, "ed43e4cd6e77b457"),
    "iat": (1, "c6fbc392e3702284"),
    "isi": (2, "6ae844eb4f9b89bb"),
    "k10": (1, "12f56b72f94631a5"),
    "kidscreen10": (1, "5e1759e1c660db52"),
    "kidscreen27": (1, "7094255318a01bc6"),
    "kidscreen52": (1, "5b6caac4702b7d00"),
    "mht": (2, "080a1598d6f820bd"),
    "mssmhs": (3, "b9cf4153a74aefb9"),
    "phq9": (2, "ea81b4189c36f796"),
    "pss10": (1, "924e52d977e35ae8"),
    "pss14": (1, "bae56dc98e91d314"),
    "scl90": (3, "f3017bf9585cb4e0"),
    "sdq_parent": (2, "16ff9ba1db95e3dc"),
    "sdq_self": (2, "28682d0f86c6ed66"),
    "sdq_teacher": (2, "5be760ef31e0d706"),
    "sds": (2, "8058e4cdcbb2bbe4"),
    "ucla": (1, "329c6b898fdf7842"),
}
MAPPING = """
[dataset]
name = "versions"
origin = "local"
mode = "longitudinal"
as_of = 2026-03-31
[student_id]
column = "学号"
[[blocks]]
table = "students"
[blocks.columns]
school_id = { constant = "school-1" }
stage = { constant = "junior" }
grade = { constant = 12 }
sex = { constant = "unknown" }
birth_date = "出生日期"
[[blocks]]
table = "responses/iat"
[blocks.items]
columns = "IAT{n}"
coding = "1-5"
[blocks.columns]
administered_on = { constant = 2026-03-27 }
respondent = { constant = "self" }
"""


@pytest.mark.parametrize("code", KNOWN)
def test_a_changed_definition_has_another_version(code: str) -> None:
    one = KNOWN[code]
    content = one.model_dump_json(exclude={"version"}, exclude_defaults=True)
    assert (one.version, hashlib.sha256(content.encode()).hexdigest()[:16]) == WRITTEN_DOWN[code]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    head = ["学号", "出生日期", *(f"IAT{n}" for n in range(1, 21))]
    rows = [[f"S{n}", f"20{n:02}-05-01", *["3"] * 20] for n in (9, 12, 16)]
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, [head, *rows])), "utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, "utf-8")
    done = import_files(tmp_path / "m.toml", [tmp_path / "a.csv"], tmp_path / "out")
    assert done.notes[0] == (
        "students: 3 rows, grade: this grade lies beyond the stage: graduated and still on the roster? (write left_on, "
        "or mend stage or grade)"
    )
    assert done.notes[-1:] == (
        "responses/iat: 1 student not of the ages that iat was made for (12 to below 120): it is scored, and said "
        "to be so; take a questionnaire for this age; `runxin check` names the rows",
    )
    return tmp_path / "out"


def test_a_dataset_keeps_the_definitions_that_its_sheets_were_read_by(made: Path) -> None:
    dataset = read_dataset(made)
    assert dataset.own_instruments == {"iat": KNOWN["iat"]}
    older = KNOWN["iat"].model_copy(update={"version": 7, "no_floor": "None was proposed then."})
    write_dataset(replace(dataset, own_instruments={"iat": older}), made / "old", "csv")
    told = check_dataset(read_dataset(made / "old"))
    assert "iat: the sheets keep version 7 of its definition; Runxin's is version 1" in told.notes


def test_check_names_a_sheet_of_a_child_outside_the_ages(made: Path) -> None:
    asked = [one for one in check_dataset(read_dataset(made)).questions if "not of the ages" in one.what]
    assert [(one.file, one.row) for one in asked] == [("responses/iat", 4)]


def test_a_dataset_of_before_versions_is_asked_by_which_definition_it_was_read(made: Path) -> None:
    """The figures of DASS-21 from which safety is asked about came with its second version."""
    dataset = read_dataset(made)
    row = {"student_id": "S9", "instrument": "dass21", "scale": "total", "value": 20.0}
    scores = pd.DataFrame([row | {"administered_on": "2026-03-27", "unit": "own"}])
    older = replace(dataset, tables={**dataset.tables, "scores": conform(scores, TABLES["scores"])}, own_instruments={})
    asked = [one for one in check_dataset(older).questions if "by which definition" in one.what]
    what = f"nothing says by which definition dass21 was read: version {KNOWN['dass21'].version} is taken"
    assert [(one.file, one.what) for one in asked] == [("scores", what)], "iat has had one definition"
    kept = replace(older, own_instruments={"dass21": KNOWN["dass21"]})
    assert not [one for one in check_dataset(kept).questions if "by which definition" in one.what]
