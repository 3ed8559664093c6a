"""Import a platform's files: write what a mapping makes of them as a whole dataset, or nothing."""

import shutil
import tempfile
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from data_schemas.cells import OUTSIDE
from data_schemas.dataset import Dataset, Description, Provenance, write_dataset
from data_schemas.instruments import Instrument, packaged_instruments
from data_schemas.mapping.apply import tables_of
from data_schemas.mapping.definition import Mapping
from data_schemas.mapping.preview import notes_of, notes_of_students, preview
from data_schemas.mapping.progress import Applied, SafetyRow
from data_schemas.mapping.safety import RESPONSES
from data_schemas.mapping.understanding import Understood, sorted_problems, understand
from data_schemas.plain_text import plain_frame
from data_schemas.problem_groups import causes, payload_of
from runxin.errors import Kind, Problem, UserError, bad_data, how_many

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Imported:
    """What an import did; `problems` are the rows that were set aside, in the order of the files, `notes` what else has
    to be known of these."""

    dataset: Dataset
    applied: Applied
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The report as one JSON object."""
        dataset, applied = self.dataset, self.applied
        provenance = dataset.description.provenance
        assert provenance is not None
        return {
            "name": dataset.description.name,
            "synthetic": dataset.description.synthetic,
            "as_of": dataset.description.as_of.isoformat(),
            "rows_read": provenance.rows_read,
            "rows_filtered": provenance.rows_filtered,
            "rows_set_aside": provenance.rows_set_aside,
            "filters": applied.filters,
            "tables": {name: len(frame) for name, frame in applied.tables.items()},
            "blocks": [asdict(count) for count in applied.counts],
            "rows_unsettled": sum(count.unsettled for count in applied.counts),
            "notes": list(self.notes),
            "problem_count": len(self.problems),
            "problems": payload_of(self.problems),
            "safety": safety_payload(applied.safety),
        }


def import_files(
    mapping_file: Path,
    sources: Sequence[Path],
    out: Path,
    *,
    set_aside: bool = False,
    format: Literal["parquet", "csv"] = "parquet",
    as_of: date | None = None,
    known: Lookup[str, Instrument] | None = None,
    expect: int | None = None,
    today: date | None = None,
) -> Imported:
    """Turn `sources` into a dataset folder `out`, which must be absent or empty.

    Data of a day after `today` are refused where it is given.
    `expect` is how many rows the platform says there are, headers and blank rows not counted: a file that was cut off
    at the end of a row looks whole otherwise.
    `known` are the questionnaires that can be named beside the mapping's own; the packaged ones where none are given.
    Raises `UserError` (bad data) with every problem, and writes nothing, unless `set_aside`: then rows with a
    problem are listed in `out`/set_aside and the others are written, among them those whose student is not in the
    roster or whose roster row is at fault. A header that is absent, a file that cannot be read and a mapping that does
    not fit are refused either way. Safety evidence in any of these rows is named: in the refusal's details under
    `safety`, in what was imported, and in `out`/set_aside/safety.csv.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise bad_data(f"{out} is there already and not empty", fix="choose another folder or remove it first")
    known = packaged_instruments() if known is None else known
    made = understand(mapping_file, sources, as_of, known, set_aside)
    applied, problems = made.applied, made.problems
    if today is not None and (ahead := _ahead(made, today)):
        raise _nothing_written("the day of the data has not come, nothing was written", made, ahead[0].fix, ahead)
    if expect is not None and applied.rows_read != expect:
        what = f"expected {how_many(expect, 'row')}, and the files have {applied.rows_read}: nothing was written"
        raise _nothing_written(what, made, "was a file cut off? Export it again; headers and blank rows do not count")
    if problems and (made.fatal or not set_aside):
        raise _nothing_written(f"{causes(problems)}, nothing was written", made, _what_to_do(made))
    if not applied.as_of_dates or applied.tables.get("students", pd.DataFrame()).empty:
        raise _nothing_written("no student is left", made, "look at the mapping's [[where]] and the problems")
    provenance = Provenance(
        mapping=mapping_file.name,
        mapping_sha256=made.sha256,
        filter="; ".join(map(str, made.mapping.where)),
        files={sheet.file: sheet.sha256 for files in made.sheets.values() for sheet in files},
        input_columns=_read_columns(made, outcomes=False),
        outcome_columns=_read_columns(made, outcomes=True),
        rows_read=applied.rows_read,
        rows_filtered=applied.rows_filtered,
        rows_set_aside=sum(count.set_aside for count in applied.counts),
    )
    days = applied.as_of_dates
    index_dates = made.mapping.dataset.index_dates or (days if len(days) > 1 else ())
    tables, responses = tables_of(applied.tables)
    dataset = Dataset(
        _describe(made.mapping, days[-1], index_dates, provenance), tables, responses, made.own, made.features
    )
    _write(dataset, applied, out, format)
    files = [sheet for sheets in made.sheets.values() for sheet in sheets]
    notes = dict.fromkeys(f"{sheet.file}: {note}" for sheet in files for note in notes_of(made, sheet))
    return Imported(dataset, applied, problems, (*notes, *notes_of_students(made)))


