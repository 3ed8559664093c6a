"""Look a dataset over: cells against the schemas, rows against each other, and what a reader must know of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors

from data_schemas.calendar import YEARS, Rules, Terms, school_year, terms_of
from data_schemas.calendar_tables import NAMES, calendar_faults
from data_schemas.class_names import class_questions
from data_schemas.codes import Selection
from data_schemas.coding import check_coding
from data_schemas.consent_days import consent_questions
from data_schemas.dataset import Dataset, table_of
from data_schemas.distribution import doubtful_floors
from data_schemas.duty import duty_faults
from data_schemas.enrolment import SET_ASIDE, STUDENT
from data_schemas.horizon import open_dates, outcomes_until
from data_schemas.instruments import packaged_instruments
from data_schemas.label_doubts import label_doubts
from data_schemas.plausibility import age_questions, late_questions, roster_questions
from data_schemas.repeats import repeats
from data_schemas.rules import Fault, faults
from data_schemas.schools import school_faults, unknown_schools
from data_schemas.tables import Table, schema
from data_schemas.totals import parts_apart, score_faults, unstated
from runxin.errors import Problem, how_many

# Tables whose absence of a row means something only where the school's feed covered the day.
MOMENTS = ("late", "early", "resumption", "discharge")  # records that are no time away
LOOK_AT_CODING = "say how the file is coded in the mapping, and import it again; the rule stays on"
NAMED = 20  # rows of overlapping leave, or of repeats, that are named one by one
FED = ("leaves", "concerns", "family")
AUDIT = Selection.AUDIT.code


@dataclass(frozen=True)
class CheckReport:
    """`problems` must be mended (rows count as in a spreadsheet); `questions` are to be looked at and stop nothing;
    `notes` must be known; `counts` are rows a table."""

    problems: tuple[Problem, ...]
    questions: tuple[Problem, ...]
    notes: tuple[str, ...]
    counts: dict[str, int]
    label: dict[str, Any] | None

    @property
    def ok(self) -> bool:
        return not self.problems


def check_dataset(dataset: Dataset) -> CheckReport:
    """Codes, ranges, references, duplicates, dates and coding of every table, with notes on coverage and labels."""
    frames = {**dataset.tables, **{f"responses/{code}": frame for code, frame in dataset.responses.items()}}
    aside = dataset.tables.get(SET_ASIDE.name)
    refused = set() if aside is None else set(aside[STUDENT].dropna()) - set(dataset.students[STUDENT])
    students = set(dataset.students[STUDENT]) | refused
    as_of, ahead = dataset.description.as_of, dataset.description.mode == "longitudinal"
    problems: list[Problem] = []
    questions: list[Problem] = []
    for name, frame in frames.items():
        table = table_of(name, dataset.instruments, dataset.own_features)
        problems += _cells(frame, table)
        found = faults(frame, table, as_of, students, ahead, refused)
        if name == "scores":
            found += [*score_faults(frame, dataset.instruments), *parts_apart(frame, dataset.instruments)]
            asked = unstated(frame, dataset.instruments)
            questions += [
                Problem(f"{one.what} ({how_many(len(one.rows), 'row')})", name, column=one.column) for one in asked
            ]
        found += calendar_faults(name, dataset.tables)
        found += _faults_of_schools(name, dataset)
        for fault in found:
            (questions if fault.kept else problems).extend(_problems(fault, name))
    for name, fault in age_questions(frames, dataset.instruments, as_of):
        questions += _problems(fault, name)
    for name, fault in late_questions(frames, as_of):
        questions += _problems(fault, name)
    if dataset.description.origin != "foreign":  # elsewhere stages and grades are cut otherwise
        questions += [
            one
            for fault in (*roster_questions(dataset.students, as_of), class_questions(dataset.students))
            for one in _problems(fault, "students")
        ]
    if "consents" in frames:
        questions += [one for fault in consent_questions(frames["consents"]) for one in _problems(fault, "consents")]
    questions += _unversioned(dataset)
    notes = list(_first_notes(dataset))
    notes += _repeated(dataset)
    for code, sheets in dataset.responses.items():
        miscoded, said = check_coding(dataset.instruments[code], sheets)
        problems += miscoded
        notes += said
        doubts = doubtful_floors(dataset.instruments[code], sheets)
        questions += [Problem(doubt, f"responses/{code}", fix=LOOK_AT_CODING) for doubt in doubts]
    notes += _coverage(dataset)
    notes += [*_open_leave(dataset), *_overlapping_leave(dataset)]
    label = _label(dataset)
    notes += _label_notes(dataset, label)
    for found_here in (problems, questions):
        found_here.sort(key=lambda problem: (problem.file or "", problem.row or 0, problem.column or ""))
    counts = {name: len(frame) for name, frame in frames.items()}
    return CheckReport(tuple(problems), tuple(questions), tuple(notes), counts, label)


def _problems(fault: Fault, name: str) -> list[Problem]:
    return [Problem(fault.what, name, int(row) + 2, fault.column, fault.fix) for row in fault.rows]


def _repeated(dataset: Dataset) -> Iterator[str]:
    """Rows that say again what another row says, by table."""
    sheets = {f"responses/{code}": frame for code, frame in dataset.responses.items()}
    for name, frame in {**dataset.tables, **sheets}.items():
        again = np.flatnonzero(repeats(frame, name)) + 2
        if len(again):
            named = ", ".join(map(str, again[:NAMED])) + (", …" if len(again) > NAMED else "")
            yield f"{name}: {how_many(len(again), 'row')} already said by another row, counted once (rows {named})"


def _faults_of_schools(name: str, dataset: Dataset) -> list[Fault]:
    if name == "schools":
        return school_faults(dataset.tables[name])
    if name != "duty":
        return []
    frames = [dataset.students, *(dataset.tables[other] for other in ("schools",) if other in dataset.tables)]
    known = {str(school) for frame in frames for school in frame["school_id"].dropna()}
    return [*duty_faults(dataset.tables[name]), unknown_schools(dataset.tables[name], known)]


def _cells(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    """Every cell that its column does not allow. Duplicates are for `rules`."""
    try:
        schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for column, check, index in zip(cases["column"], cases["check"].astype(str), cases["index"], strict=True):
            if check.startswith("multiple_fields"):
                continue
            row = None if pd.isna(index) else int(index) + 2
            if check == "not_nullable":
                yield Problem("the cell is blank and must not be", table.name, row, column, "fill it in")
                continue
            wanted = table.column(str(column))
            if wanted.codes is not None:
                fix = f"known are {', '.join(wanted.codes.codes())}"
                yield Problem("an unknown code", table.name, row, column, fix)
            else:
                low = "-" if wanted.low is None else f"{wanted.low:g}"
                high = "-" if wanted.high is None else f"{wanted.high:g}"
                yield Problem(
                    f"outside the range {low} to {high}", table.name, row, column, "mend it or leave it blank"
                )


def _first_notes(dataset: Dataset) -> Iterator[str]:
    told = dataset.description
    if SET_ASIDE.name in dataset.tables:
        rows = how_many(len(dataset.tables[SET_ASIDE.name]), "row")
        yield f"{rows} of the roster refused by the import: set_aside/students.csv says why"
    if told.synthetic:
        yield "合成数据: these students are invented; no figure from them says anything about real ones"
    if told.mode == "concurrent":
        yield "concurrent mode: inputs and outcome are of one moment, so figures are optimistic beside a forecast"
    packaged = packaged_instruments()
    for code, one in dataset.own_instruments.items():
        if code in packaged and one != packaged[code]:
            now = packaged[code].version
            yield f"{code}: the sheets keep version {one.version} of its definition; Runxin's is version {now}"
    if not any(name in dataset.tables for name in NAMES):
        yield f"no calendar: the default terms are assumed ({_default_terms(told.as_of)})"
    if told.origin == "foreign":
        yield "foreign origin: a model of these rows may not rank local students"


def _unversioned(dataset: Dataset) -> Iterator[Problem]:
    """Questionnaires whose definition has changed since its first version, and that the dataset keeps none of: nothing
    says by which one its sheets were read."""
    packaged = {} if dataset.description.synthetic else packaged_instruments()
    used = {code: f"responses/{code}" for code in dataset.responses}
    if "scores" in dataset.tables:
        used = {code: "scores" for code in dataset.tables["scores"]["instrument"].dropna().unique()} | used
    for code, name in used.items():
        if code in packaged and code not in dataset.own_instruments and packaged[code].version > 1:
            what = f"nothing says by which definition {code} was read: version {packaged[code].version} is taken"
            yield Problem(what, name, fix="where it was an older one, add that as instruments/*.toml, or import anew")


def _default_terms(day: date) -> str:
    here = [span for span in terms_of(Terms(), *YEARS, Rules()) if school_year(span.first) == school_year(day)]
    return ", ".join(f"{span.first} to {span.last}" for span in here)


def _coverage(dataset: Dataset) -> Iterator[str]:
    """Which tables are silent: outside a feed's coverage a row is missing, not absent."""
    feeds = dataset.tables.get("feeds")
    present = [name for name in FED if name in dataset.tables]
    if feeds is None:
        if present:
            yield f"no feeds table: whether {', '.join(present)} were complete cannot be told"
        return
    schools = set(dataset.students["school_id"])
    as_of = pd.Timestamp(dataset.description.as_of)
    for name in present:
        rows = feeds[feeds["table"] == name]
        without = schools - set(rows["school_id"])
        if without:
            yield f"{name}: {len(without)} of {how_many(len(schools), 'school')} without coverage: no row is unknown"
        ended = rows.groupby("school_id")["covered_to"].max()
        silent = ended[ended < as_of]
        if len(silent):
            yield f"{name}: the feed of {how_many(len(silent), 'school')} ends before the as-of date"


