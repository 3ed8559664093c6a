"""An extract: the newest stored inputs of all who agreed, with the outcomes on record, as a dataset."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data_schemas.calendar_rows import Rows, calendar_rows
from data_schemas.dataset import NEED_90D, Dataset, Description, conform, table_of, write_dataset
from data_schemas.excerpt import SHEETS
from data_schemas.instruments import packaged_instruments
from data_schemas.tables import TABLES
from models.records import EVENTS
from runxin.errors import Kind, UserError, bad_data, refused, usage
from serving.extract.consent import SCOPES, may_train
from serving.extract.groups import Grouped, grouped
from serving.extract.pseudonyms import Pseudonyms
from serving.extract.tables import frame_of, pseudonymised
from serving.labels import checked_reason
from serving.replay import Made, read_context
from serving.store import (
    AuditEvent,
    Outcome,
    Store,
    StudentInputs,
    newest_inputs,
    outcomes_between,
    published_days,
    taken_back,
    write_audit,
)

MADE = "extract.made"
FACTS = "extract.json"


@dataclass(frozen=True)
class Extract:
    """`left_out` counts students by why they are not in it, `too_recent` are days of screenings whose outcomes may
    still come."""

    dataset: Dataset
    students: int
    left_out: dict[str, int]
    grouped: Grouped
    k: int
    too_recent: tuple[date, ...]


def make_extract(
    store: Store, now: datetime, actor: str, reason: str, names: Pseudonyms, k: int, school_id: str | None = None
) -> Extract:
    """Everyone's records are read for it, so the reading is put in the trail first. Raises `UserError`: nothing is
    stored, nobody agreed, no screening lies a horizon back, or what is stored was changed."""
    if k < 1:
        raise usage("k is at least 1")
    write_audit(store, AuditEvent(now, actor, MADE, "model_training", school_id, checked_reason(reason)))
    everyone = list(newest_inputs(store, school_id))
    if not everyone:
        fix = "runxin screen DIR publishes one, with a model that was read from files or with none"
        raise UserError(Kind.NOT_FOUND, "no screening is stored whose inputs were kept", fix=fix)
    newest = max(everyone, key=lambda one: one.as_of)
    made = {sha: read_context(store, sha, None) for sha in {one.context for one in everyone}}
    kept, left_out = _chosen(store, everyone, made, newest, now.date())
    if not kept:
        raise refused("nobody may be learned from: no consent to model training stands", fix=f"see {dict(left_out)}")
    tables = dict(_tables(kept, made, _outcomes(store, {one.student_id for one in kept})))
    groups = grouped(tables["students"], k)
    left_out["group_too_small"] = len(groups.too_few)
    students = {one.student_id for one in kept} - groups.too_few
    if not students:
        raise refused(f"every group is smaller than {k}", fix="more schools, or a smaller --k")
    schools = {one.school_id: one for one in kept if one.student_id in students}
    tables |= _of_schools(store, schools.values())
    description = _description(newest, published_days(store, school_id), tables.get("outcomes"))
    own = made[newest.context]
    dataset = Dataset(
        description[0],
        {name: frame for name, frame in tables.items() if not name.startswith(SHEETS)},
        {name.removeprefix(SHEETS): frame for name, frame in tables.items() if name.startswith(SHEETS)},
        {code: one for code, one in own.instruments.items() if packaged_instruments().get(code) != one},
        own.own,
    )
    dataset = _nameless(dataset, students, set(schools), groups.dropped, names)
    return Extract(dataset, len(students), dict(left_out), groups, k, description[1])


def write_extract(extract: Extract, out: Path, made_on: date) -> dict[str, Any]:
    """Write the dataset for its owner's eyes alone, and beside its tables what was done to it; returns that."""
    if not out.exists():
        out.mkdir(parents=True, mode=0o700)
    write_dataset(extract.dataset, out)
    description = extract.dataset.description
    facts = {
        "made_on": made_on.isoformat(),
        "students": extract.students,
        "left_out": extract.left_out,
        "k": extract.k,
        "smallest_group": extract.grouped.smallest,
        "dropped": list(extract.grouped.dropped),
        "index_dates": [day.isoformat() for day in description.index_dates],
        "too_recent": [day.isoformat() for day in extract.too_recent],
        "rows": {name: len(frame) for name, frame in extract.dataset.tables.items()}
        | {f"{SHEETS}{code}": len(frame) for code, frame in extract.dataset.responses.items()},
    }
    (out / FACTS).write_text(json.dumps(facts, indent=1), "utf-8")
    return facts


def _chosen(
    store: Store, everyone: Sequence[StudentInputs], made: Mapping[str, Made], newest: StudentInputs, today: date
) -> tuple[list[StudentInputs], Counter[str]]:
    """Who agreed, and whose records are of the same make as the newest ones: one dataset has one set of tables, of
    questionnaires' definitions and of own features, and students of one origin."""
    back, wanted = taken_back(store, SCOPES, today), made[newest.context]
    alike = {sha: _alike(one, wanted) for sha, one in made.items()}
    kept, left_out = [], Counter({"no_consent_to_training": 0, "of_another_make": 0})
    for one in everyone:
        if not may_train(one, made[one.context].columns, back, today):
            left_out["no_consent_to_training"] += 1
        elif not alike[one.context] or one.origin != newest.origin:
            left_out["of_another_make"] += 1
        else:
            kept.append(one)
    return kept, left_out


