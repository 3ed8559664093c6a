"""A store and a model that version 0.1.0 wrote are read by today's code, and nothing in them is lost.

`tests/fixtures/make_v0_1_0.py` says what is in them. What today's code calls otherwise is said in `CALLED` and `GONE`,
what it says of the same facts otherwise in `ADDED` and `OTHERWISE`, each with its reason: all else is as it was.
"""

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from data_schemas.codes import Tier
from data_schemas.school_days import Calendars
from models import load_artifact, read_policy
from models.calibration import probabilities
from models.risk_model import margins
from models.triage import Standing, Word, present_of
from runxin.cli.main import run
from serving.accounts.store import list_users
from serving.audit import verify_log
from serving.keys.store import list_keys
from serving.replay import replay_assessment
from serving.replay.differences import ABSENT, Difference
from serving.store import Store, audit_rows, facts_of, open_store
from serving.store.database import MIGRATIONS
from tests.every_table import metadata
from tests.factories import NOW
from tests.old_store import ARTIFACT, OldStore, Rows, expected, lay_out, rows_of

# --- For whoever writes a migration: what has another name today, by the name that version 0.1.0 gave it. -----------
CALLED = {"received": "entries"}  # table → table
COLUMNS = {
    "evidence": {"opened_at": "filed_at", "opened_by": "filed_by"},
    "audit": {"audit_id": "id"},
}  # table → column → column
# What is worked out from other rows today and no longer stored, table → column → from what. "*" is the whole table.
GONE = {
    "names": dict.fromkeys(("name", "spelled"), "sealed; `test_encryption.py` reads them"),
    "interviews": {"*": "the words of people in `outcomes`"},
    "assessments": dict.fromkeys(("tier_since", "retest_since"), "the assessment itself"),
    "evidence": dict.fromkeys(("closed_at", "closed_by", "reason"), "the words of people in `outcomes`"),
}
# Whoever is on no roster has a file that carries the school: student's id → file.
STRANGERS = {"S-stranger": "S-stranger (school-01)", "S-nowhere": "S-nowhere (unassigned)"}
STRANGERS |= {"S-declined": "S-declined (school-01)"}
# Fields that assessments have gained: a stored one does not have them, whatever a replay says there.
ADDED = {
    "model_tier": "what the model alone says",
    "leads": "reports that open no tier",
    "suspended_since": "休学 that is going on",
    "suspended_until": "its end",
    "answer": "a rule's own answer time",
    "danger": "whether the student is left alone",
    "own_concern": "a person's own concern",
    "lead": "a report that opens no tier",
    "received_at": "when a clock starts",
    "who": "who does an errand",
}
# Fields of which a decision made today's rules say something else, as patterns of their paths: `floors\[\d+\]\.text`.
OTHERWISE = {
    r"reasons\[\d+\](\..*)?": "no reason is made of what is not known; sentences with band, day and caveats",
    r"change\.reasons.*": "the same",
    r"data_quality\..*": "the same; what is not at school is missing",
    r"(floors|tasks|leads)\[\d+\](\..*)?": "evidence is assessed by what was known before its day; every report counts",
    r"tier|tier_source|own_tier|own_source|confirmed": "the same",
    r"model\..*": "who declined scoring is not told apart by the status",
}
# ---------------------------------------------------------------------------------------------------------------------
# What a model said is never said otherwise.
SCORES = re.compile(r"margin|probability|base_value|group_contributions.*|family_capped|uncertainty.*|change\.margin")
PASSING = ("alembic_version",)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> OldStore:
    """Opened once by today's code, so migrated; tests read it only."""
    old = lay_out(tmp_path_factory.mktemp("v0.1.0") / "home")
    open_store(old.settings).close()
    return old


@pytest.fixture
def store(laid: OldStore) -> Any:
    with open_store(laid.settings) as opened:
        yield opened


def revisions() -> list[str]:
    """From the first to the newest."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def test_every_migration_applies_and_leaves_the_tables_of_a_new_store(laid: OldStore, store: Store) -> None:
    (was,) = laid.rows["alembic_version"]
    assert was["version_num"] in revisions()[:3]
    (row,) = rows_of(laid.file)["alembic_version"]
    assert row["version_num"] == revisions()[-1]
    with store.reading() as connection:
        apart = compare_metadata(MigrationContext.configure(connection), metadata)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    assert (apart, broken, whole) == ([], [], "ok")


def test_opening_it_again_changes_nothing(laid: OldStore) -> None:
    before = rows_of(laid.file)
    open_store(laid.settings).close()
    assert rows_of(laid.file) == before


def kept(rows: Rows, columns: dict[str, str]) -> Counter[tuple[Any, ...]]:
    """Rows by the columns that version 0.1.0 had, under today's names."""
    return Counter(tuple(row[today] for today in columns.values()) for row in rows)


