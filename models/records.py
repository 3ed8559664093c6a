"""What is known about students, as arrays: every row points at a student by place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar_tables import NAMES, calendars_of
from data_schemas.dataset import Dataset, table_of
from data_schemas.instruments import Instrument, packaged_instruments
from data_schemas.own_features import TABLE, OwnFeature, features_table
from data_schemas.repeats import ABOUT, asked_again, repeats
from data_schemas.roster import without_strangers
from data_schemas.school_days import Calendars, SchoolDays
from data_schemas.tables import TABLES, CellKind, Column, Sensitivity, Table
from data_schemas.times_of_day import WITHDRAWN
from models.columns import NO_DAY, Columns, frame_columns, row_columns
from models.sheets import Ints, Sheets, make_sheets, places
from runxin.errors import Problem, bad_data


@dataclass(frozen=True)
class Rows:
    """Rows of one event table with their student's place; `columns` as in `models.columns`."""

    student: Ints
    columns: Columns

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def where(self, mask: NDArray[np.bool_]) -> "Rows":
        return Rows(self.student[mask], {name: values[mask] for name, values in self.columns.items()})


@dataclass(frozen=True)
class Coverage:
    """Spans of days over which a table was fed, each with its student's place; a student has none where the table
    was not collected at all."""

    student: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Around:
    """What was seen among all students of a dataset together, so that one of them can be assessed alone and alike.

    `answered` are the questionnaires of which anyone's sheet was in; `sheets` holds by questionnaire what each sheet
    shows beside those of the class, (n, 2): hurried, copied.
    """

    answered: tuple[str, ...]
    sheets: Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Records:
    """n students and everything recorded about them. `events` and `coverage` go by table name, `school` holds the
    calendar of each, `own` the values of features that the dataset brings along, by name, as `declared`.
    `whole_classes` says that sheets may be held against those of the class; `around` is what that showed, where it was
    looked at before."""

    students: Columns
    sheets: Mapping[str, Sheets]
    events: Mapping[str, Rows]
    coverage: Mapping[str, Coverage]
    school: SchoolDays
    own: Mapping[str, Rows] = field(default_factory=dict)
    declared: tuple[OwnFeature, ...] = ()
    whole_classes: bool = False
    around: Around | None = None

    @property
    def ids(self) -> NDArray[Any]:
        return self.students["student_id"]

    def __len__(self) -> int:
        return len(self.ids)


def rows_of(records: Records, table: str) -> tuple[Rows, Coverage]:
    """The rows of an event table and how far it reaches; no rows and no reach where it was not collected."""
    if table in records.events:
        return records.events[table], records.coverage[table]
    none = np.zeros(0, np.int64)
    return Rows(none, row_columns([], TABLES[table])), Coverage(none, none, none)


EVENTS = ("leaves", "leave_totals", "family", "concerns", "outcomes", "consents", "contacts")
FEW = 5000  # rows, of which Python looks through faster than a table is made
ALWAYS = 10**6  # a coverage, a leave or a suspension without an end


def records_of(dataset: Dataset, calendars: Calendars | None = None) -> Records:
    """The records of a dataset's students, one record each; rows of ids that are nobody's here are left out (for a
    screening, `data_schemas.roster.settle_roster` says whose they are).

    A dataset that states no calendar goes by `calendars`, or by the default one.
    """
    dataset = without_strangers(dataset)
    students = frame_columns(dataset.students, TABLES["students"])
    place = {student: index for index, student in enumerate(students["student_id"])}
    tables = {name: frame_columns(dataset.tables[name], TABLES[name]) for name in EVENTS if name in dataset.tables}
    instruments = dataset.instruments
    responses = {
        code: frame_columns(frame.drop_duplicates(), table_of(f"responses/{code}", instruments))
        for code, frame in dataset.responses.items()
    }
    scores = frame_columns(dataset.tables["scores"], TABLES["scores"]) if "scores" in dataset.tables else None
    feeds = frame_columns(dataset.tables["feeds"], TABLES["feeds"]) if "feeds" in dataset.tables else None
    coverage = {name: _coverage(name, students["school_id"], name in tables, feeds) for name in EVENTS}
    known = calendars_for(dataset, calendars)
    whole = _assemble(students, place, tables, responses, scores, coverage, instruments, known)
    return replace(whole, own=_own_rows(dataset, place), declared=dataset.own_features, whole_classes=True)


