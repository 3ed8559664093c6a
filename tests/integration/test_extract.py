"""An extract teaches the same as the data it was made from, of those who agreed, and names nobody."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_schemas.check import check_dataset
from data_schemas.codes import Concern, ConsentScope
from data_schemas.dataset import Dataset, conform, read_dataset
from data_schemas.tables import RESPONSE_COLUMNS, TABLES, CellKind
from models import read_policy, records_of
from models.consent import own_from
from models.features import Recipe, catalogue
from models.features.catalogue import MODEL_CONCERNS
from models.reference import Reference
from runxin.cli.main import run
from runxin.errors import Kind as Fault
from runxin.errors import UserError
from runxin.settings import read_settings
from serving.extract import Extract, Pseudonyms, kept_key, make_extract, new_key, write_extract
from serving.extract.tables import CODES_IN_TEXT, HASHED, pseudonymised
from serving.screening import publish_screening
from serving.store import Store, audit_rows, erase_record, open_store
from tests.api_state import NOW, make_api, record
from tests.replayable import replayable_city
from training.cohorts.cohort import Cohort, make_cohort

NAMES = Pseudonyms(b"k" * 32)
POLICY = read_policy()
REASON = "yearly training"


@dataclass(frozen=True)
class World:
    home: Path
    store: Store
    dataset: Dataset


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small city with own calendars, own features and scores, screened at every index date and at its end."""
    folder = tmp_path_factory.mktemp("extract")
    dataset = replayable_city(folder / "city", 300)
    store = open_store(read_settings({"RUNXIN_HOME": str(folder / "home")}))
    for day in (*dataset.description.index_dates, dataset.description.as_of):
        publish_screening(store, dataset, day, None, POLICY, NOW)
    yield World(folder / "home", store, dataset)
    store.close()


def extracted(world: World, k: int = 1, names: Pseudonyms = NAMES) -> Extract:
    return make_extract(world.store, NOW, "cli", REASON, names, k)


def agreed(dataset: Dataset) -> set[str]:
    rows = dataset.tables["consents"]
    rows = rows[(rows["scope"] == ConsentScope.RESEARCH.code) & rows["withdrawn_on"].isna()]
    born = dataset.students.set_index("student_id")["birth_date"].reindex(rows["student_id"]).to_numpy()
    grown = [own_from(pd.Timestamp(day).date()) <= NOW.date() for day in born]  # since the screening, too
    asked = np.where(grown, "student", "parent")
    return set(rows["student_id"][(rows["given_by"] == asked).to_numpy()])


def cohort_of(dataset: Dataset) -> Cohort:
    records = records_of(dataset)
    instruments = {code: sheets.instrument for code, sheets in records.sheets.items()}
    features = catalogue(instruments.values(), dataset.own_features)
    return make_cohort(dataset, records, Recipe(features, instruments, Reference({}), POLICY.staleness))


def in_order(cohort: Cohort) -> Cohort:
    order = np.lexsort([cohort.index_day, cohort.student.astype(str)])
    mask = np.asarray(order)
    return cohort.where(mask)


