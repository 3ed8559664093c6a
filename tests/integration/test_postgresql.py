"""What the store promises, over a real PostgreSQL: old rows come over whole, one writes at a time, what is wrong is
named, and the audit log is as safe as in a file. Tests of the store itself run on both (`each_database`)."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from runxin.errors import Kind, UserError
from runxin.settings import Settings, read_settings
from serving.audit import verify_log
from serving.store import AuditEvent, Store, check_reachable, dialects, keep_names, newest_run, open_store, write_audit
from serving.store.database import MIGRATIONS, url_of
from serving.store.dialects import make_engine
from tests.every_table import metadata
from tests.factories import NOW, assessment, publish
from tests.new_stores import new_store, stores_on
from tests.old_store import lay_out, rows_of
from tests.postgresql import MISSING, PostgresServer, binaries, empty_database, new_server, remove

pytestmark = pytest.mark.skipif(binaries() is None, reason=MISSING)
FIRST_RELEASE, LAST_DOWN = "0003", "0024"  # below it, migrations say why there is no way back
WORKERS = 4


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with stores_on("postgresql"):
        yield new_store(tmp_path)


@pytest.fixture
def settings(store: Store, tmp_path: Path) -> Settings:
    return read_settings({"RUNXIN_HOME": str(tmp_path)})


def moved(store: Store, revision: str, up: bool = True) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.engine.execution_options(writes=True).begin() as connection:  # changes are counted by newer tables
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, revision)


def counts(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        names = sa.inspect(connection).get_table_names()
        counted = {name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}
    return counted | {"school_changes": 0}  # says only that something has changed


def put(store: Store, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Rows as SQLite holds them into tables of the same names."""
    with store.engine.execution_options(writes=True).begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if rows.get(table.name) and table.name != "alembic_version":
                them = [
                    {name: typed(table.c[name].type, value) for name, value in row.items()} for row in rows[table.name]
                ]
                connection.execute(table.insert(), them)


def typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if value is None or isinstance(kind, sa.String):
        return value
    if isinstance(kind, sa.JSON):
        return json.loads(value)
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return bool(value) if isinstance(kind, sa.Boolean) else value


def test_rows_of_the_first_release_come_over_as_in_a_file(tmp_path: Path) -> None:
    """Up from the first release's tables, down as far as there is a way, and up again; each time as SQLite has it."""
    old = lay_out(tmp_path / "sqlite")
    home = {"RUNXIN_HOME": str(tmp_path / "pg"), "RUNXIN_DATABASE_URL": empty_database("first_release")}
    store = Store(make_engine(sa.make_url(home["RUNXIN_DATABASE_URL"])))
    moved(store, FIRST_RELEASE)
    put(store, old.rows)
    store.close()
    open_store(old.settings).close()
    file = {name: len(rows) for name, rows in rows_of(old.file).items()} | {"school_changes": 0}
    with open_store(read_settings(home)) as opened:
        assert counts(opened) == file
        assert verify_log(opened, opened.checkpoints).faults == ()
        with opened.reading() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        moved(opened, LAST_DOWN, up=False)
        moved(opened, "head")
        assert counts(opened) == file
        with pytest.raises(NotImplementedError, match="restore a backup"):
            moved(opened, FIRST_RELEASE, up=False)


def test_workers_that_start_at_once_lay_the_tables_out_once(tmp_path: Path) -> None:
    url = empty_database("started_at_once")
    homes = [{"RUNXIN_HOME": str(tmp_path / str(n)), "RUNXIN_DATABASE_URL": url} for n in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        stores = list(pool.map(lambda home: open_store(read_settings(home)), homes))
    for one in stores:
        check_reachable(one)
        one.close()


def test_two_publishers_of_one_screening_publish_it_once(store: Store, settings: Settings) -> None:
    others = [open_store(settings) for _ in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(lambda one: publish(one, [assessment("S-1"), assessment("S-2")]), others))
    assert sorted(one.new for one in done) == [False, False, False, True]
    for one in others:
        one.close()
    assert verify_log(store, store.checkpoints).rows == 1


def test_a_publisher_that_is_killed_leaves_the_list_before(store: Store) -> None:
    first = publish(store, [assessment("S-1")])

    def killed() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM assessments")
            mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with store.reading() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(UserError) as refused:
        killed()
    assert refused.value.details == {"fault": "away"}
    run = newest_run(store, "school-01", NOW.date())
    assert run is not None
    assert run.run_id == first.run_id


def test_a_writer_waits_for_another_and_is_told_so_in_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "BUSY_SECONDS", 0.05)
    with store.writing():
        with pytest.raises(UserError, match="another process writes") as refused:
            keep_names(store, {"S-1": "李华"}, NOW, "cli")
        check_reachable(store)  # who only reads goes on
    assert refused.value.details == {"fault": "locked"}
    keep_names(store, {"S-1": "李华"}, NOW, "cli")


