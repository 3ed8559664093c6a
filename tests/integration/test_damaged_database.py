"""A database that is damaged, locked, full, read-only or none is a sentence: exit code 5 of every verb that opens it,
503 of the API, and never a traceback."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa

from data_schemas.synthetic import make_city, write_city
from runxin.cli.main import VERBS, run
from runxin.errors import Kind, UserError
from runxin.settings import read_settings
from serving.store import Store, check_reachable, dialects, keep_names, open_store
from serving.store.payload import pack, unpack
from tests.api_state import make_api, record
from tests.command_line import told
from tests.factories import NOW

CLI = Path(dialects.__file__).parents[2] / "runxin" / "cli"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset, names, schools and a roster, for verbs that read a file first."""
    folder = tmp_path_factory.mktemp("files")
    write_city(make_city(300, seed=7), folder / "city")
    (folder / "schools.csv").write_text("school_id,name\nA,A\n", "utf-8")
    (folder / "duty.csv").write_text(
        "school_id,person,role,starts_at,ends_at\nA,x,counselor,2026-11-26 08:00,2026-11-26 12:00\n", "utf-8"
    )
    return folder


VERBS_OVER_THE_STORE = {
    "screen": ("city", "--as-of", "2026-04-03"),
    "withdraw": ("abc", "--reason", "x"),
    "list": (),
    "replay": ("abc",),
    "labels": ("--reason", "x"),
    "extract": ("--reason", "x", "--out", "out"),
    "miss-review": ("--half", "2026H1"),
    "names": ("city.names.csv",),
    "school": ("list",),
    "school import": ("schools.csv",),
    "duty": ("list",),
    "duty import": ("duty.csv",),
    "user": ("list",),
    "user create": ("wang", "--role", "bureau"),
    "user link": ("wang",),
    "key": ("list",),
    "key create": ("--client", "c", "--scopes", "score"),
    "key revoke": ("abc",),
    "webhook": ("list",),
    "prompts": (),
    "rights": ("explain", "S-1", "--for", "student", "--identity", "in_person"),
    "retention": (),
    "encryption": ("reseal",),
    "encryption rotate": (),
    "audit": ("verify",),
    "backup": ("--out", "elsewhere/copy"),
    "audit export": ("--year", "2026", "--out", "out"),
}
# These open it only after they have read a registry or trained a model.
AFTER_A_MODEL = {"promote", "rollback", "demo"}


def test_every_verb_that_opens_the_store_is_in_the_table() -> None:
    opening = {verb for verb, place in VERBS.items() if "open_store(" in (CLI / _file(place)).read_text("utf-8")}
    assert opening == {name.split()[0] for name in VERBS_OVER_THE_STORE} | AFTER_A_MODEL


def _file(place: str) -> str:
    return place.removeprefix("runxin.cli.").partition(":")[0] + ".py"


def not_a_database(file: Path) -> None:
    file.write_bytes(b"this is no database at all\n" * 100)


def truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 3])