def renamed_strangers(table: str, rows: Rows, today: dict[str, Rows]) -> Rows:
    """The rows with a stranger's file in place of the id; of the audit log with students' pseudonyms, by the ids of its
    time."""
    if table == "audit":
        names = {row["student_id"]: row["pseudonym"] for row in today["subject_keys"]}
        return [row | {"object_id": names.get(row["object_id"], row["object_id"])} for row in rows]
    return [row | {"student_id": STRANGERS.get(str(row.get("student_id")), row.get("student_id"))} for row in rows]


def test_no_row_of_any_table_is_lost_or_changed(laid: OldStore) -> None:
    today, lost = rows_of(laid.file), {}
    for table, rows in laid.rows.items():
        gone = GONE.get(table, {})
        if table in PASSING or "*" in gone or not rows:
            continue
        renamed = COLUMNS.get(table, {})
        columns = {column: renamed.get(column, column) for column in rows[0] if column not in gone}
        before = kept(renamed_strangers(table, rows, today), dict(zip(columns, columns, strict=True)))
        lost[table] = before - kept(today.get(CALLED.get(table, table), []), columns)
    assert {table: len(rows) for table, rows in lost.items() if rows} == {}
    assert set(lost) | set(GONE) >= {
        "outcomes",
        "received",
        "evidence",
        "names",
        "users",
        "api_keys",
        "audit",
        "misses",
    }


def test_accounts_keys_and_the_trail_can_still_be_read(laid: OldStore, store: Store) -> None:
    assert {(user.username, user.role, user.schools) for user in list_users(store)} == {
        (row["username"], row["role"], tuple(json.loads(row["schools"]))) for row in laid.rows["users"]
    }
    assert {row["role"] for row in laid.rows["users"]} == {"counselor", "principal", "bureau", "administrator"}
    assert {(key.key_id, key.revoked_at is None) for key in list_keys(store)} == {
        (row["key_id"], row["revoked_at"] is None) for row in laid.rows["api_keys"]
    }
    trail = [event for event in audit_rows(store, 10_000) if event.at <= datetime.fromisoformat(expected()["read_at"])]
    assert len(trail) >= len([row for row in laid.rows["audit"] if row["actor"] != "fixture"])


def test_the_audit_log_of_before_is_chained_and_names_no_student(laid: OldStore, store: Store) -> None:
    checked = verify_log(store, laid.settings.audit_checkpoints)
    assert checked.faults == ()
    assert checked.covered >= len(laid.rows["audit"])
    students = {row["student_id"] for row in laid.rows["students"]}
    objects = {row["object_id"] for row in laid.rows["audit"]}
    assert objects & students
    assert {row["object_id"] for row in rows_of(laid.file)["audit"]} & students == set()


def stands(store: Store, student_id: str) -> dict[str, Standing]:
    """The student's evidence as it stands today, by key."""
    file_id = STRANGERS.get(student_id, student_id)
    facts = facts_of(store, [file_id], NOW.date())[file_id]
    return {one.piece.key: one for one in present_of([facts], read_policy(), Calendars().default)[0].evidence}


def test_each_piece_of_evidence_is_there_and_what_was_open_is_open(store: Store) -> None:
    """Opening a store closes nothing but what a person's word on record has assessed."""
    for was in expected()["evidence"]:
        found = stands(store, was["student_id"])
        assert was["floor"]["evidence"] in found, was
        one = found[was["floor"]["evidence"]]
        floor = one.piece.floor
        assert (floor.id, floor.severity) == (was["floor"]["id"], was["floor"]["severity"])
        assert floor.tier.ord == TIERS.index(was["floor"]["tier"].rpartition(".")[2].lower())
        assert (floor.evidence_on.isoformat(), floor.known_on.isoformat()) == (
            was["floor"]["evidence_on"],
            was["floor"]["known_on"],
        )
        assert one.piece.received_at <= datetime.fromisoformat(was["opened_at"]), "no clock is started anew"
        if was["closed_at"] is None and not one.is_open:  # a word that was on record and that the list had not heard
            assert isinstance(one.closed_by, Word)
            assert one.closed_by.observed_on > one.piece.known_on


TIERS = ["routine", "watch", "priority", "crisis"]


