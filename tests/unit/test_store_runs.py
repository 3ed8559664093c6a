"""A published run is whole or not there; the same screening is there once; the newest day's list is in force."""

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from data_schemas.codes import Tier
from models.assessment import DataQuality, Retest
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.store import (
    Feed,
    Withdrawal,
    assessment_from_json,
    assessment_of,
    assessment_to_json,
    audit_rows,
    find_pupil,
    history_of,
    keep_names,
    load_names,
    newest_run,
    open_store,
    read_school,
    school_ids,
    service_state,
    withdrawn_scopes,
)
from serving.store.database import make_engine
from serving.store.tables import metadata
from tests.factories import AS_OF, NOW, assessment, floor, new_store, publish, pupil, sheet, words


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with store.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == [], "write a migration for what was changed in tables.py"


def test_migrations_can_be_undone(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from serving.store.database import MIGRATIONS

    store = new_store(tmp_path)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with store.reading() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]


def test_the_embedded_database_is_its_owners_only_and_keeps_a_log_ahead(tmp_path: Path) -> None:
    store = new_store(tmp_path / "home")
    file = tmp_path / "home" / "runxin.db"
    assert file.stat().st_mode & 0o077 == 0
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 15000


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    with sqlite3.connect(tmp_path / "runxin.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UserError, match="later version") as caught:
        new_store(tmp_path)
    assert caught.value.kind is Kind.UNAVAILABLE


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "runxin.db").mkdir()
    with pytest.raises(UserError, match="cannot be opened") as caught:
        open_store(read_settings({"RUNXIN_HOME": str(tmp_path)}))
    assert caught.value.kind is Kind.UNAVAILABLE


def test_assessments_come_back_as_they_went_in() -> None:
    said = assessment(
        tier=Tier.CRISIS,
        floors=(floor(), floor("R12", protection=True, history=True)),
        instruments=(sheet(), sheet("gad7", None, band=None, band_code=None)),
        data_quality=DataQuality("low", (Retest("gad7", "unscored", words("复测", "repeat")),), ("leave",)),
        margin=0.1 + 0.2,
        last_interview_on=date(2026, 1, 2),
    )
    assert assessment_from_json(assessment_to_json(said)) == said
    bare = assessment(probability=None, margin=None, base_value=None, group_contributions=None, changed_on=None)
    assert assessment_from_json(assessment_to_json(bare)) == bare