def test_a_writer_sees_what_the_one_before_it_wrote(store: Store) -> None:
    """Its view begins when it has the lock, not when it asked for it."""
    holds, seen = Event(), []

    def second() -> None:
        holds.wait(10)
        with store.writing() as connection:
            seen.append(connection.exec_driver_sql("SELECT count(*) FROM names").scalar())

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        with store.writing() as connection:
            holds.set()
            connection.exec_driver_sql("INSERT INTO names VALUES ('S-1', 'x')")
        waiting.result(20)
    assert seen == [1]


def test_a_reader_sees_one_moment_and_writes_nothing(store: Store) -> None:
    with store.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM names").scalar()
        keep_names(store, {"S-1": "李华"}, NOW, "cli")
        assert connection.exec_driver_sql("SELECT count(*) FROM names").scalar() == before
    with pytest.raises(UserError) as refused, store.reading() as connection:
        connection.exec_driver_sql("DELETE FROM names")
    assert refused.value.details == {"fault": "read_only"}


def test_the_audit_log_is_one_chain_of_many_writers(store: Store, settings: Settings) -> None:
    others = [open_store(settings) for _ in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda n: write_audit(others[n % WORKERS], read(f"S-{n}")), range(40)))
    for other in others:
        other.close()
    store.keep_checkpoint()
    checked = verify_log(store, store.checkpoints)
    assert (checked.rows, checked.covered, checked.faults) == (40, 40, ())


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'li' WHERE id = 2", "DELETE FROM audit WHERE id = 2", "TRUNCATE audit"]
)
def test_the_database_itself_refuses_what_is_no_addition(store: Store, statement: str) -> None:
    write_audit(store, *(read(f"S-{n}") for n in range(3)))
    with pytest.raises(sa.exc.IntegrityError, match="only added to"), store.writing() as connection:
        connection.exec_driver_sql(statement)
    assert verify_log(store, store.checkpoints).rows == 3


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET actor = 'li' WHERE id = 2", "it was changed, moved or put in"),
        ("UPDATE audit SET at = at + interval '1 second' WHERE id = 2", "it was changed, moved or put in"),
        ("DELETE FROM audit WHERE id = 2", "row 2 is missing before it"),
        ("DELETE FROM audit WHERE id > 2", "cut off after row 2"),
    ],
)
def test_what_was_done_behind_the_triggers_is_found(store: Store, statement: str, said: str) -> None:
    write_audit(store, *(read(f"S-{n}") for n in range(4)))
    store.keep_checkpoint()
    with store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)
    assert said in str(verify_log(store, store.checkpoints).faults[0])


def read(student: str) -> AuditEvent:
    return AuditEvent(NOW + timedelta(minutes=1), "wang", "student.read", "follow_up", student)


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    server = new_server(())  # what it said it kept, it keeps
    yield server
    remove(server)


def test_a_server_that_goes_away_is_named_and_comes_back(own_server: PostgresServer, tmp_path: Path) -> None:
    home = {"RUNXIN_HOME": str(tmp_path), "RUNXIN_DATABASE_URL": own_server.url("postgres")}
    store = open_store(read_settings(home))
    keep_names(store, {"S-1": "李华"}, NOW, "cli")
    own_server.stop("immediate")
    with pytest.raises(UserError, match="the database does not answer") as refused:
        check_reachable(store)
    assert (refused.value.kind, refused.value.details) == (Kind.UNAVAILABLE, {"fault": "away"})
    own_server.start()
    check_reachable(store)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT student_id FROM names").scalar() == "S-1"
    store.close()


def test_the_password_comes_from_a_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    home = {"RUNXIN_HOME": str(tmp_path), "RUNXIN_DATABASE_URL": "postgresql+psycopg://u@h/d"}
    settings = read_settings(home | {"RUNXIN_DATABASE_PASSWORD_FILE": "password"})
    assert url_of(settings).password == "s3cret"
    assert "s3cret" not in repr(settings) + str(url_of(settings))
    with pytest.raises(UserError, match="password cannot be read: No such file"):
        read_settings(home | {"RUNXIN_DATABASE_PASSWORD_FILE": "nowhere"})
