"""Import a platform's files: read the mapping and the files, apply, and write a whole dataset or nothing."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from data_schemas.dataset import Dataset, Description, Provenance, write_dataset
from data_schemas.mapping.apply import apply_mapping, tables_of
from data_schemas.mapping.definition import Cell, Mapping, read_mapping
from data_schemas.mapping.files import Sheet, read_sheet
from data_schemas.mapping.fit import AS_OF, Step, as_of_cell, fit
from data_schemas.mapping.progress import Applied, Finding
from runxin.errors import Problem, UserError, bad_data, usage


@dataclass(frozen=True)
class Imported:
    """What an import did; `problems` are the rows that were set aside, in the order of the files."""

    dataset: Dataset
    applied: Applied
    problems: tuple[Problem, ...]

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
            "problem_count": len(self.problems),
            "problems": [asdict(problem) for problem in self.problems],
        }


def import_files(
    mapping_file: Path,
    sources: Sequence[Path],
    out: Path,
    *,
    set_aside: bool = False,
    format: Literal["parquet", "csv"] = "parquet",
    as_of: date | None = None,
) -> Imported:
    """Turn `sources` into a dataset folder `out`, which must be absent or empty.

    Raises `UserError` (bad data) with every problem, and writes nothing, unless `set_aside`: then rows with a
    problem are listed in `out`/set_aside and the others are written. A header that is absent, a file that cannot
    be read and a mapping that does not fit are refused either way.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise bad_data(f"{out} is there already and not empty", fix="choose another folder or remove it first")
    mapping, own, digest = read_mapping(mapping_file)
    instruments = Dataset(_describe(mapping, date.min, (), None), {}, {}, own).instruments
    steps = fit(mapping, instruments, mapping_file.name)
    when = as_of or as_of_cell(mapping, mapping_file.name)
    if when is None:
        raise usage("the mapping names no as-of date", fix="add as_of to its [dataset], or pass --as-of")
    sheets = _read_all(mapping, steps, when, sources)
    applied = apply_mapping(mapping, steps, sheets, when, set_aside)
    problems = sorted_problems(applied.findings)
    fatal = any(finding.table == AS_OF.name for finding in applied.findings)
    if problems and (fatal or not set_aside):
        fix = "mend the cells; or import the other rows with --set-aside"
        raise bad_data(f"{len(problems)} problems, nothing was written", problems, fix=None if fatal else fix)
    if not applied.as_of_dates or applied.tables.get("students", pd.DataFrame()).empty:
        raise bad_data("no student is left", problems, fix="look at the mapping's [[where]] and the problems")
    provenance = Provenance(
        mapping=mapping_file.name,
        mapping_sha256=digest,
        filter="; ".join(map(str, mapping.where)),
        files={sheet.file: sheet.sha256 for files in sheets.values() for sheet in files},
        input_columns=_read_columns(mapping, steps, outcomes=False),
        outcome_columns=_read_columns(mapping, steps, outcomes=True),
        rows_read=applied.rows_read,
        rows_filtered=applied.rows_filtered,
        rows_set_aside=sum(count.set_aside for count in applied.counts),
    )
    days = applied.as_of_dates
    index_dates = mapping.dataset.index_dates or (days if len(days) > 1 else ())
    tables, responses = tables_of(applied.tables)
    dataset = Dataset(_describe(mapping, days[-1], index_dates, provenance), tables, responses, own)
    _write(dataset, applied.findings, out, format)
    return Imported(dataset, applied, tuple(problems))


def sorted_problems(findings: Sequence[Finding]) -> list[Problem]:
    """Every problem, once, by file, row and column."""
    found = {problem: None for finding in findings for problem in finding.problems()}
    return sorted(found, key=lambda p: (p.file or "", p.row or 0, p.column or ""))


def write_problems(problems: Sequence[Problem], path: Path) -> None:
    """Write problems as a CSV file of file, row, column, problem and fix; it opens in Excel as it is."""
    rows = [(p.file, p.row, p.column, p.what, p.fix) for p in problems]
    frame = pd.DataFrame(rows, columns=["file", "row", "column", "problem", "fix"])
    frame.astype({"row": "Int64"}).to_csv(path, index=False, encoding="utf-8-sig")


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


def _read_columns(mapping: Mapping, steps: Sequence[Step], outcomes: bool) -> tuple[str, ...]:
    found = {column for step in steps if (step.table.name == "outcomes") == outcomes for column in step.columns}
    if not outcomes:
        found |= {condition.column for condition in mapping.where}
    return tuple(sorted(found))


def _read_all(
    mapping: Mapping, steps: Sequence[Step], as_of: date | Cell, sources: Sequence[Path]
) -> dict[str, list[Sheet]]:
    """Every file under the role whose pattern fits its name; a file of no role, or a role of no file, is a problem."""
    files = _files(sources)
    problems: list[Problem] = []
    roles: dict[str, list[Path]] = {role: [] for role in mapping.roles}
    for file in files:
        fitting = [name for name, role in mapping.roles.items() if fnmatchcase(file.name, role.match)]
        if not fitting:
            fix = f"the mapping knows {', '.join(role.match for role in mapping.roles.values())}"
            problems.append(Problem("no block of the mapping reads this file", file.name, fix=fix))
        for name in fitting:
            roles[name].append(file)
    for name, role in mapping.roles.items():
        if not roles[name] and not role.optional:
            problems.append(Problem(f"no file fits {role.match!r}", fix=f"add the file of {name}, or make it optional"))
    if problems:
        raise bad_data("the files are not those of the mapping", problems)
    sheets: dict[str, list[Sheet]] = {}
    for name, paths in roles.items():
        wanted: dict[str, bool] = {}
        for step in steps:
            if step.role == name:
                for column, optional in step.columns.items():
                    wanted[column] = optional and wanted.get(column, True)
        for condition in mapping.where:
            if condition.file in (None, name):
                wanted[condition.column] = condition.optional
        if isinstance(as_of, Cell) and mapping.role_of(None) == name:
            wanted.update(dict.fromkeys(as_of.columns, False))
        sheets[name] = []
        for path in paths:
            try:
                sheet = read_sheet(path, mapping.roles[name], wanted)
            except UserError as error:
                problems += error.problems
                continue
            columns = {column: texts.without(map(str, mapping.missing)) for column, texts in sheet.columns.items()}
            sheets[name].append(Sheet(sheet.file, sheet.sha256, sheet.rows, columns, sheet.overfull))
    if problems:
        raise bad_data("the files do not fit the mapping", problems)
    return sheets


def _files(sources: Sequence[Path]) -> list[Path]:
    found: dict[str, Path] = {}
    for source in sources:
        if not source.exists():
            raise usage(f"there is no {source}")
        files = [source]
        if source.is_dir():  # a name with a dot, or with ~$, is a program's own
            files = sorted(p for p in source.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))
        for file in files:
            if file.name in found:
                raise usage(f"two files are called {file.name}", fix="rename one of them")
            found[file.name] = file
    return list(found.values())


def _write(dataset: Dataset, findings: Sequence[Finding], out: Path, format: Literal["parquet", "csv"]) -> None:
    """Write beside `out` and move it there, so that `out` is whole or absent."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
        folder = Path(temporary) / "dataset"
        write_dataset(dataset, folder, format)
        for table in sorted({finding.table for finding in findings}):
            path = folder / "set_aside" / f"{table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_problems(sorted_problems([finding for finding in findings if finding.table == table]), path)
        if out.exists():
            out.rmdir()
        shutil.move(folder, out)