def test_a_run_is_read_back(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    done = publish(store, [assessment("S-1"), assessment("S-2", Tier.ROUTINE)])
    assert done.new
    run = newest_run(store, "school-01")
    assert run is not None
    assert (run.run_id, run.as_of, run.published_at, run.model.version) == (done.run_id, AS_OF, NOW, "7")
    assert assessment_of(store, "S-1") == assessment("S-1")
    assert assessment_of(store, "S-3") is None
    assert school_ids(store) == ["school-01"]
    assert service_state(store).students == 2
    assert [event.action for event in audit_rows(store)] == ["run.published"]


def test_the_same_screening_is_published_once(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = publish(store, [assessment("S-1", floors=(floor(),))])
    again = publish(store, [assessment("S-1", floors=(floor(),))], at=NOW + timedelta(hours=1))
    assert (again.run_id, again.new) == (first.run_id, False)
    assert service_state(store).runs == 1
    assert publish(store, [assessment("S-1")], fingerprint="f2").new, "other data are another screening"


def test_a_run_that_breaks_off_leaves_the_list_before_in_force(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = publish(store, [assessment("S-1"), assessment("S-2")])
    broken = replace(assessment("S-2", floors=(floor(),)), tier=None)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        publish(store, [assessment("S-1", Tier.CRISIS), broken], fingerprint="f2", as_of=date(2026, 11, 21))
    run = newest_run(store, "school-01")
    assert run is not None
    assert run.run_id == first.run_id
    assert service_state(store).runs == 1
    assert assessment_of(store, "S-1") == assessment("S-1")


def test_a_process_killed_while_publishing_leaves_the_list_before(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1")])
    store.close()
    raw = make_engine(sa.make_url(f"sqlite:///{tmp_path / 'runxin.db'}"))
    connection = raw.execution_options(writes=True).connect()
    connection.begin()
    connection.exec_driver_sql("DELETE FROM assessments")
    connection.invalidate()  # the connection goes without commit or rollback, as with a killed process
    connection.close()
    raw.dispose()
    assert assessment_of(new_store(tmp_path), "S-1") is not None


def test_the_newest_day_is_in_force_whatever_was_published_last(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1", Tier.PRIORITY)])
    publish(store, [assessment("S-1")], as_of=date(2026, 11, 1), at=NOW + timedelta(days=1), fingerprint="old")
    run = newest_run(store, "school-01")
    assert run is not None
    assert run.as_of == AS_OF
    old = newest_run(store, "school-01", date(2026, 11, 1))
    assert old is not None
    assert old.fingerprint == "old"
    assert [one.tier for one in history_of(store, "S-1")] == [Tier.WATCH, Tier.PRIORITY]


def test_a_run_of_one_school_leaves_the_others_alone(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1"), assessment("S-2")], pupils=[pupil("S-1"), pupil("S-2", "school-02")])
    publish(store, [assessment("S-1")], fingerprint="f2", as_of=date(2026, 11, 21))
    first, second = newest_run(store, "school-01"), newest_run(store, "school-02")
    assert first is not None
    assert second is not None
    assert (first.fingerprint, second.fingerprint) == ("f2", "f1")


def test_the_clock_of_a_tier_is_not_started_anew_by_the_next_run(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1", Tier.WATCH), assessment("S-2", Tier.WATCH)])
    later = NOW + timedelta(days=7)
    publish(
        store,
        [assessment("S-1", Tier.WATCH), assessment("S-2", Tier.PRIORITY)],
        fingerprint="f2",
        as_of=date(2026, 11, 27),
        at=later,
    )
    since = {s.pupil.student_id: s.tier_since for s in read_school(store, "school-01", False).standings}
    assert since == {"S-1": NOW, "S-2": later}


def test_withdrawals_feeds_and_names_are_kept(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    feed = Feed("school-01", "leaves", date(2025, 9, 1), date(2026, 11, 13))
    gone = Withdrawal("S-1", "model_score", date(2026, 10, 1))
    publish(store, [assessment("S-1")], withdrawals=[gone], feeds=[feed])
    keep_names(store, {"S-1": "甲"})
    keep_names(store, {"S-1": "乙"})
    assert withdrawn_scopes(store, "S-1") == {"model_score"}
    assert read_school(store, "school-01", False).feeds == (feed,)
    assert find_pupil(store, "S-1") == pupil("S-1")
    assert find_pupil(store, "S-1", names_allowed=True) == pupil("S-1", name="乙")
    publish(store, [assessment("S-1")], fingerprint="f2", feeds=[replace(feed, covered_to=AS_OF)])
    assert withdrawn_scopes(store, "S-1") == frozenset(), "given again in the newer data"
    assert read_school(store, "school-01", False).feeds[0].covered_to == AS_OF


def test_names_with_faults_are_refused_whole(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    file = tmp_path / "names.csv"
    file.write_text("student_id,name\nS-1,甲\nS-2,\nS-1,丙\n", "utf-8")
    with pytest.raises(UserError) as caught:
        load_names(store, file)
    assert [(p.row, p.column) for p in caught.value.problems] == [(3, "name"), (4, "student_id")]
    assert "甲" not in str(caught.value.problems)
    file.write_text("id,name\nS-1,甲\n", "utf-8")
    with pytest.raises(UserError) as caught:
        load_names(store, file)
    assert [p.column for p in caught.value.problems] == ["student_id"]
