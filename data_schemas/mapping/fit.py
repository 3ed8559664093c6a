"""Does a mapping fit the canonical tables? Turns its blocks into steps in which nothing is left to look up."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from data_schemas.codes import Answer
from data_schemas.dataset import table_of
from data_schemas.enrolment import SET_ASIDE
from data_schemas.instruments import Instrument
from data_schemas.mapping.answers import answer_cells
from data_schemas.mapping.cell import Cell, Condition, Scalar
from data_schemas.mapping.definition import Mapping, TableMapping, place
from data_schemas.own_features import OwnFeature
from data_schemas.tables import CellKind, Column, Sensitivity, Table
from runxin.errors import Problem, bad_data

LONG = {"family": ("flag", "value"), "concerns": ("kind", "value"), "scores": ("scale", "value")}
ANSWERS = Answer.codes()
AS_OF = Column("as_of", CellKind.DATE, "统计日期", Sensitivity.OPEN, required=True)


@dataclass(frozen=True)
class Step:
    """One row at most of `table` from each row of the files of `role`."""

    name: str
    table: Table
    role: str
    where: tuple[Condition, ...]
    skip_if_missing: tuple[str, ...]
    cells: Lookup[str, Cell]
    total: str | None = None  # the column of the platform's own totals
    of_day: bool = False  # one of the day columns of an attendance sheet

    @property
    def is_answers(self) -> bool:
        """Whether its rows are sheets of a questionnaire."""
        return self.table.name.startswith("responses/")

    @property
    def patterns(self) -> frozenset[str]:
        """The source columns that are named by a pattern."""
        return frozenset(cell.column for cell in self.cells.values() if cell.pattern and cell.column is not None)

    @property
    def columns(self) -> dict[str, bool]:
        """The source columns that are read, and whether each may be absent."""
        found: dict[str, bool] = {}
        conditions = [*self.where, *(c for cell in self.cells.values() for c in cell.any_of)]
        for condition in conditions:
            found[condition.column] = condition.optional and found.get(condition.column, True)
        for cell in self.cells.values():
            for name in () if cell.any_of else cell.columns:
                found[name] = cell.optional and found.get(name, True)
        return found | ({self.total: False} if self.total is not None else {})


def fit(
    mapping: Mapping, instruments: Lookup[str, Instrument], file: str, own: Sequence[OwnFeature] = ()
) -> list[Step]:
    """The steps of a mapping; raises `UserError` that names every place where it does not fit."""
    problems: list[Problem] = []
    steps: list[Step] = []
    for number, block in enumerate(mapping.blocks, start=1):
        made = list(_steps(mapping, block, number, instruments, own, file, problems))
        steps += made
    if not any(block.table == "students" for block in mapping.blocks):
        problems.append(Problem("no block writes the students", file=file, fix='add a block with table = "students"'))
    problems += _leaks(mapping, steps, file)
    if problems:
        raise bad_data("the mapping does not fit the canonical tables", problems)
    return steps


def _steps(
    mapping: Mapping,
    block: TableMapping,
    number: int,
    instruments: Lookup[str, Instrument],
    own: Sequence[OwnFeature],
    file: str,
    problems: list[Problem],
) -> Iterator[Step]:
    def fault(what: str, *where: int | str, fix: str | None = None) -> None:
        problems.append(Problem(what, file=file, column=place(("blocks", number, *where)), fix=fix))

    code = block.table.removeprefix("responses/")
    instrument = instruments.get(code) if code != block.table else None
    if instrument is not None and instrument.form == "scores":
        fix = f'give its totals in a block with table = "scores": {", ".join(s.code for s in instrument.scores)}'
        fault(f"{code} is scored elsewhere and has no items here", "table", fix=fix)
        return
    try:
        if block.table == SET_ASIDE.name:  # an import fills it by itself
            raise KeyError(block.table)
        table = table_of(block.table, instruments, own)
    except KeyError:
        fault(f"there is no table {block.table!r}", "table", fix="see the canonical tables in the glossary")
        return
    role = mapping.role_of(block.file)
    if role is None:
        fault("several kinds of files are declared", fix=f"add file = one of {', '.join(mapping.roles)}")
        return
    common: dict[str, Cell] = dict(block.columns)
    if mapping.student_id is not None and "student_id" in table.names:
        common.setdefault("student_id", mapping.student_id)
    if instrument is not None:
        try:
            table, answers = answer_cells(block, instrument)
        except ValueError as error:
            fault(str(error), "items")
            return
        common.update(answers)
    elif block.items is not None:
        fault("only responses/<instrument> has items", "items")
        return
    rows: list[tuple[str, dict[str, Cell], tuple[Condition, ...]]] = [(block.table, common, ())]
    if block.days is not None:
        if block.table != "leaves" or block.long:
            fault("only leaves have a column a day", "days")
            return
        rows = [
            (f"{block.table} {name}", {**common, **cells}, (condition,))
            for name, condition, cells in block.days.steps()
        ]
    if block.long:
        if block.table not in LONG:
            fault(f"only {', '.join(LONG)} can be written long", "long")
            return
        key, value = LONG[block.table]
        rows = [
            (f"{block.table} {code}", {**common, key: Cell(constant=code), value: cell}, ())
            for code, cell in block.long.items()
        ]
    given = {condition.column for condition in block.where}
    given |= {name for _, cells, _ in rows for cell in cells.values() for name in cell.columns}
    for source in block.skip_if_missing:
        if source not in given:
            fault(f"the block does not read {source!r}", "skip_if_missing")
    for name, cells, of_day in rows:
        resolved = {}
        for target, cell in cells.items():
            at = ("long", name.split()[-1]) if block.long and target == LONG[block.table][1] else ("columns", target)
            if target not in table.names:
                fault(f"{table.name} has no such column", *at, fix=f"it has {', '.join(table.names)}")
                continue
            known = _resolved(cell, mapping)
            if known is None:
                fault(f"there is no shared map {cell.values!r}", *at, fix="add it under [values]")
                continue
            for what in _misfits(known, table.column(target)):
                fault(what, *at)
            resolved[target] = known
        for required in table.columns:
            if required.required and required.name not in cells:
                fault(f"the required column {required.name} is not filled", "columns")
        read = {c.column for c in block.where} | {column for cell in resolved.values() for column in cell.columns}
        skip = tuple(column for column in block.skip_if_missing if column in read)
        skip += tuple(condition.column for condition in of_day)  # a blank cell: present, or no such day
        total = block.items.total if block.items is not None else None
        yield Step(name, table, role, (*block.where, *of_day), skip, resolved, total, bool(of_day))


def as_of_cell(mapping: Mapping, file: str) -> date | Cell | None:
    """The as-of date as the mapping gives it; raises `UserError` where its column cannot be read as one."""
    given = mapping.dataset.as_of
    if not isinstance(given, Cell):
        return given
    cell = _resolved(given, mapping)
    problems = [] if cell else [Problem(f"there is no shared map {given.values!r}", file=file, column="dataset.as_of")]
    problems += [Problem(what, file=file, column="dataset.as_of") for what in (_misfits(cell, AS_OF) if cell else ())]
    if given.column is None:
        problems.append(Problem("give a date or a column", file=file, column="dataset.as_of"))
    if mapping.role_of(None) is None:
        fix = "give a date, or pass --as-of"
        problems.append(
            Problem("with several kinds of files it cannot be a column", file, column="dataset.as_of", fix=fix)
        )
    if problems:
        raise bad_data("the mapping's as-of date is at fault", problems)
    return cell


def _resolved(cell: Cell, mapping: Mapping) -> Cell | None:
    """The cell with a shared map put in its place."""
    values = mapping.values.get(cell.values) if isinstance(cell.values, str) else cell.values
    if values is None and cell.values is not None:
        return None
    return cell.model_copy(update={"values": values})


def output(value: Scalar, column: Column) -> Scalar:
    """A value of the mapping file as the canonical column holds it; raises `ValueError`."""
    if column.codes is not None:
        if value not in column.codes.codes():
            raise ValueError(f"{value!r} is not a code of {column.name}: {', '.join(column.codes.codes())}")
        return value
    if column.kind in (CellKind.INT, CellKind.NUMBER):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{value!r} is not a number")
        if column.kind is CellKind.INT and value != int(value):
            raise ValueError(f"{value!r} is not a whole number")
        if (column.low is not None and value < column.low) or (column.high is not None and value > column.high):
            raise ValueError(f"{value!r} is outside {column.low:g} to {column.high:g}")
        return value
    if column.kind is CellKind.BOOL and not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    if column.kind in (CellKind.DATE, CellKind.TIME) and not isinstance(value, date):
        raise ValueError(f"{value!r} is not a date; write it without quotes, as 2026-03-05")
    return str(value) if column.kind in (CellKind.ID, CellKind.TEXT) else value


def _misfits(cell: Cell, column: Column) -> Iterator[str]:
    values = cell.values if isinstance(cell.values, dict) else {}
    given: list[Scalar] = [*values.values(), *cell.words.values(), *(threshold.value for threshold in cell.thresholds)]
    given += [value for value in (cell.constant, cell.fallback) if value is not None]
    for value in given:
        try:
            output(value, column)
        except ValueError as error:
            yield str(error)
    if cell.any_of:
        foreign = sorted(set(values) - set(ANSWERS))
        if foreign:
            yield f"any_of answers yes, no or unknown, never {', '.join(foreign)}"
        if not values and column.codes is not Answer and column.kind is not CellKind.BOOL:
            yield f"any_of answers yes, no or unknown, which {column.name} does not hold: add values"
    if cell.id is not None and column.kind is not CellKind.ID:
        yield "only an id column can be built from prefix, columns and row"
    if cell.id is not None and not cell.id.columns and not cell.id.row:
        yield "an id needs columns or the row: a prefix alone is the same in every row"


def _leaks(mapping: Mapping, steps: list[Step], file: str) -> Iterator[Problem]:
    """Inputs that would give the outcome away: declared in `leaking`, or the column that is the outcome's level."""
    levels = {(step.role, column) for step in steps if step.table.name == "outcomes" for column in _level_columns(step)}
    for step in steps:
        if step.table.name == "outcomes":
            continue
        for column in step.columns:
            pattern = leaking(mapping, column)
            if pattern is not None:
                what = f"the block for {step.name} reads {column}, which is declared leaking ({pattern})"
                yield Problem(what, file=file, column=column, fix="only an outcomes block may read it")
            elif (step.role, column) in levels:
                what = f"the block for {step.name} reads {column}, which is the outcome itself"
                yield Problem(what, file=file, column=column, fix="an outcome cannot be an input too")
    for condition in mapping.where:
        if leaking(mapping, condition.column):
            what = f"the row filter reads {condition.column}, which is declared leaking"
            yield Problem(what, file=file, column="where", fix="only an outcomes block may read it")


def leaking(mapping: Mapping, column: str) -> str | None:
    """The pattern of `leaking` that a column falls under; capitals and small letters are one."""
    folded = column.casefold()
    return next((pattern for pattern in mapping.leaking if fnmatchcase(folded, pattern.casefold())), None)


def _level_columns(step: Step) -> tuple[str, ...]:
    return step.cells["level"].columns if "level" in step.cells else ()