def preview_files(
    mapping_file: Path, sources: Sequence[Path], *, as_of: date | None, today: date, known: Lookup[str, Instrument]
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What an import would understand, and its problems; nothing is written. `today` stands in for an as-of date."""
    made = understand(mapping_file, sources, as_of, known, set_aside=True, fallback=today)
    problems = (*_ahead(made, today), *made.problems)
    return {**preview(made), "safety": safety_payload(made.applied.safety)}, problems


def safety_payload(rows: Sequence[SafetyRow]) -> list[dict[str, Any]]:
    """The rows as JSON has them, positive ones first, then by file and row."""
    return [asdict(row) for row in sorted(rows, key=lambda row: (not row.positive, row.file, row.row))]


def write_problems(problems: Sequence[Problem], path: Path) -> None:
    """Write problems as a CSV file of file, row, column, problem and fix; it opens in Excel as it is."""
    rows = [(p.file, p.row, p.column, p.what, p.fix) for p in problems]
    frame = pd.DataFrame(rows, columns=["file", "row", "column", "problem", "fix"])
    plain_frame(frame.astype({"row": "Int64"})).to_csv(path, index=False, encoding="utf-8-sig")


def _ahead(made: Understood, today: date) -> tuple[Problem, ...]:
    """That the data are of a day that has not come: a slip in one row would make everything look old."""
    days = [day for day in made.applied.as_of_dates if day > today + A_DAY]  # the clock of a platform may be ahead
    if not days:
        return ()
    what = f"the data would be as of {days[-1]}, and today is {today}"
    return (Problem(what, column="dataset.as_of", fix="mend the year in the files or in the mapping, or pass --as-of"),)


def _nothing_written(message: str, made: Understood, fix: str | None, more: Sequence[Problem] = ()) -> UserError:
    """The refusal of the whole, with the safety evidence among the rows at fault: none of it is in a dataset."""
    lost = [replace(row, kept=False) for row in made.applied.safety]
    return UserError(
        Kind.BAD_DATA, message, fix=fix, problems=(*more, *made.problems), details={"safety": safety_payload(lost)}
    )


def _what_to_do(made: Understood) -> str | None:
    """What mends a refusal. Setting rows aside is not offered where it would lose safety evidence, or sheets with an
    answer beyond the coding, which may be the gravest."""
    if made.fatal:
        return None
    lost = sum(not row.kept for row in made.applied.safety)
    if lost:
        rows = how_many(lost, "row")
        return f"mend the cells: with --set-aside {rows} with safety evidence, named above, would be in no dataset"
    if any(one.table.startswith(RESPONSES) and one.what.startswith(OUTSIDE) for one in made.applied.findings):
        return "mend the cells or the coding: answers beyond the coding may be the gravest, and --set-aside drops them"
    return "mend the cells; or import the other rows with --set-aside"


def _describe(
    mapping: Mapping, as_of: date, index_dates: tuple[date, ...], provenance: Provenance | None
) -> Description:
    told = mapping.dataset
    return Description(
        name=told.name,
        synthetic=told.synthetic,
        origin=told.origin,
        mode=told.mode,
        as_of=as_of,
        index_dates=index_dates,
        label=told.label,
        provenance=provenance,
    )


def _read_columns(made: Understood, outcomes: bool) -> tuple[str, ...]:
    """The headers that are read, as they stand in the files where a pattern found them."""
    found: set[str] = set()
    for step in made.steps:
        if (step.table.name == "outcomes") == outcomes:
            headers = [sheet.found for sheet in made.sheets[step.role]]
            found |= set(step.columns) - step.patterns
            found |= {each[name] for each in headers for name in step.patterns if name in each}
    if not outcomes:
        found |= {condition.column for condition in made.mapping.where}
    return tuple(sorted(found))


def _write(dataset: Dataset, applied: Applied, out: Path, format: Literal["parquet", "csv"]) -> None:
    """Write beside `out` and move it there, so that `out` is whole or absent."""
    out.parent.mkdir(parents=True, exist_ok=True)
    findings = applied.findings
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
        folder = Path(temporary) / "dataset"
        write_dataset(dataset, folder, format)
        for table in sorted({finding.table for finding in findings}):
            path = folder / "set_aside" / f"{table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_problems(sorted_problems([finding for finding in findings if finding.table == table]), path)
        if applied.safety:
            listed = pd.DataFrame(safety_payload(applied.safety))
            plain_frame(listed).to_csv(folder / "set_aside" / "safety.csv", index=False, encoding="utf-8-sig")
        if out.exists():
            out.rmdir()
        shutil.move(folder, out)
