"""What a mapping makes of files, in memory: everything of an import but the writing."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from data_schemas.coding import check_coding
from data_schemas.instruments import Instrument
from data_schemas.mapping.answer_coding import HIGHER, plain_answer, shifted, way_round
from data_schemas.mapping.answers import VARIANT
from data_schemas.mapping.apply import apply_mapping
from data_schemas.mapping.cell import Cell
from data_schemas.mapping.day_columns import DayColumns
from data_schemas.mapping.definition import Mapping, read_mapping
from data_schemas.mapping.files import read_sheet
from data_schemas.mapping.fit import AS_OF, Step, as_of_cell, fit, leaking
from data_schemas.mapping.half_days import leave_questions
from data_schemas.mapping.lessons import with_days
from data_schemas.mapping.platform_totals import totals_apart
from data_schemas.mapping.progress import Applied, Finding
from data_schemas.mapping.recognition import platform_total
from data_schemas.mapping.sheet import Sheet, Wanted
from data_schemas.mapping.withdrawn_leave import unread_decisions
from data_schemas.own_features import OwnFeature, read_own_features
from data_schemas.rules import Fault
from data_schemas.totals import unstated
from runxin.errors import Problem, UserError, bad_data, how_many, usage


@dataclass(frozen=True)
class Understood:
    """A mapping applied to files. `problems` are everything wrong, by file, row and column; `fatal` ones remain when
    the rows with problems are set aside."""

    mapping: Mapping
    sha256: str
    instruments: Lookup[str, Instrument]
    own: Lookup[str, Instrument]  # those that the mapping brings, and those by which sheets are read
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
    sheets = _read_all(mapping, steps, when, sources, instruments)
    steps = [_with_total(step, sheets[step.role], _total_headers(steps, step, instruments)) for step in steps]
    applied = apply_mapping(mapping, steps, sheets, when, instruments, set_aside)
    named = {name.removeprefix("responses/") for name in applied.tables}
    named |= set(applied.tables["scores"]["instrument"].dropna()) if "scores" in applied.tables else set()
    used = {code: one for code, one in instruments.items() if code in named}
    moved = {step.table.name: problem for step in steps for problem in _moved(step, sheets[step.role], instruments)}
    # Cells outside the range of a scale that is shifted are its echo, and setting them aside would drop the gravest.
    findings = [one for one in applied.findings if one.table not in moved or one.column is None]
    scores = applied.tables.get("scores")
    asked = [] if scores is None else list(_asked(unstated(scores, instruments), mapping_file.name))
    asked += leave_questions(steps, sheets)
    problems = (
        *moved.values(),
        *asked,
        *unread_decisions(steps, sheets),
        *sorted_problems(findings),
        *totals_apart([step for step in steps if step.table.name not in moved], sheets, instruments),
        *_miscoded(applied, [step for step in steps if step.table.name not in moved], sheets, instruments),
    )
    fatal = bool(moved or asked) or any(one.whole or one.table == AS_OF.name for one in applied.findings)
    return Understood(
        mapping, digest, instruments, {**brought, **used}, features, steps, sheets, applied, problems, fatal
    )


def _asked(found: Sequence[Fault], file: str) -> Iterator[Problem]:
    """One problem for all rows with one cause."""
    for fault in found:
        yield Problem(f"{fault.what} ({how_many(len(fault.rows), 'row')})", file, column="blocks", fix=fault.fix)


def sorted_problems(findings: Sequence[Finding]) -> list[Problem]:
    """Every problem, once, by file, row and column."""
    found = {problem: None for finding in findings for problem in finding.problems()}
    return sorted(found, key=lambda p: (p.file or "", p.row or 0, p.column or ""))


def _moved(step: Step, sheets: Sequence[Sheet], instruments: Lookup[str, Instrument]) -> Iterator[Problem]:
    """Answers of a questionnaire that look written one higher or lower than its coding has them, unless the mapping
    says which coding it is and every answer lies in it."""
    code = step.table.name.removeprefix("responses/")
    variant = step.cells.get(VARIANT)
    if not step.is_answers or (variant is not None and variant.constant is None):
        return
    coding = instruments[code].coding_of(None if variant is None else str(variant.constant))
    numbers: Counter[int] = Counter()
    for name, cell in step.cells.items():
        if not name.startswith("item_") or cell.column is None or cell.values is not None:
            continue
        for sheet in sheets:
            counted = sheet.columns[cell.column].without(map(str, cell.missing)).counted()
            for text, n in counted.items():
                if (plain := plain_answer(text)).isdecimal():
                    numbers[int(plain)] += n
    way = shifted(coding, numbers, instruments[code].items)
    fits = all(coding.low <= number <= coding.high for number in numbers)
    if way is None or (fits and variant is not None):
        return
    beyond = sum(n for number, n in numbers.items() if not coding.low <= number <= coding.high)
    out = f", and {beyond} answers lie one outside" if beyond else ""
    end = "lowest" if way == HIGHER else "highest"
    ways = way_round(coding, numbers)
    written = f'coding = "{ways[0]}" or "{ways[1]}"' if ways else f'coding = "{coding.variant}, {way}"'
    as_it_is = f'; where it is right as it stands, coding = "{coding.variant}"' if fits else ""
    yield Problem(
        f"{code} looks shifted by one: nobody gave the {end} answer{out}",
        sheets[0].file if sheets else None,
        column=next(cell.column for name, cell in step.cells.items() if name.startswith("item_")),
        fix=f"write {written} into its items{as_it_is}",
    )


def _miscoded(
    applied: Applied, steps: Sequence[Step], sheets: Lookup[str, Sequence[Sheet]], instruments: Lookup[str, Instrument]
) -> list[Problem]:
    """Items that run against the others over the whole batch, under the headers of the files."""
    found = []
    for step in {step.table.name: step for step in steps if step.is_answers}.values():
        instrument = instruments[step.table.name.removeprefix("responses/")]
        against = check_coding(instrument, applied.tables[step.table.name])[0]
        turned = instrument.reversed.items if instrument.reversed is not None else ()
        if turned and {f"item_{item}" for item in turned} <= {problem.column for problem in against}:
            headers = [step.cells[f"item_{item}"].column or "" for item in turned]
            file = next((sheet for sheet in sheets[step.role] if headers[0] in sheet.found), None)
            named = ", ".join(file.found.get(header, header) for header in headers) if file else ", ".join(headers)
            what = f"{instrument.code}: its reversed items ({named}) run against the others: they look turned already"
            fix = "write turned = true into its items, where the platform has turned them"
            found.append(Problem(what, file.file if file else None, fix=fix))
            continue
        for problem in against:
            header = step.cells[problem.column or ""].column or ""
            file = next((sheet for sheet in sheets[step.role] if header in sheet.found), None)
            found.append(replace(problem, file=file.file, column=file.found[header]) if file else problem)
    return found


def _read_all(
    mapping: Mapping,
    steps: Sequence[Step],
    as_of: date | Cell,
    sources: Sequence[Path],
    instruments: Lookup[str, Instrument],
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
                totals = _totals_beside(steps, name, sheet, instruments)
                if totals:
                    more = replace(wanted, columns={**wanted.columns, **dict.fromkeys(totals, True)})
                    sheet = read_sheet(path, mapping.roles[name], more)
            except UserError as error:
                problems += error.problems
                continue
            for days in _lessons(mapping, name):
                sheet = with_days(days, sheet)
            problems += _leaks(mapping, steps, name, sheet)
            problems += _no_days([step for step in steps if step.role == name and step.of_day], sheet)
            columns = {column: texts.without(map(str, mapping.missing)) for column, texts in sheet.columns.items()}
            sheets[name].append(replace(sheet, columns=columns))
    if problems:
        raise bad_data("the files do not fit the mapping", problems)
    return sheets


def _total_headers(
    steps: Sequence[Step], step: Step, instruments: Lookup[str, Instrument]
) -> Callable[[Sheet], str | None]:
    """What finds in a file the total of a step's questionnaire that the platform reckoned and no mapping names."""
    alone = len({other.table.name for other in steps if other.is_answers and other.role == step.role}) == 1
    one = instruments[step.table.name.removeprefix("responses/")] if step.is_answers else None
    return lambda sheet: None if one is None else platform_total(one, sheet.headers, alone, instruments)


