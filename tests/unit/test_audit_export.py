"""A year of the audit log for the compliance audit."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runxin.errors import UserError
from serving.audit import export_year
from serving.store import AuditEvent, Store, write_audit
from serving.store.audit_chain import COLUMNS
from tests.factories import NOW
from tests.new_stores import new_store

Export = Callable[[int], tuple[dict[str, object], list[list[str]]]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = new_store(tmp_path / "home")
    write_audit(store, AuditEvent(NOW, "wang", "student.read", "follow_up", "S-1"))
    return store


@pytest.fixture
def exported(store: Store, tmp_path: Path) -> Export:
    def export(year: int) -> tuple[dict[str, object], list[list[str]]]:
        out = tmp_path / f"year-{year}"
        export_year(store, year, out, NOW, "cli:wang")
        with (out / "audit.csv").open(encoding="utf-8-sig", newline="") as file:
            return json.loads((out / "summary.json").read_text("utf-8")), list(csv.reader(file))

    return export


def test_a_year_is_exported_in_chinas_time_without_a_students_id(store: Store, exported: Export) -> None:
    write_audit(store, AuditEvent(datetime(2026, 12, 31, 15, 59, tzinfo=UTC), "=1+1", "list.read", "follow_up", "A"))
    write_audit(store, AuditEvent(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "wang", "list.read", "follow_up", "A"))
    summary, rows = exported(2026)
    assert rows[0] == [*COLUMNS, "hash"]
    assert len(rows) - 1 == summary["rows"] == 3, "the export is a row of its own"
    assert summary["whole"] is True
    assert [row[1] for row in rows[1:] if row[2] == "'=1+1"] == ["2026-12-31T23:59:00+08:00"]
    assert "S-1" not in repr(rows)
    summary, rows = exported(2027)
    assert summary["rows"] == 1
    assert summary["by"]["month"] == {"2027-01": 1}  # type: ignore[index]


def test_an_export_of_a_damaged_log_says_so(store: Store, exported: Export) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("drop trigger audit_no_update")
        connection.exec_driver_sql("update audit set actor = 'li' where id = 1")
    summary, _ = exported(2026)
    assert summary["whole"] is False


def test_a_folder_that_is_not_empty_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").touch()
    with pytest.raises(UserError, match="not empty"):
        export_year(store, 2026, tmp_path / "there", NOW, "cli:wang")
    assert [file.name for file in (tmp_path / "there").iterdir()] == ["mine"]