def calendars_for(dataset: Dataset, calendars: Calendars | None) -> Calendars:
    """The calendars that a dataset's students go by: its own where it states any, else `calendars` or the default."""
    stated = any(name in dataset.tables for name in NAMES)
    return calendars_of(dataset.tables) if stated or calendars is None else calendars


def records_of_requests(
    requests: Sequence[Mapping[str, Any]],
    instruments: Mapping[str, Instrument] | None = None,
    calendars: Calendars | None = None,
) -> Records:
    """The records of scoring requests: dictionaries of the contract's shape with dates as `datetime.date`.

    A list that is absent or None was not collected; an empty one was, with nothing in it. `feeds` rows, where
    given, say how far each table reaches. Raises `UserError` for an answer outside its coding.
    """
    known = {**packaged_instruments(), **(instruments or {})}
    students = row_columns(requests, TABLES["students"])
    tables, coverage = {}, {}
    for name in EVENTS:
        rows = [(index, row) for index, request in enumerate(requests) for row in request.get(name) or ()]
        columns = row_columns([row for _, row in rows], TABLES[name])
        columns["student_id"] = np.array([index for index, _ in rows], dtype=np.int64)
        tables[name] = columns
        coverage[name] = _request_coverage(name, requests)
    sheets = [(index, row) for index, request in enumerate(requests) for row in _told_once(request.get("responses"))]
    responses = {}
    for code in sorted({row["instrument"] for _, row in sheets}):
        mine = [(index, row) for index, row in sheets if row["instrument"] == code]
        table = table_of(f"responses/{code}", known)
        flat = [{**row, **{f"item_{n}": a for n, a in enumerate(row["answers"], start=1)}} for _, row in mine]
        responses[code] = row_columns(flat, table)
        responses[code]["student_id"] = np.array([index for index, _ in mine], dtype=np.int64)
    totals = [(index, row) for index, request in enumerate(requests) for row in request.get("scores") or ()]
    scores = row_columns([row for _, row in totals], TABLES["scores"]) if totals else None
    if scores is not None:
        scores["student_id"] = np.array([index for index, _ in totals], dtype=np.int64)
    place = {index: index for index in range(len(requests))}
    whole = _assemble(students, place, tables, responses, scores, coverage, known, calendars or Calendars())
    own = [(index, row) for index, request in enumerate(requests) for row in request.get("features") or ()]
    names = dict.fromkeys(row["name"] for _, row in own)
    return replace(whole, own={name: _own_row([one for one in own if one[1]["name"] == name]) for name in names})


