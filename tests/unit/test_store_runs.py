"""A published run is whole or not there; the same screening is there once; the newest day's list is in force."""

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_schemas.codes import Tier
from models.assessment import Assessment, DataQuality, Retest
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.store import (
    Feed,
    RunFacts,
    Store,
    Withdrawal,
    assessment_from_json,
    assessment_to_json,
    audit_rows,
    facts_of,
    find_student,
    history_of,
    keep_names,
    load_names,
    newest_run,
    open_store,
    read_school,
    school_ids,
    service_state,
    withdraw_run,
)
from serving.store.database import make_engine
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, sheet, student, words
from tests.new_stores import new_store

TODAY = NOW.date()


LATER = date(2026, 11, 27)


def said_of(store: Store, student_id: str) -> Assessment | None:
    return facts_of(store, [student_id], TODAY)[student_id].assessment


def test_the_embedded_database_is_its_owners_only_and_keeps_a_log_ahead(tmp_path: Path) -> None:
    store = open_store(read_settings({"RUNXIN_HOME": str(tmp_path / "home")}))
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
    run = newest_run(store, "school-01", TODAY)
    assert run is not None
    assert (run.run_id, run.as_of, run.published_at, run.model.version) == (done.run_id, AS_OF, NOW, "7")
    assert said_of(store, "S-1") == assessment("S-1")
    assert said_of(store, "S-3") is None
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
    broken = replace(assessment("S-2", floors=(floor(),)), severity=float("nan"))  # which SQLite takes for nothing
    with pytest.raises(sa.exc.IntegrityError):
        publish(store, [assessment("S-1", Tier.CRISIS), broken], fingerprint="f2", as_of=date(2026, 11, 21))
    run = newest_run(store, "school-01", TODAY)
    assert run is not None
    assert run.run_id == first.run_id
    assert service_state(store).runs == 1
    assert said_of(store, "S-1") == assessment("S-1")


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
    assert said_of(new_store(tmp_path), "S-1") == assessment("S-1")


def test_the_newest_day_is_in_force_whatever_was_published_last(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1", Tier.PRIORITY)])
    publish(store, [assessment("S-1")], as_of=date(2026, 11, 1), at=NOW + timedelta(days=1), fingerprint="old")
    run = newest_run(store, "school-01", TODAY)
    assert run is not None
    assert run.as_of == AS_OF
    old = newest_run(store, "school-01", TODAY, date(2026, 11, 1))
    assert old is not None
    assert old.fingerprint == "old"
    assert [one.tier for one in history_of(store, "S-1")] == [Tier.WATCH, Tier.PRIORITY]


def test_a_run_of_one_school_leaves_the_others_alone(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    publish(store, [assessment("S-1"), assessment("S-2")], students=[student("S-1"), student("S-2", "school-02")])
    publish(store, [assessment("S-1")], fingerprint="f2", as_of=LATER)
    first, second = (newest_run(store, school, LATER) for school in ("school-01", "school-02"))
    assert first is not None
    assert second is not None
    assert (first.fingerprint, second.fingerprint) == ("f2", "f1")


def test_a_run_of_a_day_to_come_is_not_in_force_before_it(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = publish(store, [assessment("S-1")])
    coming = publish(store, [assessment("S-1", Tier.ROUTINE)], fingerprint="f2", as_of=date(2030, 1, 15))
    for day, expected in ((TODAY, first), (date(2030, 1, 14), first), (date(2030, 1, 15), coming)):
        run = newest_run(store, "school-01", day)
        assert run is not None
        assert run.run_id == expected.run_id
    assert facts_of(store, ["S-1"], TODAY)["S-1"].model_tier is Tier.WATCH


def test_a_run_that_is_taken_back_leaves_the_one_before_in_force_and_its_evidence_on_file(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = publish(store, [assessment("S-1")])
    wrong = publish(
        store,
        [assessment("S-1", Tier.CRISIS, tier_source="floor", floors=(floor(),))],
        fingerprint="f2",
        at=NOW + timedelta(hours=1),
    )
    assert withdraw_run(store, wrong.run_id, "the wrong file", NOW + timedelta(hours=2), "wang")
    run = newest_run(store, "school-01", TODAY)
    assert run is not None
    assert run.run_id == first.run_id
    assert said_of(store, "S-1") == assessment("S-1")
    assert [one.tier for one in history_of(store, "S-1")] == [Tier.WATCH]
    assert present(store).tier is Tier.CRISIS, "what a screening brought up is closed by people only"
    newest = audit_rows(store, 1)[0]
    assert (newest.actor, newest.action, newest.object_id) == ("wang", "run.withdrawn", wrong.run_id)
    assert withdraw_run(store, wrong.run_id, "again", NOW + timedelta(hours=3), "wang") is False
    assert len(audit_rows(store)) == 3
    with pytest.raises(UserError, match="no run 'none'") as caught:
        withdraw_run(store, "none", "x", NOW, "wang")
    assert caught.value.kind is Kind.NOT_FOUND


def test_withdrawals_feeds_and_names_are_kept(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    feed = Feed("school-01", "leaves", date(2025, 9, 1), date(2026, 11, 13))
    gone = Withdrawal("S-1", "model_score", date(2026, 10, 1))
    publish(store, [assessment("S-1")], facts=RunFacts(withdrawals=[gone], feeds=[feed]))
    keep_names(store, {"S-1": "甲"}, NOW, "cli")
    keep_names(store, {"S-1": "乙"}, NOW, "cli")
    assert facts_of(store, ["S-1"], TODAY)["S-1"].withdrawn.keys() == {"model_score"}
    assert read_school(store, "school-01", TODAY).feeds == (feed,)
    assert find_student(store, "S-1") == student("S-1")
    assert find_student(store, "S-1", names_allowed=True) == student("S-1", name="乙")
    publish(store, [assessment("S-1")], fingerprint="f2", facts=RunFacts(feeds=[replace(feed, covered_to=AS_OF)]))
    assert facts_of(store, ["S-1"], TODAY)["S-1"].withdrawn == {}, "given again in the newer data"
    assert read_school(store, "school-01", TODAY).feeds[0].covered_to == AS_OF


def test_names_with_faults_are_refused_whole(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    file = tmp_path / "names.csv"
    file.write_text("student_id,name\nS-1,甲\nS-2,\nS-1,丙\n", "utf-8")
    with pytest.raises(UserError) as caught:
        load_names(store, file, NOW, "cli")
    assert [(p.row, p.column) for p in caught.value.problems] == [(3, "name"), (4, "student_id")]
    assert "甲" not in str(caught.value.problems)
    file.write_text("id,name\nS-1,甲\n", "utf-8")
    with pytest.raises(UserError) as caught:
        load_names(store, file, NOW, "cli")
    assert [p.column for p in caught.value.problems] == ["student_id"]
