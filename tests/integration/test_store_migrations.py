"""A store that an older version wrote is brought over whole: no finding is lost, and no danger is closed by it."""

import json
import zlib
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import serving
from data_schemas.codes import Tier
from models.assessment import AnswerTime
from models.triage import day_start
from runxin.settings import read_settings
from serving.store import (
    Consent,
    Filing,
    Store,
    assessment_to_json,
    facts_of,
    find_student,
    open_store,
    read_school,
    withdraw_run,
)
from serving.store.consents import keep_consents
from serving.store.database import MIGRATIONS, make_engine
from serving.store.evidence import file_evidence
from serving.store.tables import metadata
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, student
from tests.new_stores import new_store

BEFORE = "0003"  # the last revision of version 0.1.0
TODAY = NOW.date()
OPENED = datetime(2026, 11, 20, 3, 0)


def moved(store: Store, revision: str, up: bool = True) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, revision)


def old_store(home: Path, revision: str = BEFORE) -> Store:
    home.mkdir(exist_ok=True)
    store = Store(make_engine(sa.make_url(f"sqlite:///{home / 'runxin.db'}")))
    moved(store, revision)
    return store


def add(store: Store, table: str, **fields: Any) -> None:
    """A row with only what is given; what must be there has a plain value."""
    with store.engine.execution_options(writes=True).begin() as connection:
        old = sa.Table(table, sa.MetaData(), autoload_with=connection)
        plain: dict[type, Any] = {str: "x", int: 0, float: 0.0, bool: False, bytes: b"", dict: []}
        plain |= {date: AS_OF, datetime: OPENED}
        row = {}
        for column in old.columns:
            if column.name in fields:
                row[column.name] = fields[column.name]
            elif not column.nullable:
                kind = dict if isinstance(column.type, sa.JSON) else column.type.python_type
                row[column.name] = plain[kind]
        connection.execute(old.insert().values(row))


def payload(**fields: Any) -> bytes:
    said = assessment("S-1", **fields)
    content = assessment_to_json(said)
    for later in ("model_tier", "leads", "suspended_since", "suspended_until"):
        content.pop(later, None)
    return zlib.compress(json.dumps(content).encode())


def filled(home: Path) -> Store:
    """A store of before with one published list; what is filed beside it a test adds."""
    store = old_store(home)
    add(store, "runs", run_id="r1", as_of=AS_OF, model_status="ok", published_at=OPENED)
    add(store, "run_schools", run_id="r1", school_id="school-01")
    add(store, "students", student_id="S-1", school_id="school-01", stage="junior")
    of_list = {"run_id": "r1", "student_id": "S-1", "school_id": "school-01", "screened": True}
    add(store, "assessments", **of_list, tier=1, margin=-1.9, payload=payload(), tier_since=OPENED)
    return store


def again(store: Store, home: Path) -> Store:
    store.close()
    return open_store(read_settings({"RUNXIN_HOME": str(home)}))


def filed(store: Store, rule: str = "R02", tier: int = 3, **fields: Any) -> None:
    plain = {"student_id": "S-1", "evidence": f"{rule}:x", "rule": rule, "tier": tier, "severity": 70}
    plain |= {"evidence_on": date(2026, 11, 16), "known_on": date(2026, 11, 17), "opened_at": OPENED, "opened_by": "r1"}
    add(store, "evidence", **(plain | fields))


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    for file in sorted(Path(serving.__file__).parent.glob("*/tables.py")):
        import_module(f"serving.{file.parent.name}.tables")
    store = new_store(tmp_path)
    with store.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == [], "write a migration for what was changed in tables.py"


def test_migrations_up_to_the_facts_can_be_undone(tmp_path: Path) -> None:
    store = old_store(tmp_path)
    moved(store, "base", up=False)
    with store.reading() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]


def test_no_older_version_is_given_what_this_one_wrote(tmp_path: Path) -> None:
    """It would not see what is open: going back is refused, and the database stays as it was."""
    store = new_store(tmp_path)
    publish(store, [assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(floor(),))])
    with pytest.raises(NotImplementedError, match="restore a backup"):
        moved(store, BEFORE, up=False)
    assert present(store).tier is Tier.CRISIS


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_an_assessment_from_before_replay_has_no_id(tmp_path: Path, revision: str) -> None:
    store = old_store(tmp_path, revision)
    add(store, "runs", run_id="r1", as_of=AS_OF, model_status="ok", published_at=OPENED)
    add(store, "run_schools", run_id="r1", school_id="school-01")
    people = "pupils" if "pupils" in tables_of(store) else "students"
    add(store, people, student_id="S-1", school_id="school-01", stage="junior")
    of_list = {"run_id": "r1", "student_id": "S-1", "school_id": "school-01"}
    add(store, "assessments", **of_list, payload=payload(), tier_since=OPENED)
    found = facts_of(again(store, tmp_path), ["S-1"], TODAY)["S-1"]
    assert (found.assessment_id, found.model_tier) == (None, Tier.WATCH)