def test_the_cohort_is_the_same_up_to_ids_and_age(world: World, tmp_path: Path) -> None:
    made = extracted(world)
    write_extract(made, tmp_path / "out", NOW.date())
    extract = read_dataset(tmp_path / "out")
    assert check_dataset(extract).problems == ()
    assert extract.description.index_dates == world.dataset.description.index_dates
    assert (extract.description.origin, extract.description.synthetic) == ("synthetic", True)
    assert made.too_recent == (world.dataset.description.as_of,)
    theirs = cohort_of(world.dataset)
    theirs = theirs.where(np.isin(theirs.student, sorted(agreed(world.dataset))))
    renamed = np.array([NAMES.of("student", student) for student in theirs.student], dtype=object)
    schools = np.array([NAMES.of("school", school) for school in theirs.school], dtype=object)
    theirs = in_order(replace(theirs, student=renamed, school=schools))
    ours = in_order(cohort_of(extract))
    assert len(ours.student) > 400
    assert ours.labelled.sum() > 50
    for name in ("student", "school", "index_day", "outcome", "weight"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    assert ours.matrix.names == theirs.matrix.names
    for name in ours.matrix.names:
        if name != "age_years":
            np.testing.assert_array_equal(ours.matrix.column(name), theirs.matrix.column(name), err_msg=name)
    off = ours.matrix.column("age_years") - theirs.matrix.column("age_years")
    assert ((off >= 0) & (off <= 2)).all(), "the age of the extract's day stands for the two years before"


def test_it_names_nobody(world: World, tmp_path: Path) -> None:
    write_extract(extracted(world), tmp_path / "out", NOW.date())
    said = b"".join(file.read_bytes() for file in sorted((tmp_path / "out").rglob("*")) if file.is_file())
    extract = read_dataset(tmp_path / "out")
    frames = [*extract.tables.values(), *extract.responses.values()]
    cells = {str(cell) for frame in frames for column in frame for cell in frame[column].dropna().unique()}
    cells.add(said.decode("utf-8", "ignore"))
    students, outcomes = world.dataset.students, world.dataset.tables["outcomes"]
    for frame, column in (
        *((students, name) for name in ("student_id", "school_id", "class_id")),
        *((outcomes, name) for name in ("interviewer", "second_interviewer")),
    ):
        assert not set(frame[column].dropna().unique()) & cells, column
    assert extract.students["birth_date"].isna().all()
    assert set(extract.tables["family"]["verified_by"].dropna().unique()) <= {"verified"}
    assert extract.tables["family"]["evidence_ref"].isna().all()
    assert set(extract.students["student_id"]) == {NAMES.of("student", one) for one in agreed(world.dataset)} & set(
        extract.students["student_id"]
    )
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_suspected_harm_at_home_is_withheld(world: World) -> None:
    ids = world.dataset.students["student_id"].tolist()
    kinds = [kind.code for kind in Concern]
    rows = {"student_id": ids[: len(kinds)], "kind": kinds, "reported_on": "2026-03-02"}
    clean = pseudonymised(conform(pd.DataFrame(rows), TABLES["concerns"]), TABLES["concerns"], NAMES, NOW.date())
    gone = set(kinds) - set(clean["kind"])
    harm_at_home = {"abuse_suspected", "domestic_violence_suspected", "neglect_suspected", "sexual_harm_suspected"}
    assert gone == harm_at_home
    assert not {kind.code for kind in MODEL_CONCERNS} & gone, "no model reads them"


def test_every_id_and_text_of_the_tables_is_decided() -> None:
    """A new column of free text must not slip into an extract: what is not named here is left out."""
    columns = [c for table in TABLES.values() for c in table.columns] + list(RESPONSE_COLUMNS)
    kept = {c.name for c in columns if c.kind in (CellKind.ID, CellKind.TEXT)} & (CODES_IN_TEXT | set(HASHED))
    assert kept == CODES_IN_TEXT | set(HASHED), "each of them is a column"
    others = {c.name for c in columns if c.kind in (CellKind.ID, CellKind.TEXT)} - kept
    of_schools = {"name", "county", "stages", "person", "phone", "note"}
    of_words = {"assessed", "corrects"}  # a key holds the day of a sheet, a name of a record is made of who it is about
    assert others == {"class_id", "verified_by", "evidence_ref", "source_event_id", "title"} | of_schools | of_words


def test_another_key_gives_other_ids_and_the_kept_one_the_same(world: World, tmp_path: Path) -> None:
    first, again = (set(extracted(world).dataset.students["student_id"]) for _ in range(2))
    assert first == again
    other = extracted(world, names=Pseudonyms(new_key())).dataset
    assert not first & set(other.students["student_id"])
    key = kept_key(tmp_path / "key")
    assert kept_key(tmp_path / "key") == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(UserError, match="others can read key") as refused:
        kept_key(tmp_path / "key")
    assert refused.value.kind is Fault.REFUSED


def test_small_groups_are_made_larger_then_left_out(world: World) -> None:
    made = extracted(world, k=5)
    assert made.grouped.dropped == ("class_id", "boarding")
    students = made.dataset.students
    assert students["class_id"].isna().all()
    assert students["boarding"].isna().all()
    sizes = students.groupby(["school_id", "grade", "sex"], dropna=False).size()
    assert sizes.min() == made.grouped.smallest >= 5
    assert made.left_out["group_too_small"] == extracted(world).students - made.students
    with pytest.raises(UserError, match="every group is smaller than 10000"):
        extracted(world, k=10_000)


def test_who_did_not_agree_or_was_erased_is_not_in_it(world: World, tmp_path: Path) -> None:
    everyone = set(world.dataset.students["student_id"])
    made = extracted(world)
    assert 0 < made.left_out["no_consent_to_training"] < len(everyone) / 4
    assert made.students + made.left_out["no_consent_to_training"] <= len(everyone)
    gone = sorted(agreed(world.dataset))[0]
    copy = open_store(read_settings({"RUNXIN_HOME": str(tmp_path)}))
    publish_screening(copy, world.dataset, world.dataset.description.index_dates[0], None, POLICY, NOW)
    publish_screening(copy, world.dataset, world.dataset.description.as_of, None, POLICY, NOW)
    before = set(make_extract(copy, NOW, "cli", REASON, NAMES, 1).dataset.students["student_id"])
    erase_record(copy, gone, NOW, "cli")
    after = make_extract(copy, NOW, "cli", REASON, NAMES, 1).dataset
    assert before - set(after.students["student_id"]) == {NAMES.of("student", gone)}
    assert NAMES.of("student", gone) not in set(after.tables["outcomes"]["student_id"])
    copy.close()


def test_a_withdrawal_that_a_platform_sent_counts(world: World, tmp_path: Path) -> None:
    api = make_api(tmp_path)
    one = sorted(agreed(world.dataset))[3]
    for day in (world.dataset.description.index_dates[0], world.dataset.description.as_of):
        publish_screening(api.state.store, world.dataset, day, None, POLICY, NOW)
    back = {"scope": "research", "given_on": "2024-09-01", "withdrawn_on": "2026-05-04"}
    assert api.post("/score", record(one, school_id=None, consents=[back])).status_code == 200
    made = make_extract(api.state.store, NOW, "cli", REASON, NAMES, 1)
    assert NAMES.of("student", one) not in set(made.dataset.students["student_id"])
    assert made.students > 200


def test_nothing_is_made_without_a_reason_or_a_screening(world: World, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a reason is needed"):
        make_extract(world.store, NOW, "cli", " ", NAMES, 5)
    empty = open_store(read_settings({"RUNXIN_HOME": str(tmp_path)}))
    with pytest.raises(UserError, match="no screening is stored") as missing:
        make_extract(empty, NOW, "cli", REASON, NAMES, 5)
    assert missing.value.kind is Fault.NOT_FOUND
    publish_screening(empty, world.dataset, world.dataset.description.as_of, None, POLICY, NOW)
    with pytest.raises(UserError, match="no published screening lies 90 days before the last record"):
        make_extract(empty, NOW, "cli", REASON, NAMES, 1)
    empty.close()


def test_the_verb_says_what_was_done_and_leaves_a_trace(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(world.home))

    def say(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = run(["extract", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    code, done = say("--out", str(tmp_path / "out"), "--reason", REASON, "--k", "3")
    assert (code, done["key"], done["k"]) == (0, "kept", 3)
    assert json.loads((tmp_path / "out" / "extract.json").read_text("utf-8"))["students"] == done["students"]
    assert stat.S_IMODE((world.home / "extract.key").stat().st_mode) == 0o600
    event = audit_rows(world.store, 1)[0]
    assert (event.action, event.purpose, event.detail) == ("extract.made", "model_training", REASON)
    code, told = say("--out", str(tmp_path / "out"), "--reason", REASON)
    assert (code, told["error"]["kind"]) == (3, "bad-data")
    assert run(["extract", "--out", str(tmp_path / "other"), "--reason", REASON, "--new-key"]) == 0
    text = capsys.readouterr().out
    assert "given up to make groups of 5: class, boarding" in text
    assert "no consent to model training stands" in text
    assert "the key is thrown away" in text
