"""From what was stored back to the assessment, by the same code that made it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np

from data_schemas.excerpt import dataset_of
from data_schemas.tables import RESPONSE_COLUMNS, TABLES, CellKind
from models import Around, Artifact, Assessment, Records, assess, records_of, records_of_requests
from models.changes import Earlier, changes
from runxin.errors import bad_data
from serving.replay.context import Made
from serving.store import Kept

COLUMNS = [column for table in TABLES.values() for column in table.columns] + list(RESPONSE_COLUMNS)
DAYS = {column.name for column in COLUMNS if column.kind is CellKind.DATE} | {"as_of"}
TIMES = {column.name for column in COLUMNS if column.kind is CellKind.TIME}


def rebuilt(kept: Kept, rows: Mapping[str, Any], made: Made, artifact: Artifact | None) -> Assessment:
    """The assessment anew, its change since the screening before included; raises `UserError` where the rows do not
    lead to one."""
    if kept.run:
        records, as_of = _of_run(kept, rows, made)
    else:
        record = _typed(rows)
        records, as_of = records_of_requests([record], made.instruments, made.calendars), record["as_of"]
    found = assess(records, as_of, artifact, made.policy, status=made.status)
    if len(found) != 1:
        raise bad_data(f"the stored inputs lead to {len(found)} assessments, not to one")
    change = kept.assessment.get("change")
    if change is None or artifact is None or kept.earlier_margin is None:
        return found[0]
    earlier = Earlier(date.fromisoformat(change["since"]), kept.earlier_margin)
    return replace(found[0], change=changes(records, as_of, artifact, {kept.student_id: earlier})[kept.student_id])


def _of_run(kept: Kept, said: Mapping[str, Any], made: Made) -> tuple[Records, date]:
    assert kept.as_of is not None
    given = (kept.student_id, said["rows"], made.columns, made.feeds, kept.as_of)
    records = records_of(dataset_of(*given, made.instruments, made.own), made.calendars)
    in_class = {code: np.zeros((len(sheets.day), 2), dtype=bool) for code, sheets in records.sheets.items()}
    for code, signs in said.get("in_class", {}).items():
        for which, *shown in signs:
            in_class[code][which] = shown
    return replace(records, around=Around(made.answered, in_class)), kept.as_of


def _typed(said: Any, name: str = "") -> Any:
    """JSON's own types back to days and times, by the names that the tables give them."""
    if isinstance(said, Mapping):
        return {key: _typed(value, key) for key, value in said.items()}
    if isinstance(said, list):
        return [_typed(value, name) for value in said]
    if isinstance(said, str) and name in DAYS:
        return date.fromisoformat(said)
    if isinstance(said, str) and name in TIMES:
        return datetime.fromisoformat(said)
    return said
