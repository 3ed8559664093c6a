"""The audit log: what is done to its rows behind its back is found, done here by SQL as who holds the file would."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
import sqlalchemy as sa

import runxin
import serving
from runxin.errors import Kind, UserError
from runxin.settings import Settings, read_settings
from serving.audit import Verified, verify_log
from serving.bookings.booking import BookingStep
from serving.cases.workflow import MOVES
from serving.store import AuditEvent, Store, add_event, audit_rows, erase_record, open_store, write_audit
from serving.store.audit_actions import ACTIONS, OF_OTHERS, OF_STUDENTS
from serving.store.audit_chain import BEGIN, COLUMNS, hash_of
from serving.store.checkpoints import checkpointing, read_checkpoints
from serving.store.clock import SteadyClock
from serving.store.identity import NEW, ONE, SAME, TWO
from serving.store.readings import ANSWERS
from tests.factories import NOW
from tests.new_stores import store_at

ROWS = 12
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"RUNXIN_HOME": str(tmp_path / "home")})


@pytest.fixture
def store(settings: Settings) -> Store:
    """Twelve reads of four students' records, covered by a checkpoint."""
    store = store_at(settings)
    for number in range(ROWS):
        write_audit(store, read(f"S-{number % 4}", NOW + number * MINUTE))
    store.keep_checkpoint()
    return store


def read(student: str, at: datetime = NOW) -> AuditEvent:
    return AuditEvent(at, "wang", "student.read", "follow_up", student)


def faults(store: Store) -> list[str]:
    return [str(fault) for fault in verify_log(store, store.checkpoints).faults]


def by_sql(settings: Settings, *statements: str) -> None:
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as database:
        for (trigger,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger {trigger}")
        for statement in statements:
            database.execute(statement)
    database.close()


def test_an_untouched_log_is_whole(store: Store) -> None:
    assert verify_log(store, store.checkpoints) == Verified(ROWS, 1, ROWS, (), ())


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("id", "clock")] + ["hash"])
@pytest.mark.parametrize("row", [1, 6, ROWS])
def test_an_edited_row_is_found(store: Store, settings: Settings, column: str, row: int) -> None:
    by_sql(settings, f"update audit set {column} = '2001-01-01' where id = {row}")
    found = faults(store)
    assert any(re.match(rf"audit, row {row}: it was changed", said) for said in found), found


@pytest.mark.parametrize("value", ["x'00ff'", "''", "12", "1.5", "char(0)"])
def test_what_is_no_text_is_found_too(store: Store, settings: Settings, value: str) -> None:
    by_sql(settings, f"update audit set actor = {value} where id = 4")
    assert faults(store)[0].startswith("audit, row 4: it was changed")


def test_a_clock_note_that_was_taken_out_or_put_in_is_found(store: Store, settings: Settings) -> None:
    by_sql(settings, "update audit set clock = 5 where id = 3")
    assert faults(store)[0].startswith("audit, row 3: it was changed")


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["delete from audit where id = 5"], "audit, row 6: row 5 is missing before it"),
        (["delete from audit where id in (1, 2)"], "audit, row 3: rows 1 to 2 are missing before it"),
        (["delete from audit where id = 12"], "audit: cut off after row 11: a checkpoint (line 1) saw row 12"),
        (["delete from audit where id > 3"], "audit: cut off after row 3: a checkpoint (line 1) saw row 12"),
        (["delete from audit"], "audit: cut off after row 0: a checkpoint (line 1) saw row 12"),
        (
            [
                "delete from audit where id = 5",
                "update audit set id = id - 1 where id > 5",
            ],
            "audit, row 5: it was changed, moved or put in: it does not fit its hash and the row before",
        ),
        (
            [
                "update audit set id = 100 where id = 4",
                "update audit set id = 4 where id = 5",
                "update audit set id = 5 where id = 100",
            ],
            "audit, row 4: it was changed, moved or put in: it does not fit its hash and the row before",
        ),
        (
            [f"insert into audit select 13, {', '.join(COLUMNS[1:])}, hash from audit where id = 12"],
            "audit, row 13: it was changed, moved or put in: it does not fit its hash and the row before",
        ),
    ],
)
def test_what_was_removed_moved_or_put_in_is_found(
    store: Store, settings: Settings, statements: list[str], said: str
) -> None:
    by_sql(settings, *statements)
    assert said in faults(store)