def tables_of(store: Store) -> list[str]:
    with store.reading() as connection:
        return sa.inspect(connection).get_table_names()


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        ({"tier": Tier.PRIORITY}, Tier.PRIORITY),
        ({"tier": Tier.CRISIS, "tier_source": "floor", "own_tier": Tier.WATCH}, Tier.WATCH),
        ({"tier": Tier.PRIORITY, "own_source": "human"}, None),  # what the model said is not on record
        ({"margin": None}, None),
    ],
)
def test_what_the_model_alone_said_is_read_from_each_assessment(
    tmp_path: Path, said: dict[str, Any], tier: Tier | None
) -> None:
    store = filled(tmp_path)
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE assessments SET payload = :p"), {"p": payload(**said)})
    facts = facts_of(again(store, tmp_path), ["S-1"], TODAY)["S-1"]
    assert facts.model_tier is tier
    assert facts.model_since is not None


@pytest.mark.parametrize(
    ("rule", "tier", "fields", "answer", "danger"),
    [
        ("R02", 3, {}, AnswerTime.MINUTES, True),
        ("R12", 3, {}, AnswerTime.MINUTES, False),
        ("R01", 2, {}, AnswerTime.SAME_DAY, False),
        ("R05", 2, {}, AnswerTime.NEXT_DAY, False),
        ("R19", 1, {}, AnswerTime.ASK, False),
        ("R20", 1, {}, AnswerTime.TIER, False),
        ("R20", 3, {}, AnswerTime.MINUTES, False),
        ("phq9-total-15", 2, {"severity": 0}, AnswerTime.TIER, False),
        ("R02", 3, {"history": True}, AnswerTime.TIER, True),
    ],
)
def test_evidence_is_answered_as_its_rule_says(
    tmp_path: Path, rule: str, tier: int, fields: dict[str, Any], answer: AnswerTime, danger: bool
) -> None:
    store = filled(tmp_path)
    filed(store, rule, tier, **fields)
    (standing,) = present(again(store, tmp_path)).open
    found = standing.piece.floor
    assert (found.answer, found.danger, found.own_concern) == (answer, danger, rule == "R20")


def test_clocks_start_at_receipt_and_closed_evidence_may_stand_open_again(tmp_path: Path) -> None:
    store = filled(tmp_path)
    add(store, "received", entry_id="e1", student_id="S-1", school_id="school-01", assessment=payload())
    filed(store)
    filed(store, "R01", 2, opened_by="e1")
    filed(store, "R10", 2, closed_at=OPENED, closed_by="imported interview")
    now = present(again(store, tmp_path))
    clocks = {one.piece.floor.id: one.piece.received_at.replace(tzinfo=None) for one in now.open}
    waits = day_start(date(2026, 11, 17)).astimezone(tz=NOW.tzinfo).replace(tzinfo=None)
    assert clocks == {"R02": waits, "R01": OPENED, "R10": waits}, "the safe side: nobody is on record who assessed R10"
    assert {one.piece.door for one in now.open} == {"screening", "score"}


def test_interviews_of_which_only_a_summary_was_kept_are_words(tmp_path: Path) -> None:
    store = filled(tmp_path)
    filed(store)
    filed(store, "R01", 2)
    days = {"last_on": date(2026, 11, 20), "last_by_two_on": date(2026, 11, 18)}
    add(store, "interviews", student_id="S-1", level=2, **days)
    now = present(again(store, tmp_path))
    assert [(word.observed_on, len(word.persons)) for word in now.words] == [
        (date(2026, 11, 18), 2),
        (date(2026, 11, 20), 1),
    ]
    assert (now.tier, now.source, now.open) == (Tier.PRIORITY, "human", ())


def test_a_summary_by_one_person_closes_no_danger(tmp_path: Path) -> None:
    store = filled(tmp_path)
    filed(store)
    add(store, "interviews", student_id="S-1", level=1, last_on=date(2026, 11, 20))
    now = present(again(store, tmp_path))
    assert (now.tier, now.lacks) == (Tier.CRISIS, "second_person")


