"""What is kept of a school's rows is what each reader made of them, and no other's."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from serving.store.runs import newest_run
from serving.store.school_rows import kept_rows, whose
from tests.factories import NOW, assessment, publish, student
from tests.new_stores import new_store

ROW = {"start_on": "2026-03-02"}


def day_of(_who: str, row: dict[str, Any]) -> date:
    return date.fromisoformat(row["start_on"])


def test_who_reads_a_table_otherwise_is_not_told_what_another_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.store.school_rows._rows", lambda *_: iter([("S-1", ROW)]))
    with new_store(tmp_path) as store:
        publish(store, [assessment("S-1")], students=[student("S-1")])
        run = newest_run(store, "school-01", NOW.date())
        assert run is not None
        for _ in range(2):
            assert kept_rows(store, "school-01", run, "leaves", day_of) == (date(2026, 3, 2),)
            assert kept_rows(store, "school-01", run, "leaves", whose) == (("S-1", ROW),)
