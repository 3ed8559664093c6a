"""What is put away with an assessment when it is made."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from pydantic_core import to_jsonable_python

from data_schemas.calendar import date_to_day
from data_schemas.dataset import Dataset
from data_schemas.excerpt import excerpts_of, feed_rows
from data_schemas.school_days import Calendars
from models import Artifact, Policy, Records, calendars_for
from models.sheets import Sheets
from serving.replay.context import make_context
from serving.store import Content, RunInputs, content_of


def run_inputs(
    dataset: Dataset,
    records: Records,
    as_of: date,
    artifact: Artifact | None,
    status: str | None,
    policy: Policy,
    calendars: Calendars | None,
    students: Sequence[str],
    schools: Sequence[str],
    earlier: Mapping[str, float],
) -> RunInputs | None:
    """Of each of the `students` the rows that were known by the day, and what the sheets showed beside those of the
    class, so that no classmate's row is needed; None where the model cannot be named."""
    assert records.around is not None
    excerpts = excerpts_of(dataset, as_of, students)
    by_school = calendars_for(dataset, calendars)
    here = {school: one for school, one in by_school.own.items() if school in schools}
    context = make_context(
        artifact,
        status,
        policy,
        Calendars(by_school.default, here),
        {code: sheets.instrument for code, sheets in records.sheets.items()},
        dataset.own_features,
        excerpts.columns,
        feed_rows(dataset),
        records.around.answered,
    )
    if context is None:
        return None
    shown = _of_classes(records, as_of)
    kept: dict[str, Content] = {}
    for part in excerpts.rows:
        for student, rows in part.items():
            signs = {"in_class": shown[student]} if student in shown else {}
            kept[student] = content_of("inputs", {"rows": rows, **signs})
    return RunInputs(context, kept, earlier)


def _of_classes(records: Records, as_of: date) -> dict[str, dict[str, list[Any]]]:
    """By student and questionnaire, what sheets showed beside those of the class."""
    assert records.around is not None
    found: dict[str, dict[str, list[Any]]] = {}
    for code, sheets in records.sheets.items():
        for student, sign in _in_class(sheets, records.around.sheets[code], date_to_day(as_of)):
            found.setdefault(str(records.ids[student]), {}).setdefault(code, []).append(sign)
    return found


def entry_inputs(record: Mapping[str, Any]) -> Content:
    """A platform's record as it was assessed."""
    return content_of("inputs", to_jsonable_python(record))


def _in_class(sheets: Sheets, shows: np.ndarray, as_of: int) -> list[tuple[int, list[Any]]]:
    """Student's place and [which of the student's sheets, hurried, copied] of each sheet that shows something."""
    known = np.flatnonzero(sheets.known(as_of))
    order = np.argsort(sheets.student[known], kind="stable")
    student = sheets.student[known][order]
    which = np.arange(len(student)) - np.searchsorted(student, student)
    shown = shows[known][order]
    return [
        (int(student[row]), [int(which[row]), *(bool(sign) for sign in shown[row])])
        for row in np.flatnonzero(shown.any(axis=1))
    ]
