"""A year of the audit log in files, for the yearly compliance audit (未成年人网络保护条例 art. 37)."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_schemas.plain_text import plain
from models.triage import ZONE
from runxin.errors import usage
from serving.audit.store import StoredRow, stored_rows
from serving.audit.verify import Verified, verify_log
from serving.store import AuditEvent, Store, write_audit
from serving.store.audit_chain import COLUMNS, TIME, time_text

ROWS, SUMMARY = "audit.csv", "summary.json"


COUNTED = ("action", "purpose", "actor", "month")


@dataclass
class _Counts:
    rows: int = 0
    of: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTED})

    def add(self, row: dict[str, Any]) -> None:
        self.rows += 1
        for name in ("action", "purpose", "actor"):
            self.of[name][row[name] or "none"] += 1
        self.of["month"][row["at"][:7]] += 1


def export_year(store: Store, year: int, out: Path, now: datetime, actor: str) -> dict[str, Any]:
    """Write the rows of a year (China's time) and a summary into a folder that is absent or empty; returns the summary.

    Students are pseudonyms there. Texts that a spreadsheet program would calculate stand behind an apostrophe. The
    export itself is put in the log. Raises `UserError` (usage) where the folder is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise usage(f"{out.name} is not empty", fix="name a folder that is absent or empty")
    write_audit(store, AuditEvent(now, actor, "audit.exported", "quality_audit", str(year)))
    store.keep_checkpoint()
    checked = verify_log(store, store.checkpoints)
    first, end = (time_text(datetime(one, 1, 1, tzinfo=ZONE)) for one in (year, year + 1))
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    counts = _Counts()
    with (out / ROWS).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([*COLUMNS, "hash"])
        for row in stored_rows(store, first, end):
            local = row.content | {"at": _local(row)}
            counts.add(local)
            table.writerow([*(_cell(local[name]) for name in COLUMNS), row.hash])
    summary = _summary(year, checked, counts)
    (out / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return summary


def _local(row: StoredRow) -> str:
    """The time in China; as it is written where it is no time."""
    try:
        moment = datetime.strptime(row.content["at"], TIME).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return str(row.content["at"])
    return moment.astimezone(ZONE).isoformat()


def _cell(value: object) -> object:
    return plain(value) if isinstance(value, str) else "" if value is None else value


def _summary(year: int, checked: Verified, counts: _Counts) -> dict[str, Any]:
    return {
        "year": year,
        "rows": counts.rows,
        "whole": not checked.faults,
        "faults": [str(fault) for fault in checked.faults],
        "rows_of_the_log": checked.rows,
        "covered_by_checkpoints": checked.covered,
        "clock_set": [{"row": row, "seconds": seconds} for row, seconds in checked.clocks],
        "by": {name: _sorted(found) for name, found in counts.of.items()},
    }


def _sorted(found: Counter[str]) -> dict[str, int]:
    names: Sequence[str] = sorted(found)
    return {name: found[name] for name in names}