def test_a_log_that_was_written_anew_from_a_row_on_is_found_by_its_checkpoint(store: Store, settings: Settings) -> None:
    """The chain fits again; only what stands outside the database tells."""
    file = settings.database_url.removeprefix("sqlite:///")
    by_sql(settings)
    with sqlite3.connect(file) as database:
        before = database.execute("select hash from audit where id = 6").fetchone()[0]
        database.execute("update audit set actor = 'li' where id = 7")
        for row in database.execute(f"select {', '.join(COLUMNS)} from audit where id > 6 order by id").fetchall():
            before = hash_of(before, dict(zip(COLUMNS, row, strict=True)))
            database.execute("update audit set hash = ? where id = ?", (before, row[0]))
    database.close()
    assert faults(store) == ["audit, row 12: it is not what a checkpoint (line 1) says that it was"]


def test_a_log_without_its_checkpoints_is_not_called_whole(store: Store, settings: Settings) -> None:
    settings.audit_checkpoints.unlink()
    assert faults(store) == ["audit: there are no checkpoints: nothing shows whether rows were cut off"]
    settings.audit_checkpoints.write_text("not one\n")
    with pytest.raises(UserError, match="cannot be read") as caught:
        verify_log(store, settings.audit_checkpoints)
    assert caught.value.kind is Kind.BAD_DATA


def test_rows_younger_than_the_checkpoint_are_counted_as_such(store: Store) -> None:
    # An account stands in the log under its own name.
    write_audit(store, AuditEvent(NOW + 20 * MINUTE, "ann", "user.created", object_id="wang"))
    checked = verify_log(store, store.checkpoints)
    assert (checked.rows, checked.covered, checked.faults) == (ROWS + 1, ROWS, ())


def test_where_no_checkpoint_saw_a_row_that_is_left_none_vouches_for_any(store: Store, settings: Settings) -> None:
    by_sql(settings, "delete from audit where id > 3")
    checked = verify_log(store, store.checkpoints)
    assert (checked.rows, checked.covered) == (3, 0)


def test_the_database_itself_refuses_what_is_no_addition(store: Store) -> None:
    for statement in ("update audit set actor = 'li' where id = 3", "delete from audit where id = 3"):
        with pytest.raises(sa.exc.IntegrityError, match="only added to"), store.writing() as connection:
            connection.execute(sa.text(statement))
    assert faults(store) == []


def test_writers_side_by_side_make_one_chain(store: Store, settings: Settings) -> None:
    """Also those of other processes, each with a store of its own."""
    others = [open_store(settings) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: write_audit(others[n % 4], read(f"S-{n}"), read(f"S-{n + 1}")), range(80)))
    for other in others:
        other.close()
    assert verify_log(store, store.checkpoints).rows == ROWS + 160
    assert faults(store) == []


def test_what_is_rolled_back_leaves_no_trace_and_no_gap(store: Store) -> None:
    with store.writing() as connection:
        add_event(connection, read("S-9"))
        connection.rollback()
    write_audit(store, read("S-9"))
    assert verify_log(store, store.checkpoints).rows == ROWS + 1
    assert faults(store) == []


def test_a_student_stands_in_the_log_under_a_pseudonym(store: Store) -> None:
    with store.reading() as connection:
        kept = connection.execute(sa.text("select object_id, detail from audit")).all()
        keys = connection.execute(sa.text("select pseudonym from subject_keys")).scalars().all()
    assert {row.object_id for row in kept} == set(keys)
    assert "S-1" not in repr(kept)
    assert [event.object_id for event in audit_rows(store, 4)] == ["S-3", "S-2", "S-1", "S-0"]


def test_an_erasure_destroys_the_key_and_the_chain_still_verifies(store: Store) -> None:
    erase_record(store, "S-1", NOW + 30 * MINUTE, "cli:wang")
    named = [event.object_id for event in audit_rows(store, 100)]
    assert "S-1" not in named
    assert "S-2" in named
    assert audit_rows(store, 1)[0].action == "student.erased"
    assert faults(store) == []
    write_audit(store, read("S-1", NOW + 31 * MINUTE))
    with store.reading() as connection:
        names = connection.execute(sa.text("select distinct object_id from audit")).scalars().all()
    assert len(names) == 5, "whoever comes again is somebody new"


def test_keys_that_were_exchanged_or_removed_are_found(store: Store, settings: Settings) -> None:
    by_sql(settings, "delete from subject_keys where student_id = 'S-1'")
    assert faults(store) == ["audit, row 2: whom it names cannot be told, and no erasure is on record"]
    swap = "update subject_keys set student_id = '{}' where student_id = '{}'"
    by_sql(settings, swap.format("x", "S-2"), swap.format("S-2", "S-3"), swap.format("S-3", "x"))
    assert "audit, row 3: the key of whom it names was exchanged" in faults(store)