def _open_leave(dataset: Dataset) -> Iterator[str]:
    """Leave and suspensions without an end, which count as going on."""
    frame = dataset.tables.get("leaves")
    if frame is None or frame.empty:
        return
    going = frame[frame["end_on"].isna() & ~frame["type"].isin(MOMENTS)]
    if len(going):
        since = going["start_on"].min().date()
        yield f"leaves: {len(going)} without an end count as still going on, the oldest since {since}"


def _overlapping_leave(dataset: Dataset) -> Iterator[str]:
    """Leave that begins before an earlier record of the same student has ended. Each day counts once, by the larger
    share of it and with what either record says, so this is no problem; two half days of one day are none at all."""
    frame = dataset.tables.get("leaves")
    if frame is None or frame.empty:
        return
    whole = frame[frame["half_days"].isna() & frame["end_on"].notna() & ~frame["type"].isin(MOMENTS)]
    ordered = whole.sort_values(["student_id", "start_on", "end_on"], kind="stable")
    ended = ordered.groupby("student_id")["end_on"].cummax().groupby(ordered["student_id"]).shift()
    same = ordered.duplicated(["student_id", "type", "start_on", "end_on"])
    rows = [(frame.index.get_loc(row) + 2, bool(same[row])) for row in ordered.index[ordered["start_on"] <= ended]]
    for row, doubled in sorted(rows)[:NAMED]:
        what = "is there twice" if doubled else "overlaps with an earlier one of the student, or changes it"
        yield f"leaves, row {row}: this leave {what}; each day counts once"
    if len(rows) > NAMED:
        yield f"leaves: {how_many(len(rows) - NAMED, 'row')} more that overlap with earlier ones; each day counts once"