def _totals_beside(
    steps: Sequence[Step], role: str, sheet: Sheet, instruments: Lookup[str, Instrument]
) -> tuple[str, ...]:
    """Totals of the platform that stand beside the items and that nothing reads."""
    mine = [step for step in steps if step.role == role and step.is_answers and step.total is None]
    found = (_total_headers(steps, step, instruments)(sheet) for step in mine)
    return tuple(header for header in found if header is not None and header not in sheet.found.values())


def _with_total(step: Step, sheets: Sequence[Sheet], header_in: Callable[[Sheet], str | None]) -> Step:
    """The step with the platform's total, where every file of it has one that is only held against the answers."""
    headers = {header_in(sheet) for sheet in sheets} if step.is_answers and step.total is None else set()
    header = headers.pop() if len(headers) == 1 else None
    read = header is not None and all(header in sheet.columns for sheet in sheets)
    return replace(step, total=header) if read else step


def _no_days(steps: Sequence[Step], sheet: Sheet) -> Iterator[Problem]:
    """An attendance sheet of which no column is one of the days: each alone may be absent, as weekends are."""
    headers = [step.where[-1].column for step in steps]
    if headers and not any(header in sheet.found for header in headers):
        yield Problem(
            f"there is no column such as {headers[0]}", sheet.file, fix="write `columns` as the days are headed"
        )


def _lessons(mapping: Mapping, role: str) -> Iterator[DayColumns]:
    """The attendance sheets with a column a lesson that are read of a role's files."""
    for block in mapping.blocks:
        if block.days is not None and block.days.lessons is not None and mapping.role_of(block.file) == role:
            yield block.days


def _wanted(mapping: Mapping, steps: Sequence[Step], as_of: date | Cell, role: str) -> Wanted:
    wanted: dict[str, bool] = {}
    patterns: set[str] = set()
    for step in steps:
        if step.role == role:
            patterns |= step.patterns
            for column, optional in step.columns.items():
                wanted[column] = optional and wanted.get(column, True)
    for days in _lessons(mapping, role):
        wanted |= {header: True for _, day in days.days() for header in days.lessons_of(day)}
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