def _alike(one: Made, other: Made) -> bool:
    shared = one.instruments.keys() & other.instruments.keys()
    same_tables = {name for name in EVENTS if name in one.columns} == {name for name in EVENTS if name in other.columns}
    same_forms = all(one.instruments[code] == other.instruments[code] for code in shared)
    return same_tables and same_forms and one.own == other.own


def _outcomes(store: Store, students: set[str]) -> dict[tuple[str, str, date, date | None], Outcome]:
    """Those in force. Two persons' words on one day and recorded on one day are one row: the graver one."""
    found: dict[tuple[str, str, date, date | None], Outcome] = {}
    for one in (kept.outcome for kept in outcomes_between(store)):
        key = (one.student_id, one.kind, one.observed_on, one.recorded_on)
        if one.student_id in students and (key not in found or found[key].level < one.level):
            found[key] = one
    return found


def _tables(
    kept: Sequence[StudentInputs],
    made: Mapping[str, Made],
    outcomes: Mapping[tuple[str, str, date, date | None], Outcome],
) -> Iterator[tuple[str, pd.DataFrame]]:
    by_context: dict[str, list[StudentInputs]] = {}
    for one in kept:
        by_context.setdefault(one.context, []).append(one)
    parts: dict[str, list[pd.DataFrame]] = {}
    for sha, students in by_context.items():
        here = made[sha]
        for name, columns in here.columns.items():
            if name == "outcomes":
                continue
            table = table_of(name, here.instruments, here.own)
            rows = ((one.student_id, cells) for one in students for cells in one.rows.get(name, []))
            parts.setdefault(name, []).append(frame_of(rows, list(columns), table))
    for name, frames in parts.items():
        whole = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        if len(whole) or not name.startswith(SHEETS):
            yield name, whole
    table, found = TABLES["outcomes"], [asdict(one) for one in outcomes.values()]
    yield table.name, conform(pd.DataFrame(found, columns=list(table.names), dtype=object), table)


def _of_schools(store: Store, one_of_each: Any) -> dict[str, pd.DataFrame]:
    """How far each school's tables reach, and its calendar where that is not the default one."""
    feeds: list[list[Any]] = []
    calendars: Rows = {}
    for one in one_of_each:
        made = read_context(store, one.context, one.school_id)
        feeds += [row for row in made.feeds if row[0] == one.school_id]
        for name, rows in calendar_rows(made.calendars.of(one.school_id)).items():
            calendars.setdefault(name, []).extend({"school_id": one.school_id, **row} for row in rows)
    found = {name: conform(pd.DataFrame(rows, dtype=object), TABLES[name]) for name, rows in calendars.items()}
    if feeds:
        named = pd.DataFrame(feeds, columns=list(TABLES["feeds"].names), dtype=object)
        found["feeds"] = conform(named, TABLES["feeds"])
    return found


def _description(
    newest: StudentInputs, days: Sequence[date], outcomes: pd.DataFrame | None
) -> tuple[Description, tuple[date, ...]]:
    """Index dates are the days of screenings since which a whole horizon has passed; the others come second."""
    last = newest.as_of
    if outcomes is not None and len(outcomes):
        last = max(last, outcomes["recorded_on"].fillna(outcomes["observed_on"]).max().date())
    horizon = timedelta(days=NEED_90D.horizon_days)
    ripe = tuple(day for day in days if day + horizon <= last)
    if not ripe:
        what = f"no published screening lies {NEED_90D.horizon_days} days before the last record ({last.isoformat()})"
        raise bad_data(what, fix="publish screenings of earlier days: runxin screen DIR --as-of DATE")
    description = Description(
        name="pseudonymised extract",
        synthetic=newest.synthetic,
        origin=newest.origin,
        mode="longitudinal",
        as_of=newest.as_of,
        index_dates=ripe,
        label=NEED_90D,
    )
    return description, tuple(day for day in days if day not in ripe)


def _nameless(
    dataset: Dataset, students: set[str], schools: set[str], dropped: Sequence[str], names: Pseudonyms
) -> Dataset:
    def clean(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        table = table_of(name, dataset.instruments, dataset.own_features)
        keep = frame["student_id"].isin(students) if "student_id" in table.names else frame["school_id"].isin(schools)
        kept = frame[keep].reset_index(drop=True)
        for column in dropped if name == "students" else ():
            kept[column] = pd.Series(index=kept.index, dtype=kept[column].dtype)
        return pseudonymised(kept, table, names, dataset.description.as_of)

    tables = {name: clean(name, frame) for name, frame in dataset.tables.items()}
    responses = {code: clean(f"{SHEETS}{code}", frame) for code, frame in dataset.responses.items()}
    return Dataset(dataset.description, tables, responses, dataset.own_instruments, dataset.own_features)