def test_a_clock_that_stands_behind_the_log_is_noted(store: Store) -> None:
    write_audit(store, read("S-1", NOW - timedelta(hours=2)))
    write_audit(store, read("S-1", NOW - timedelta(hours=2) + MINUTE))
    checked = verify_log(store, store.checkpoints)
    assert checked.clocks == ((ROWS + 1, -(2 * 3600 + 11 * 60)),)
    assert checked.faults == ()


@pytest.mark.parametrize(("seconds", "noted"), [(59, None), (60, 60), (-3600, -3600), (7200, 7200)])
def test_a_clock_that_is_set_is_noticed_in_either_direction(
    seconds: int, noted: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000_000.0
    monkeypatch.setattr(SteadyClock, "_now", staticmethod(lambda: now))
    clock = SteadyClock()
    assert clock.jump() is None
    now += seconds
    assert clock.jump() == noted
    assert clock.jump() is None, "once"


def test_a_clock_that_was_set_stands_in_the_next_row(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SteadyClock, "jump", lambda _: 7200)
    write_audit(store, read("S-1", NOW + 20 * MINUTE), read("S-2", NOW + 20 * MINUTE))
    assert verify_log(store, store.checkpoints).clocks == ((ROWS + 1, 7200),)


def test_an_action_or_a_purpose_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="not an action"):
        write_audit(store, AuditEvent(NOW, "wang", "student.peeked", "follow_up", "S-1"))
    with pytest.raises(ValueError, match="not a purpose"):
        write_audit(store, AuditEvent(NOW, "wang", "student.read", "curiosity", "S-1"))
    assert verify_log(store, store.checkpoints).rows == ROWS


def test_the_list_of_actions_is_what_the_program_says() -> None:
    assert not OF_STUDENTS & OF_OTHERS
    files = [*Path(serving.__file__).parent.rglob("*.py"), *Path(runxin.__file__).parent.rglob("*.py")]
    code = "".join(
        file.read_text("utf-8") for file in files if "migrations" not in file.parts if file.name != "audit_actions.py"
    )
    made = {f"case.{move.code}" for move in MOVES} | {f"identity.{kind}" for kind in (SAME, ONE, TWO, NEW)}
    made |= {f"reading.{step}" for step in (*ANSWERS, *chain(*ANSWERS.values()))}
    made |= {f"booking.{step.code}" for step in BookingStep}
    assert made <= OF_STUDENTS
    assert [action for action in sorted(ACTIONS - made) if f'"{action}"' not in code] == []


def test_opening_closing_and_time_keep_checkpoints(settings: Settings) -> None:
    store = store_at(settings)
    write_audit(store, read("S-1"))
    assert not settings.audit_checkpoints.exists()
    store.engine.dispose()  # as if it had been killed
    other = open_store(settings)
    assert [mark.id for mark in read_checkpoints(settings.audit_checkpoints)] == [1]
    with checkpointing(other.keep_checkpoint, 0.001):
        write_audit(other, read("S-1"))
        for _ in range(2000):
            if len(list(read_checkpoints(settings.audit_checkpoints))) == 2:
                break
            with other.reading() as connection:
                connection.execute(sa.select(1))
    write_audit(other, read("S-1"))
    other.close()
    assert [mark.id for mark in read_checkpoints(settings.audit_checkpoints)] == [1, 2, 3]
    assert settings.audit_checkpoints.stat().st_mode & 0o777 == 0o600
    open_store(settings).close()
    assert len(list(read_checkpoints(settings.audit_checkpoints))) == 3, "nothing new, nothing said"


def test_a_checkpoint_that_cannot_be_written_is_told(store: Store, settings: Settings) -> None:
    write_audit(store, read("S-1"))
    settings.audit_checkpoints.unlink()
    settings.audit_checkpoints.mkdir()
    with pytest.raises(UserError, match="checkpoint cannot be written") as caught:
        store.keep_checkpoint()
    assert caught.value.kind is Kind.UNAVAILABLE


def test_the_first_row_hangs_on_nothing(store: Store) -> None:
    with store.reading() as connection:
        row = connection.execute(sa.text("select * from audit where id = 1")).mappings().one()
    assert hash_of(BEGIN, row) == row["hash"]