def test_interviews_that_are_on_record_row_by_row_are_not_told_twice(tmp_path: Path) -> None:
    store = filled(tmp_path)
    row = {"sha256": "a", "student_id": "S-1", "school_id": "school-01", "kind": "interview", "level": 1}
    add(store, "outcomes", **row, observed_on=AS_OF, interviewer="staff-1", client="city")
    add(store, "interviews", student_id="S-1", level=1, last_on=AS_OF)
    (word,) = present(again(store, tmp_path)).words
    assert (word.interviewer, word.assessed, word.corrects, word.door) == ("staff-1", None, None, "outcomes")


def test_where_students_are_what_they_took_back_and_feeds_are_those_of_their_newest_run(tmp_path: Path) -> None:
    """So that a run published since can be withdrawn, and the roster of before stands again."""
    store = filled(tmp_path)
    earlier = {"student_id": "S-1", "school_id": "school-01", "payload": payload(), "tier_since": OPENED}
    add(store, "runs", run_id="r0", as_of=date(2026, 9, 1), model_status="ok", published_at=OPENED)
    add(store, "run_schools", run_id="r0", school_id="school-01")
    add(store, "assessments", run_id="r0", **earlier)
    add(store, "withdrawn", student_id="S-1", scope="model_score", withdrawn_on=date(2026, 10, 1))
    add(store, "feeds", school_id="school-01", feed="leaves", covered_to=AS_OF)
    word = {
        "student_id": "S-1",
        "school_id": "school-01",
        "observed_on": AS_OF,
        "kind": "interview",
        "interviewer": "I",
    }
    add(store, "outcomes", sha256="a", run_id="r1", **word)
    add(store, "outcomes", sha256="b", client="city", **word)
    store = again(store, tmp_path)
    with store.reading() as connection:
        assert connection.execute(sa.text("SELECT run_id, scope FROM withdrawn")).all() == [("r1", "model_score")]
        assert connection.execute(sa.text("SELECT run_id, feed FROM feeds")).all() == [("r1", "leaves")]
        assert connection.execute(sa.text("SELECT run_id, stage FROM students")).all() == [("r1", "junior")]
        stages = connection.execute(sa.text("SELECT run_id, stage FROM assessments ORDER BY run_id")).all()
        told = connection.execute(sa.text("SELECT sha256, filed_by FROM brought ORDER BY sha256")).all()
    assert (stages, told) == ([("r0", "junior"), ("r1", "junior")], [("a", "r1"), ("b", "city")])
    moved_on = publish(store, [assessment("S-1")], students=[student("S-1", "school-02")], as_of=date(2026, 11, 21))
    assert facts_of(store, ["S-1"], TODAY)["S-1"].withdrawn == {}
    assert withdraw_run(store, moved_on.run_id, "the wrong school", NOW, "wang")
    facts = facts_of(store, ["S-1"], TODAY)["S-1"]
    assert (facts.school_id, set(facts.withdrawn)) == ("school-01", {"model_score"})
    assert withdraw_run(store, "r1", "the older one as well", NOW, "wang")
    assert (find_student(store, "S-1"), len(read_school(store, "school-01", TODAY).everyone)) == (
        student("S-1", "school-01", class_id=None, grade=None),
        1,
    )


def test_consents_that_platforms_had_sent_are_kept(tmp_path: Path) -> None:
    store = filled(tmp_path)
    rows = [{"scope": "research", "given_on": "2025-09-01", "withdrawn_on": "2026-05-04"}]
    record = zlib.compress(json.dumps({"consents": rows}).encode())
    for entry, said in (("e1", record), ("e2", record), ("e3", b"")):
        of_entry = {"entry_id": entry, "student_id": "S-1", "school_id": "school-01", "assessment": payload()}
        add(store, "received", **of_entry, client="city", record=said)
    new = again(store, tmp_path)
    assert facts_of(new, ["S-1"], TODAY)["S-1"].withdrawn == {"research": date(2026, 5, 4)}
    sent = Consent("research", date(2025, 9, 1), date(2026, 5, 4))
    with new.writing() as connection:
        keep_consents(connection, {"S-1": [sent]}, NOW, "city")
        assert connection.scalar(sa.text("SELECT count(*) FROM consents")) == 1, "named as it is named today"


def test_evidence_of_before_rests_on_any_record_so_that_a_resend_opens_nothing(tmp_path: Path) -> None:
    store = filled(tmp_path)
    filed(store, "R01", 2, severity=40)
    new = again(store, tmp_path)
    again_sent = floor("R01", Tier.PRIORITY, evidence="R01:x", severity=40, record="a digest")
    with new.writing() as connection:
        filings = {"r2": [Filing("S-1", "school-01", (again_sent,))]}
        assert file_evidence(connection, filings, NOW, "screening") == {"r2": 0}