def scribbled_over(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xf4" * 3996  # the first page, where SQLite keeps what tables there are
    file.write_bytes(content)


def with_other_tables(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE students (x)")
    connection.close()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE = {
    not_a_database: "the database file is damaged or is no database",
    truncated: "the database file is damaged",
    scribbled_over: "the database file is damaged",
    with_other_tables: "the database has other tables than this version",
    a_folder: "the database file cannot be opened",
}


@pytest.fixture(scope="module")
def good(files: Path) -> Path:
    """A database with a name in it, its log taken into the file."""
    with open_store(read_settings({"RUNXIN_HOME": str(files / "good")})) as store:
        keep_names(store, {"S-1": "王小明"}, NOW, "cli")
    return files / "good" / "runxin.db"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Path, good: Path) -> Path:
    """A home with a copy of it; the files are in the working folder."""
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(files)
    (tmp_path / "home").mkdir()
    copyfile(good, tmp_path / "home" / "runxin.db")
    copyfile(good.with_name("encryption.keys"), tmp_path / "home" / "encryption.keys")
    return tmp_path / "home"


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda one: one.__name__)
@pytest.mark.parametrize("verb", VERBS_OVER_THE_STORE)
def test_a_verb_over_a_damaged_database_says_so(
    verb: str, damage: Callable[[Path], None], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(home / "runxin.db")
    said = told(capsys, *verb.split(), *VERBS_OVER_THE_STORE[verb], code=5)
    assert said["error"]["kind"] == "unavailable"
    assert said["error"]["message"] == f"the database cannot be opened: {DAMAGE[damage]}"
    assert said["error"]["fix"].endswith("look at RUNXIN_DATABASE_URL")


ADDRESSES = {
    "no address": ("runxin.db", "the address of the database cannot be used"),
    "no such kind": ("oracledb9://x", "the address of the database cannot be used"),
    "without its driver": ("mysql+cymysql://x/y", "the address of the database cannot be used"),
    "below a file": ("sqlite:////dev/null/runxin.db", "the database cannot be opened: "),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_leads_nowhere_is_said(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, message = ADDRESSES[address]
    monkeypatch.setenv("RUNXIN_DATABASE_URL", url)
    said = told(capsys, "user", "list", code=5)["error"]
    assert (said["kind"], said["fix"]) == ("unavailable", "look at RUNXIN_DATABASE_URL")
    assert said["message"].startswith(message)


def test_without_json_it_is_a_sentence_and_no_traceback(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    not_a_database(home / "runxin.db")
    assert run(["list"]) == 5
    said = capsys.readouterr()
    assert "damaged or is no database" in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store(read_settings()) as opened:
        yield opened


def test_another_writer_who_does_not_end_is_waited_for_and_then_said(
    home: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "BUSY_SECONDS", 0)
    other = sqlite3.connect(home / "runxin.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with open_store(read_settings()) as impatient, pytest.raises(UserError) as refused:
        keep_names(impatient, {"S-2": "李华"}, NOW, "cli")
    other.close()
    assert (refused.value.kind, str(refused.value)) == (
        Kind.UNAVAILABLE,
        "the database is locked: another process writes (try again in a moment)",
    )


def limited(store: Store, pragma: str) -> None:
    """What every further connection is told first."""
    store.engine.dispose()
    sa.event.listen(store.engine, "connect", lambda connection, _: connection.execute(pragma))


def test_a_full_disk_is_said(store: Store) -> None:
    with store.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    limited(store, f"PRAGMA max_page_count = {pages}")
    many = {f"S-{number}": "名字" * 50 for number in range(2000)}
    with pytest.raises(UserError, match=re.escape("the disk is full (make room)")) as refused:
        keep_names(store, many, NOW, "cli")
    assert refused.value.kind is Kind.UNAVAILABLE


def test_a_database_that_may_not_be_written_is_said(store: Store) -> None:
    limited(store, "PRAGMA query_only = 1")
    with pytest.raises(UserError, match="the database may not be written") as refused:
        keep_names(store, {"S-2": "李华"}, NOW, "cli")
    assert refused.value.kind is Kind.UNAVAILABLE


def test_texts_that_are_none_are_damage(store: Store) -> None:
    with pytest.raises(UserError, match="the database file is damaged") as refused, store.reading():
        b"\xf4".decode()
    assert refused.value.kind is Kind.UNAVAILABLE


@pytest.mark.parametrize(
    "statement", ["INSERT INTO names VALUES ('S-1', 'again')", "INSERT INTO names VALUES (NULL, NULL)"]
)
def test_a_mistake_of_the_program_stays_one(store: Store, statement: str) -> None:
    """A constraint that does not hold is a bug: as "unavailable" it would be tried again for ever."""
    with pytest.raises(sa.exc.IntegrityError), store.writing() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/score"),
        ("POST", "/score?dry_run=true"),
        ("POST", "/score_batch"),
        ("POST", "/outcomes"),
        ("GET", "/follow_up_list?school_id=A"),
        ("GET", "/model"),
        ("GET", "/instruments"),
    ],
)
@pytest.mark.parametrize("damage", [not_a_database, truncated, scribbled_over], ids=lambda one: one.__name__)
def test_a_route_over_a_damaged_database_says_so(
    tmp_path: Path, damage: Callable[[Path], None], method: str, path: str
) -> None:
    api = make_api(tmp_path)
    key = api.key()
    api.state.store.engine.dispose()  # the log is taken into the file, and the next request opens it anew
    damage(tmp_path / "runxin.db")
    body = {"records": [record()]} if "batch" in path else record()
    answer = api.post(path, body, key) if method == "POST" else api.get(path, key)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "damaged" in answer.json()["detail"]
    with pytest.raises(UserError, match="damaged"):
        check_reachable(api.state.store)


def test_a_damaged_record_is_a_sentence() -> None:
    for stored in (b"torn", pack({"a": 1})[:-3]):
        with pytest.raises(UserError, match="a record in the database is damaged") as refused:
            unpack(stored)
        assert refused.value.kind is Kind.UNAVAILABLE


# MLflow's own tables use what SQLAlchemy is about to drop.
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")
def test_a_damaged_registry_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    (tmp_path / "mlflow.db").write_bytes(b"no database at all" * 400)
    said = told(capsys, "promote", "1", code=Kind.UNAVAILABLE.exit_code)
    assert said["error"]["message"].startswith("MLflow did not answer as expected")
