"""What a mapping makes of files, in memory: everything of an import but the writing."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from data_schemas.coding import check_coding
from data_schemas.instruments import Instrument, packaged_instruments
from data_schemas.mapping.apply import apply_mapping
from data_schemas.mapping.definition import Cell, Mapping, read_mapping
from data_schemas.mapping.files import Sheet, Wanted, read_sheet
from data_schemas.mapping.fit import AS_OF, Step, as_of_cell, fit, leaking
from data_schemas.mapping.progress import Applied, Finding
from data_schemas.own_features import OwnFeature, read_own_features
from runxin.errors import Problem, UserError, bad_data, usage


@dataclass(frozen=True)
class Understood:
    """A mapping applied to files. `problems` are everything wrong, by file, row and column; `fatal` ones remain when
    the rows with problems are set aside."""

    mapping: Mapping
    sha256: str
    instruments: Lookup[str, Instrument]
    own: Lookup[str, Instrument]  # beside those that Runxin brings
    features: tuple[OwnFeature, ...]
    steps: Sequence[Step]
    sheets: Lookup[str, Sequence[Sheet]]
    applied: Applied
    problems: tuple[Problem, ...]
    fatal: bool


def understand(
    mapping_file: Path,
    sources: Sequence[Path],
    as_of: date | None,
    known: Lookup[str, Instrument],
    set_aside: bool,
    fallback: date | None = None,
) -> Understood:
    """Read a mapping and the files, and apply one to the others.

    `as_of` goes before the mapping's own date, `fallback` behind it. `known` are the questionnaires beside the
    mapping's own. Raises `UserError` where the mapping does not fit, a header is absent or a file cannot be read.
    """
    mapping, brought, digest = read_mapping(mapping_file)
    instruments = {**known, **brought}
    features = read_own_features(mapping_file.parent / mapping.features) if mapping.features else ()
    steps = fit(mapping, instruments, mapping_file.name, features)
    when = as_of or as_of_cell(mapping, mapping_file.name) or fallback
    if when is None:
        raise usage("the mapping names no as-of date", fix="add as_of to its [dataset], or pass --as-of")
    sheets = _read_all(mapping, steps, when, sources)
    applied = apply_mapping(mapping, steps, sheets, when, instruments, set_aside)
    named = {name.removeprefix("responses/") for name in applied.tables}
    named |= set(applied.tables["scores"]["instrument"].dropna()) if "scores" in applied.tables else set()
    packaged = packaged_instruments()
    used = {code: one for code, one in instruments.items() if code in named and packaged.get(code) is not one}
    problems = (*sorted_problems(applied.findings), *_miscoded(applied, steps, sheets, instruments))
    fatal = any(finding.table == AS_OF.name for finding in applied.findings)
    return Understood(
        mapping, digest, instruments, {**brought, **used}, features, steps, sheets, applied, problems, fatal
    )


def sorted_problems(findings: Sequence[Finding]) -> list[Problem]:
    """Every problem, once, by file, row and column."""
    found = {problem: None for finding in findings for problem in finding.problems()}
    return sorted(found, key=lambda p: (p.file or "", p.row or 0, p.column or ""))


def _miscoded(
    applied: Applied, steps: Sequence[Step], sheets: Lookup[str, Sequence[Sheet]], instruments: Lookup[str, Instrument]
) -> list[Problem]:
    """Items that run against the others over the whole batch, under the headers of the files."""
    found = []
    for step in {step.table.name: step for step in steps if step.table.name.startswith("responses/")}.values():
        instrument = instruments[step.table.name.removeprefix("responses/")]
        for problem in check_coding(instrument, applied.tables[step.table.name])[0]:
            header = step.cells[problem.column or ""].column or ""
            file = next((sheet for sheet in sheets[step.role] if header in sheet.found), None)
            found.append(replace(problem, file=file.file, column=file.found[header]) if file else problem)
    return found


def _read_all(
    mapping: Mapping, steps: Sequence[Step], as_of: date | Cell, sources: Sequence[Path]
) -> dict[str, list[Sheet]]:
    """Every file under the role whose pattern fits its name; a file of no role, or a role of no file, is a problem."""
    files = files_of(sources)
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
        wanted = _wanted(mapping, steps, as_of, name)
        sheets[name] = []
        for path in paths:
            try:
                sheet = read_sheet(path, mapping.roles[name], wanted)
            except UserError as error:
                problems += error.problems
                continue
            problems += _leaks(mapping, steps, name, sheet)
            columns = {column: texts.without(map(str, mapping.missing)) for column, texts in sheet.columns.items()}
            sheets[name].append(replace(sheet, columns=columns))
    if problems:
        raise bad_data("the files do not fit the mapping", problems)
    return sheets


def _wanted(mapping: Mapping, steps: Sequence[Step], as_of: date | Cell, role: str) -> Wanted:
    wanted: dict[str, bool] = {}
    patterns: set[str] = set()
    for step in steps:
        if step.role == role:
            patterns |= step.patterns
            for column, optional in step.columns.items():
                wanted[column] = optional and wanted.get(column, True)
    for condition in mapping.where:
        if condition.file in (None, role):
            wanted[condition.column] = condition.optional
    if isinstance(as_of, Cell) and mapping.role_of(None) == role:
        wanted.update(dict.fromkeys(as_of.columns, False))
    return Wanted(wanted, frozenset(patterns))


def _leaks(mapping: Mapping, steps: Sequence[Step], role: str, sheet: Sheet) -> list[Problem]:
    """Columns that a pattern found and that give the outcome away."""
    read = {name for step in steps if step.role == role and step.table.name != "outcomes" for name in step.patterns}
    headers = [sheet.found[name] for name in read if name in sheet.found]
    what, fix = "a pattern reads this column, which is declared leaking", "only an outcomes block may read it"
    return [Problem(what, sheet.file, column=header, fix=fix) for header in headers if leaking(mapping, header)]


def files_of(sources: Sequence[Path]) -> list[Path]:
    """The files, and those in folders; raises `UserError` where one is absent or two have the same name."""
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
