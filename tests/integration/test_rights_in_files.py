"""What a school's files say goes behind what a student had corrected or erased: at the next screening, at the next
training, and in the folders that lie under the home."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from data_schemas.dataset import Dataset, read_dataset, write_dataset
from data_schemas.forgetting import without_what_was_erased
from models import read_policy
from runxin.cli.main import run
from runxin.settings import Settings, read_settings
from serving.extract import Pseudonyms, kept_key
from serving.rights import learnable
from serving.screening import publish_screening
from serving.store import Store, facts_of, find_student, keep_names, load_names
from serving.store.rights_tables import corrections
from serving.store.student_rows import rows_of_student
from tests.factories import NOW
from tests.new_stores import store_at
from tests.rosters import AS_OF, ITEM9, PLAIN, dataset

WHO = ("--for", "student", "--identity", "in_person")
BORN = {"birth_date": "2012-05-04"}
FAMILY = {"flag": "divorced_single", "value": "yes", "source": "school", "recorded_on": "2026-01-01"}
OTHER = {**FAMILY, "student_id": "S-2"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    return read_settings()


@pytest.fixture
def store(settings: Settings) -> Store:
    store = store_at(settings)
    publish(store, given())
    keep_names(store, {"S-1": "林小满"}, NOW, "test")
    return store


def given(**student: Any) -> Dataset:
    quiet = {f"item_{n}": 0 for n in range(1, 10)} | {"administered_on": "2026-03-20"}
    sheets = [{**quiet, "student_id": who} for who in ("S-1", "S-2")]
    roster = [{**PLAIN, **BORN, **student}, {**PLAIN, **BORN, "student_id": "S-2"}]
    family = [{**FAMILY, "student_id": "S-1"}, OTHER]
    return dataset(roster, family=family, **{"responses/phq9": sheets})


def publish(store: Store, told: Dataset, day: date = AS_OF) -> None:
    fresh = Dataset(told.description, told.tables, told.responses, fingerprint=f"f {told.students.to_csv()} {day}")
    publish_screening(store, fresh, day, None, read_policy(), NOW)


def correct(field: str, value: str) -> int:
    return run(["rights", "correct", "S-1", *WHO, "--field", field, "--value", value])


def test_a_correction_goes_before_the_file_until_the_file_says_something_else(store: Store) -> None:
    assert correct("birth_date", "2013-05-04") == 0
    assert find_student(store, "S-1").birth_date == date(2013, 5, 4)  # type: ignore[union-attr]
    publish(store, given())
    assert find_student(store, "S-1").birth_date == date(2013, 5, 4), "the file says what it said"  # type: ignore[union-attr]
    assert find_student(store, "S-2").birth_date == date(2012, 5, 4)  # type: ignore[union-attr]
    publish(store, given(birth_date="2013-05-06"))
    assert find_student(store, "S-1").birth_date == date(2013, 5, 6)  # type: ignore[union-attr]


def test_nothing_is_written_over(store: Store) -> None:
    with store.reading() as connection:
        before = connection.execute(sa.text("select * from assessments order by student_id")).all()
        inputs = connection.execute(sa.text("select * from inputs order by sha256")).all()
    for value in ("801", "802", "803"):
        assert correct("class_id", value) == (2 if value == "801" else 0), value
    with store.reading() as connection:
        assert connection.execute(sa.text("select * from assessments order by student_id")).all() == before
        assert connection.execute(sa.text("select * from inputs order by sha256")).all() == inputs
        assert connection.scalar(sa.select(sa.func.count()).select_from(corrections)) == 2
        assert "802" not in str(connection.execute(sa.select(corrections.c.said)).all()), "sealed"


def test_a_name_is_not_taken_from_the_command_line(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert correct("name", "林晓满") == 2
    told = capsys.readouterr().err
    assert "a name on the command line is kept in the shell's history (leave --value out and" in told
    assert "林晓满" not in told


def test_a_circumstance_and_a_name(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert correct("family.divorced_single", "no") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("林晓满\n"))
    assert run(["rights", "correct", "S-1", *WHO, "--field", "name"]) == 0
    assert family_of(store) == ["no"]
    publish(store, given(), date(2026, 4, 1))
    assert family_of(store) == ["no"]
    names = tmp_path / "names.csv"
    for name, shown in (("林小满", "林晓满"), ("林笑满", "林笑满")):
        names.write_text(f"student_id,name\nS-1,{name}\n", "utf-8")
        load_names(store, names, NOW, "test")
        assert find_student(store, "S-1", True).name == shown  # type: ignore[union-attr]


def family_of(store: Store) -> list[str]:
    return [row["value"] for row in rows_of_student(store, "S-1", "a").tables["family"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [("sex", "f"), ("birth_date", "5.4.2012"), ("grade", "eight"), ("family.x", "no"), ("tier", "0")],
)
def test_what_is_no_value_is_not_taken(store: Store, field: str, value: str) -> None:
    assert correct(field, value) == 2


def test_an_erased_student_leaves_every_folder_under_the_home(store: Store, settings: Settings) -> None:
    folder = settings.home / "old" / "city"
    write_dataset(given(), folder)
    (folder / "set_aside").mkdir()
    (folder / "set_aside" / "students.csv").write_text("student_id,why\nS-1,x\nS-12,y\n", "utf-8")
    (folder / "extract.json").write_text("{}", "utf-8")
    (settings.home / "names.csv").write_text("student_id,name\nS-1,林小满\nS-2,周舟\n", "utf-8")
    (settings.home / "letter.txt").write_text("About S-1.", "utf-8")
    (settings.home / "other.txt").write_text("About S-12.", "utf-8")
    pd.DataFrame({"who": ["S-1"]}).to_parquet(settings.home / "copy.parquet")
    assert run(["rights", "erase", "S-1", *WHO, "--json"]) == 0
    left = read_dataset(folder)
    assert set(left.students["student_id"]) == {"S-0", "S-2"}
    assert set(left.tables["family"]["student_id"]) == set(left.responses["phq9"]["student_id"]) == {"S-2"}
    assert (folder / "set_aside" / "students.csv").read_text("utf-8").split() == ["student_id,why", "S-12,y"]
    assert (folder / "extract.json").is_file()
    assert "林小满" not in (settings.home / "names.csv").read_text("utf-8")
    assert [one.name for one in folder.parent.iterdir()] == ["city"], "no folder of before is left"


def test_what_cannot_be_written_anew_is_named(
    store: Store, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.home / "letter.txt").write_text("About S-1.", "utf-8")
    (settings.home / "other.txt").write_text("About S-12.", "utf-8")
    pd.DataFrame({"who": ["S-1"]}).to_parquet(settings.home / "copy.parquet")
    assert run(["rights", "erase", "S-1", *WHO]) == 0
    said = capsys.readouterr().out
    assert "the id stands still in" in said
    assert [name in said for name in ("letter.txt", "copy.parquet", "other.txt")] == [True, True, False]


def test_a_folder_of_before_is_learned_from_without_the_erased(store: Store, settings: Settings) -> None:
    pseudonym = Pseudonyms(kept_key(settings.extract_key)).of("student", "S-1")
    extract = given(student_id=pseudonym)
    assert learnable(given(), settings).students is not None
    assert run(["rights", "erase", "S-1", *WHO]) == 0
    for folder in (given(), extract):
        left = learnable(folder, settings)
        assert set(left.students["student_id"]) == {"S-0", "S-2"}
        assert left.fingerprint != folder.fingerprint
    assert learnable(dataset([OTHER | PLAIN | {"student_id": "S-2"}]), settings).fingerprint == "f"


def test_the_next_screening_reads_nothing_of_before_and_what_comes_after(store: Store) -> None:
    assert run(["rights", "erase", "S-1", *WHO]) == 0
    assert facts_of(store, ["S-1"], AS_OF)["S-1"].assessment is None
    publish(store, given(), date(2026, 4, 1))
    again = facts_of(store, ["S-1", "S-2"], date(2026, 4, 1))
    assert (again["S-1"].screened, again["S-2"].screened) == (False, True)
    assert rows_of_student(store, "S-1", "a").tables["family"] == ()


def test_danger_seen_after_an_erasure_is_seen() -> None:
    told = dataset([PLAIN], **{"responses/phq9": [{**ITEM9, "student_id": "S-1"}]})
    whole = Dataset(told.description, told.tables, {"phq9": told.responses["phq9"]}, fingerprint="f")
    day = date(2026, 3, 20)
    assert without_what_was_erased(whole, {"S-1": day}).responses["phq9"].empty
    assert without_what_was_erased(whole, {"S-1": day - timedelta(days=1)}) is whole