def _label(dataset: Dataset) -> dict[str, Any] | None:
    """Who has the outcome that is declared as the label: counts over students, and the share with the outcome."""
    label, outcomes = dataset.description.label, dataset.tables.get("outcomes")
    if label is None or outcomes is None:
        return None
    seen = outcomes[outcomes["kind"].isin(label.kinds)]
    level = seen.groupby("student_id")["level"].max()
    positive = int((level >= label.level).sum())
    reasons = seen["selection_reason"].value_counts().to_dict()
    return {
        "name": label.name,
        "students": len(dataset.students),
        "with_outcome": len(level),
        "positive": positive,
        "base_rate": positive / len(level) if len(level) else None,
        "selection": {str(reason): int(count) for reason, count in reasons.items()},
        "without_selection": int(seen["selection_reason"].isna().sum()),
        "without_probability": int(seen["selection_prob"].isna().sum()),
    }


def _label_notes(dataset: Dataset, label: dict[str, Any] | None) -> Iterator[str]:
    if label is None:
        yield "no label: this dataset can be screened, and cannot train or evaluate a model"
        return
    if label["base_rate"] is not None:
        shown = f"{label['positive']} of {label['with_outcome']} ({label['base_rate']:.1%})"
        yield f"label {label['name']}: {shown}, among students with an outcome"
    unlabelled = label["students"] - label["with_outcome"]
    if unlabelled:
        yield f"{how_many(unlabelled, 'student')} without an outcome: unlabelled, not negative"
    everyone = set(label["selection"]) <= {"all"}
    if label["without_selection"]:
        yield f"{how_many(label['without_selection'], 'outcome')} without the reason why the student was picked"
    if not everyone:
        picked = ", ".join(f"{reason} {count}" for reason, count in label["selection"].items())
        yield f"outcomes exist for picked students ({picked}): their rate is not the rate of all"
    if not everyone and AUDIT not in label["selection"]:
        yield "no interview by lot (audit) is among the outcomes: what lists miss cannot be estimated"
    yield from label_doubts(dataset)
    running = open_dates(dataset)
    if running:
        yield (
            f"nothing is learned from or judged by {', '.join(on.isoformat() for on in running)}: outcomes end on "
            f"{outcomes_until(dataset)}, before the horizon is over"
        )
    if dataset.description.mode == "longitudinal":
        outcomes = dataset.tables["outcomes"]
        later = int((outcomes["observed_on"] > pd.Timestamp(dataset.description.as_of)).sum())
        if later:
            yield f"{how_many(later, 'outcome')} after the as-of date"
