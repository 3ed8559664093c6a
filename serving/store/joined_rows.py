"""What is on record in a student's file, as the rows of a request: what an event is read beside.

The rows of the newest screening that kept any, and those of every record that was sent. Reports that somebody made on a
page are on file as evidence of their own and are not among them; consents, contacts and people's words are facts, and
are read from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from data_schemas.excerpt import SHEETS
from data_schemas.own_features import TABLE as OWN
from data_schemas.tables import TABLES, CellKind
from data_schemas.zone import CHINA
from serving.store.case_tables import concern_reports
from serving.store.corrections import FAMILY, as_corrected, corrections_in
from serving.store.database import Store
from serving.store.feeds import feeds_of
from serving.store.payload import unpack
from serving.store.student_rows import lists_with, newest_kept, screened_rows
from serving.store.tables import entries

JOINED = ("responses", "scores", "leaves", "leave_totals", "family", "concerns", "features")
FED = ("leaves", "leave_totals", "family", "concerns")  # tables that reach so far and no further
RECEIPT = {"received_at", "submitted_at", "recorded_on", "duration_s"}  # what a row sent again may say otherwise
WHO = ("stage", "grade", "sex", "age_years", "birth_date", "boarding", "enrolled_on")
DAYS = {c.name for table in TABLES.values() for c in table.columns if c.kind is CellKind.DATE}
MOMENTS = {"received_at", "submitted_at"}
UNSAID = (None, "unknown")
Row = dict[str, Any]


@dataclass(frozen=True)
class JoinedRows:
    """`tables` are rows by table, days and moments as such. Of a table that is `whole` they are all there is; of
    another `feeds` say how far it reaches. `who` is what was said last of the student, in JSON's own types."""

    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict, repr=False)
    whole: frozenset[str] = frozenset()
    feeds: tuple[Row, ...] = ()
    who: Mapping[str, Any] = field(default_factory=dict, repr=False)


def rows_to_join(store: Store, file_id: str, school_id: str) -> JoinedRows:
    """What is on record in a file; nothing of whoever has none."""
    tables: dict[str, list[Row]] = {}
    before: Row = {}
    since: Row = {}
    with store.reading() as connection:
        lists = lists_with(connection, file_id)
        screened, kept = screened_rows(connection, file_id, lists), newest_kept(lists)
        reach = [
            {"table": one.feed, "covered_from": one.covered_from, "covered_to": one.covered_to}
            for one in feeds_of(connection, school_id)
        ]
        whole = set() if screened is None else set(FED) & screened.keys() - {one["table"] for one in reach}
        for name, rows in () if screened is None else _of_screening(screened):
            _add(tables, name, rows)
        given = corrections_in(connection, [file_id]).get(file_id, ())
        for row in tables.get("family", ()):
            row["value"] = as_corrected(FAMILY + row["flag"], row["value"], given)
        listed = {} if screened is None else _said(next(iter(screened.get("students", ())), {}))
        for received_at, record in _sent(connection, file_id):
            (since if kept is None or received_at > kept.published_at else before).update(_said(record))
            for name in JOINED:
                if record.get(name) is not None:
                    _add(tables, name, [_when(name, row, record["as_of"], received_at) for row in record[name]])
            feeds = [_typed(one) for one in record.get("feeds") or ()]
            reach += feeds
            told = {name for name in FED if record.get(name) is not None}
            whole |= told - {one["table"] for one in feeds} - {one["table"] for one in reach}
    return JoinedRows(
        {name: tuple(rows) for name, rows in tables.items()}, frozenset(whole), tuple(reach), before | listed | since
    )


def without_known(rows: Iterable[Row], there: Iterable[Row], table: str) -> list[Row]:
    """Rows that say something else than those that are `there`, each once. A leave may be changed and changed back, so
    that one counts as the same only with its day of record."""
    known = [_content(row, table) for row in there]
    found: list[Row] = []
    for row in rows:
        said = _content(row, table)
        if said not in known:
            known.append(said)
            found.append(row)
    return found


def _content(row: Row, table: str) -> Row:
    leaves_out = () if table == "leaves" else RECEIPT
    return {name: value for name, value in row.items() if value is not None and name not in leaves_out}


def _add(tables: dict[str, list[Row]], name: str, rows: Iterable[Row]) -> None:
    there = tables.setdefault(name, [])
    there += without_known([_typed(row) for row in rows], there, name)


def _of_screening(screened: Mapping[str, list[Row]]) -> Iterable[tuple[str, list[Row]]]:
    """Rows of a dataset's tables as a request has them."""
    for name, rows in screened.items():
        if name.startswith(SHEETS):
            yield "responses", [_sheet(row) | {"instrument": name.removeprefix(SHEETS)} for row in rows]
        elif name == OWN:
            yield OWN, [one for row in rows for one in _own(row)]
        elif name in JOINED:
            yield name, rows


def _sheet(row: Row) -> Row:
    items = sorted((name for name in row if name.startswith("item_")), key=lambda name: int(name[5:]))
    return {name: value for name, value in row.items() if name not in items} | {"answers": [row[one] for one in items]}


def _own(row: Row) -> Iterable[Row]:
    when = {name: row.get(name) for name in ("observed_on", "recorded_on")}
    return [
        when | {"name": name, "value": value} for name, value in row.items() if name not in when and value is not None
    ]


def _sent(connection: sa.Connection, file_id: str) -> list[tuple[datetime, dict[str, Any]]]:
    c, on_page = entries.c, concern_reports.c.entry_id
    of_pages = sa.select(on_page).where(on_page.is_not(None))
    query = sa.select(c.received_at, c.record).where(c.student_id == file_id, c.record != b"")
    query = query.where(c.entry_id.not_in(of_pages))
    rows = connection.execute(query.order_by(c.received_at, c.place))
    return [(row.received_at, unpack(row.record)) for row in rows]


def _when(table: str, row: Row, as_of: str, received_at: datetime) -> Row:
    """A row of a record with the moment at which it was known, as the record was read when it came."""
    if table in ("responses", "scores"):
        arrived = min(
            received_at.astimezone(CHINA).replace(tzinfo=None),
            datetime.combine(date.fromisoformat(as_of), time(23, 59)),
        )
        return {"received_at": arrived} | row
    return row if table == "family" or table == OWN else {"recorded_on": as_of} | row


def _said(row: Mapping[str, Any]) -> Row:
    """What a row or a record says of who the student is."""
    return {name: row[name] for name in WHO if row.get(name) not in UNSAID}


def _typed(row: Row) -> Row:
    found: Row = {}
    for name, value in row.items():
        if isinstance(value, str) and name in DAYS:
            value = date.fromisoformat(value[:10])
        elif isinstance(value, str) and name in MOMENTS:
            value = datetime.fromisoformat(value).replace(tzinfo=None)
        if value is not None:
            found[name] = value
    return found