def _told_once(sheets: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """The sheets of one student without those that are equal to an earlier one throughout."""
    found: list[Mapping[str, Any]] = []
    for sheet in sheets or ():
        if sheet not in found:
            found.append(sheet)
    return found


VALUE = Column("value", CellKind.NUMBER, "值", Sensitivity.SENSITIVE)
OWN_VALUE = Table("features", "自定义特征", (*features_table(()).columns, VALUE))


def _own_rows(dataset: Dataset, place: Mapping[str, int]) -> dict[str, Rows]:
    """The values of each own feature that are not blank."""
    if TABLE not in dataset.tables:
        return {}
    columns = frame_columns(dataset.tables[TABLE], features_table(dataset.own_features))
    student = places(columns, place)
    found = {}
    for feature in dataset.own_features:
        given = ~np.isnan(columns[feature.name])
        rows = {
            "value": columns[feature.name],
            "observed_on": columns["observed_on"],
            "recorded_on": columns["recorded_on"],
        }
        found[feature.name] = Rows(student, rows).where(given)
    return found


def _own_row(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Rows:
    columns = row_columns([row for _, row in rows], OWN_VALUE)
    return Rows(np.array([index for index, _ in rows], dtype=np.int64), columns)


def _assemble(
    students: Columns,
    place: Mapping[Any, int],
    tables: Mapping[str, Columns],
    responses: Mapping[str, Columns],
    scores: Columns | None,
    coverage: Mapping[str, Coverage],
    instruments: Mapping[str, Instrument],
    calendars: Calendars,
) -> Records:
    sheets = {}
    score_codes = set() if scores is None else set(scores["instrument"])
    for code in [*responses, *sorted(score_codes - set(responses))]:
        if code not in instruments:
            raise bad_data("an unknown instrument", [Problem(f"no definition of {code!r}", file="scores")])
        sheets[code] = make_sheets(instruments[code], place, responses.get(code), scores)
    events = {name: _once(Rows(places(columns, place), columns), name) for name, columns in tables.items()}
    if "leaves" in events:
        events["leaves"] = _going_on(events["leaves"])
    return Records(students, sheets, events, coverage, calendars.of_students(students["school_id"]))


def _once(rows: Rows, table: str) -> Rows:
    """The rows without those that say again what another one says, by whichever door they came."""
    if len(rows.student) < 2 or (len(rows.student) < FEW and _all_differ(rows, table)):
        return rows
    frame = pd.DataFrame({**rows.columns, "student_id": rows.student})
    if table == "leaves" and (stands := asked_again(frame)).any():
        rows, frame = rows.where(~stands), frame[~stands]
    again = repeats(frame, table)
    return rows.where(~again) if again.any() else rows


def _all_differ(rows: Rows, table: str) -> bool:
    """Whether no two rows are about the same thing, which tells it of most requests at once: then none is a repeat, and
    none takes another back."""
    columns = rows.columns
    names = ABOUT.get(table) or [name for name, values in columns.items() if values.dtype.kind != "f"]
    told = [columns[name].tolist() for name in names if name != "student_id"]
    return len(set(zip(rows.student.tolist(), *told, strict=True))) == len(rows.student)


def _going_on(leaves: Rows) -> Rows:
    """Leave and suspensions without an end are still going on; a record that was withdrawn ends before it begins."""
    ends = np.where(leaves["end_on"] == NO_DAY, ALWAYS, leaves["end_on"])
    ends = np.where(leaves["half_days"] == WITHDRAWN, leaves["start_on"] - 1, ends)
    return Rows(leaves.student, {**leaves.columns, "end_on": ends})


def _coverage(name: str, schools: NDArray[Any], collected: bool, feeds: Columns | None) -> Coverage:
    mine = np.zeros(0, dtype=bool) if feeds is None else feeds["table"] == name
    if feeds is None or not mine.any():
        # No feed is on record for this table: what was handed in is taken to be all there is.
        everyone = np.arange(len(schools) if collected else 0)
        return Coverage(everyone, np.full(len(everyone), NO_DAY), np.full(len(everyone), ALWAYS))
    members = [np.flatnonzero(schools == school) for school in feeds["school_id"][mine]]
    counts = [len(here) for here in members]
    return Coverage(
        np.concatenate(members),
        np.repeat(feeds["covered_from"][mine], counts),
        np.repeat(feeds["covered_to"][mine], counts),
    )


def _request_coverage(name: str, requests: Sequence[Mapping[str, Any]]) -> Coverage:
    student: list[int] = []
    start: list[int] = []
    end: list[int] = []
    for index, request in enumerate(requests):
        if request.get(name) is None:
            continue
        feeds = row_columns([f for f in request.get("feeds") or () if f["table"] == name], TABLES["feeds"])
        student += [index] * max(len(feeds["table"]), 1)
        start += feeds["covered_from"].tolist() or [NO_DAY]
        end += feeds["covered_to"].tolist() or [ALWAYS]
    return Coverage(np.array(student, np.int64), np.array(start, np.int64), np.array(end, np.int64))
