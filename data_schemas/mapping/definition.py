"""What a mapping is: one TOML file that says how a platform's files become a dataset.

There is no expression language. A canonical column is filled from one source column (as it is, by a value
map, or by numeric thresholds), by an any-of over several columns, by a constant, or by a row id.
"""

import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from data_schemas.dataset import Label
from data_schemas.instruments import Instrument, parse_instrument
from data_schemas.mapping.cell import AnyCell, Cell, Codes, Condition, Header, MappingPart, ValueMap
from data_schemas.mapping.day_columns import DayColumns
from data_schemas.mapping.item_columns import AnyItems
from data_schemas.mapping.pivot import Pivot
from data_schemas.mapping.questions import Question, settled
from runxin.errors import Problem, bad_data, usage

WHOLE_FILE = "source"  # the role of the only file where a mapping names none


def _listed(value: Any) -> Any:
    """`where` may be written `[where]` or `[[where]]`."""
    return [value] if isinstance(value, dict) else value


class Filter(Condition):
    """A condition on the rows of a file; without `file` it holds for every file."""

    file: str | None = None


Where = Annotated[tuple[Condition, ...], BeforeValidator(_listed)]


class TableMapping(MappingPart):
    """Rows for one canonical table, at most one (or one for each entry of `long`) from each source row.

    A source row that fails `where` gives none. A row whose cell is blank in a column of `skip_if_missing` gives
    none either. Both are counted. A blank cell under `where` that is not named there is a problem.
    """

    table: str
    file: str | None = None
    where: Where = ()
    skip_if_missing: tuple[Header, ...] = ()
    columns: dict[str, AnyCell] = Field(default_factory=dict)
    long: dict[str, AnyCell] = Field(default_factory=dict)  # code → its value, for family, concerns and scores
    items: AnyItems | None = None
    days: DayColumns | None = None


class FileRole(MappingPart):
    """A kind of source file. `match` is a pattern of file names; `header_row` counts from 1, and `skip_rows` right
    below it are labels and no answers."""

    match: str = "*"
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    skip_rows: int = Field(default=0, ge=0)
    heading_row: int | None = Field(
        default=None, ge=1
    )  # headings over several columns, such as the questionnaire's name
    pivot: Pivot | None = None  # of a file with a row for each answer or each lesson
    optional: bool = False


class Describe(MappingPart):
    """The dataset's own description. `as_of` is a date, or read from a column (the latest counts)."""

    name: str
    synthetic: bool = False
    origin: Literal["local", "foreign", "synthetic"]
    mode: Literal["longitudinal", "concurrent"]
    as_of: date | Cell | None = None
    index_dates: tuple[date, ...] = ()
    label: Label | None = None


class Mapping(MappingPart):
    """A mapping file as it is written."""

    dataset: Describe
    files: dict[str, FileRole] = Field(default_factory=dict)
    instruments: tuple[str, ...] = ()
    features: str | None = None  # the file that declares features of the dataset's own
    missing: Codes = ()
    leaking: tuple[Header, ...] = ()  # patterns of columns that give the outcome away
    student_id: AnyCell | None = None
    values: dict[str, ValueMap] = Field(default_factory=dict)
    where: Annotated[tuple[Filter, ...], BeforeValidator(_listed)] = ()
    blocks: tuple[TableMapping, ...]
    questions: tuple[Question, ...] = ()  # what was to be settled, with its answers

    @property
    def roles(self) -> dict[str, FileRole]:
        """Every kind of source file: the declared ones, and a pattern that a block names directly."""
        direct = {
            block.file: FileRole(match=block.file) for block in self.blocks if block.file not in (None, *self.files)
        }
        found = {**self.files, **{name: role for name, role in direct.items() if name is not None}}
        return found or {WHOLE_FILE: FileRole()}

    def role_of(self, file: str | None) -> str | None:
        """The role that a block or filter names; the only one where it names none, or `None` if there are several."""
        if file is not None:
            return file
        return next(iter(self.roles)) if len(self.roles) == 1 else None


def read_mapping(path: Path) -> tuple[Mapping, dict[str, Instrument], str]:
    """Read a mapping file and the instruments it brings; also its SHA-256.

    Raises `UserError` that names every field at fault. Whether it fits the canonical tables is for `fit`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise usage(f"the mapping {path} cannot be read: {error.strerror}") from error
    try:
        raw, questions = settled(tomllib.loads(content.decode("utf-8")), path.name)
        mapping = Mapping.model_validate(raw).model_copy(update={"questions": questions})
    except UnicodeDecodeError as error:
        raise bad_data("the mapping is not UTF-8", [Problem("save the file as UTF-8", file=path.name)]) from error
    except tomllib.TOMLDecodeError as error:
        raise bad_data("the mapping is not TOML", [Problem(str(error), file=path.name)]) from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        problems = [Problem(f["msg"], file=path.name, column=place(mapping_path(f["loc"]))) for f in faults]
        raise bad_data("the mapping is at fault", problems) from error
    own: dict[str, Instrument] = {}
    for name in mapping.instruments:
        file = path.parent / name
        if not file.is_file():
            raise bad_data("an instrument of the mapping is absent", [Problem("there is no such file", file=name)])
        instrument = parse_instrument(file.read_text("utf-8"), name)
        own[instrument.code] = instrument
    return mapping, own, hashlib.sha256(content).hexdigest()


def mapping_path(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Blocks are counted from 1, as a reader of the file counts them; names of Python types are left out."""
    return tuple(part + 1 if isinstance(part, int) else part for part in location if "[" not in str(part))


def place(parts: tuple[int | str, ...]) -> str:
    """Where in the mapping file, such as `blocks.2.columns.sex`."""
    return ".".join(map(str, parts))