def test_what_was_closed_is_closed_by_the_words_that_are_on_record_or_open_again(store: Store) -> None:
    """Which interview closed it is told by the words themselves. What an interview of the day itself had closed, one by
    a single person where two are needed, or one that was corrected since, stands open again."""
    closed = [was for was in expected()["evidence"] if was["closed_at"] is not None]
    assert {was["closed_by"] for was in closed} == {"imported interview", "city"}
    again = 0
    for was in closed:
        one = stands(store, was["student_id"])[was["floor"]["evidence"]]
        if one.is_open:
            again += 1
            continue
        assert isinstance(one.closed_by, Word)
        assert one.closed_by.observed_on > one.piece.known_on
        assert one.closed_by.observed_on.isoformat() in was["reason"] or was["closed_by"] == "imported interview"
        assert one.piece.floor.tier is not Tier.CRISIS or len(one.closed_by.persons) == 2
    assert 0 < again < len(closed)


def test_everybody_with_open_evidence_is_on_a_list(
    laid: OldStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(laid.settings.home))
    assert run(["list", "--json"]) == 0
    shown = capsys.readouterr().out.splitlines()[-1]
    waiting = {was["student_id"] for was in expected()["evidence"] if was["closed_at"] is None}
    assert {"S-stranger", "S-nowhere"} < waiting
    assert [student for student in sorted(waiting) if f'"{STRANGERS.get(student, student)}"' not in shown] == []


def test_a_stored_assessment_is_said_again_to_the_last_digit(laid: OldStore, store: Store) -> None:
    outcomes, apart = Counter[str](), {}
    for assessment_id, was in expected()["replays"].items():
        done = replay_assessment(store, laid.settings.models, assessment_id, NOW, "test")
        outcomes["erased" if done.outcome == "erased" else "made again"] += 1
        if done.outcome == "erased":
            assert was["outcome"] == "erased"
            continue
        assert done.model == was["model"]
        meant = [unmeant(one) for one in done.differences]
        apart |= {assessment_id: said} if (said := [one for one in meant if one]) else {}
    assert apart == {}
    assert outcomes == {"made again": 71, "erased": 2}


def unmeant(one: Difference) -> str | None:
    """What is apart, where nobody said why; None where it is said."""
    if not SCORES.fullmatch(one.field):
        if one.stored == ABSENT and one.field.rpartition(".")[2] in ADDED:
            return None
        if any(re.fullmatch(pattern, one.field) for pattern in OTHERWISE):
            return None
    return f"{one.field}: stored {one.stored}, replayed {one.replayed}"


@pytest.mark.parametrize(
    ("one", "meant"),
    [
        (Difference("model_tier", ABSENT, "watch"), True),
        (Difference("floors[0].answer", ABSENT, "minutes"), True),
        (Difference("floors[1]", ABSENT, {"id": "R02"}), True),
        (Difference("margin", -1.25, -1.2500000000000002), False),
        (Difference("instruments[0].total", 9.0, 8.0), False),
        (Difference("model_tier", "watch", "priority"), False),
    ],
)
def test_only_what_is_declared_may_differ(one: Difference, meant: bool) -> None:
    assert (unmeant(one) is None) is meant


def test_the_model_loads_and_gives_the_same_margins() -> None:
    model, said = load_artifact(ARTIFACT), expected()["model"]
    assert [feature.name for feature in model.features] == said["features"]
    margin = margins(model.model, np.array(said["values"])).value
    assert margin.tolist() == said["margins"]
    assert probabilities(model.calibration, margin).tolist() == said["probabilities"]


def test_the_fixture_is_small_and_holds_no_secret(tmp_path: Path) -> None:
    files = {file: file.stat().st_size for file in ARTIFACT.parent.rglob("*") if file.is_file()}
    assert sum(size for file, size in files.items() if file.parent == ARTIFACT) < 100_000
    assert files[ARTIFACT.parent / "store.sql.gz"] < 300_000
    old = lay_out(tmp_path / "home")
    said = repr(old.rows["api_keys"]) + repr(old.rows["sessions"]) + repr(old.rows["sign_in_links"])
    assert re.findall(r"rx_[\w-]{20,}", said) == []
    hashes = [row[name] for table, name in HASHED for row in old.rows[table]]
    assert hashes
    assert [one for one in hashes if not re.fullmatch("[0-9a-f]{64}", one)] == []


HASHED = (("api_keys", "key_hash"), ("sessions", "token_hash"), ("sign_in_links", "token_hash"))
