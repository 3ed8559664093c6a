"""What a mapping is: one TOML file that says how a platform's files become a dataset.

There is no expression language. A canonical column is filled from one source column (as it is, by a value
map, or by numeric thresholds), by an any-of over several columns, by a constant, or by a row id.
"""

import hashlib
import re
import tomllib
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from data_schemas.cells import header_of, text_of
from data_schemas.dataset import Label
from data_schemas.instruments import Instrument, parse_instrument
from data_schemas.mapping.questions import Question, settled
from runxin.errors import Problem, bad_data, usage

Scalar = bool | int | float | date | str
Header = Annotated[str, AfterValidator(header_of)]


def _texts(codes: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(text for text in map(text_of, codes) if text is not None)


def _text_keys(values: object) -> object:
    return {text_of(key) or "": value for key, value in values.items()} if isinstance(values, dict) else values


# Source codes as their cells are read: 1, 1.0 and "１" are one code.
Codes = Annotated[tuple[Scalar, ...], AfterValidator(_texts)]
ValueMap = Annotated[dict[str, Scalar], BeforeValidator(_text_keys)]
WHOLE_FILE = "source"  # the role of the only file where a mapping names none


class MappingPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: Any) -> Any:
    """`where` may be written `[where]` or `[[where]]`."""
    return [value] if isinstance(value, dict) else value


class Condition(MappingPart):
    """A test of one source cell: true, false, or unknown where the cell is blank. All that is given must hold."""

    column: Header
    one_of: Codes = ()
    known: Codes = ()  # every code there is: with it, any other is a problem and not simply false
    min: float | None = None
    max: float | None = None
    below: float | None = None
    missing: bool | None = None
    optional: bool = False  # the column may be absent; its cells are then blank

    @model_validator(mode="after")
    def _tests_something(self) -> "Condition":
        if not self.one_of and not self.numeric and self.missing is None:
            raise ValueError("a condition needs one of: one_of, min, max, below, missing")
        if self.missing and (self.one_of or self.numeric):
            raise ValueError("a blank cell has no value to test: use missing = true alone")
        return self

    @property
    def numeric(self) -> bool:
        return any(bound is not None for bound in (self.min, self.max, self.below))

    def __str__(self) -> str:
        tests = [f"one of {', '.join(map(str, self.one_of))}"] if self.one_of else []
        bounds = (("at least", self.min), ("at most", self.max), ("below", self.below))
        tests += [f"{word} {bound:g}" for word, bound in bounds if bound is not None]
        if self.missing is not None:
            tests.append("blank" if self.missing else "not blank")
        return f"{self.column} {' and '.join(tests)}"


class Filter(Condition):
    """A condition on the rows of a file; without `file` it holds for every file."""

    file: str | None = None


class Threshold(MappingPart):
    """Numbers below `below` become `value`; the last of a list has no `below` and takes the rest."""

    below: float | None = None
    value: Scalar


class RowId(MappingPart):
    """An id made of a prefix, the texts of some columns and the source row, as far as given, joined by hyphens."""

    prefix: str = ""
    columns: tuple[Header, ...] = ()
    row: bool = True


class Cell(MappingPart):
    """How one canonical column is filled. Exactly one of `column`, `any_of`, `constant` and `id` is given."""

    column: Header | None = None
    any_of: tuple[Condition, ...] = ()
    constant: Scalar | None = None
    id: RowId | None = None
    values: str | ValueMap | None = None  # source code → our code, or the name of a shared map
    thresholds: tuple[Threshold, ...] = ()
    words: ValueMap = {}  # source words → their value, beside the values that are read as they are
    missing: Codes = ()  # source codes that say "no answer"
    fallback: date | None = None  # what a blank cell of a day stands for: the day of the file or of the wave
    optional: bool = False  # the column may be absent; its cells are then blank
    pattern: bool = False  # `*` in the header stands for any text; exactly one header may fit

    @model_validator(mode="after")
    def _one_way(self) -> "Cell":
        ways = [self.column is not None, bool(self.any_of), self.constant is not None, self.id is not None]
        if sum(ways) != 1:
            raise ValueError("give exactly one of: column, any_of, constant, id")
        if self.values is not None and self.thresholds:
            raise ValueError("values and thresholds cannot both be given")
        of_a_column = (self.thresholds, self.words, self.missing, self.fallback, self.optional, self.pattern)
        if any(of_a_column) and self.column is None:
            raise ValueError("thresholds, words, missing, fallback, optional and pattern need a column")
        if self.words and (self.values is not None or self.thresholds):
            raise ValueError("words stand beside values that are read as they are: not with values or thresholds")
        if self.values is not None and self.column is None and not self.any_of:
            raise ValueError("values need a column or any_of")
        cuts = [threshold.below for threshold in self.thresholds]
        rising = [cut for cut in cuts[:-1] if cut is not None]
        if cuts and (len(rising) != len(cuts) - 1 or cuts[-1] is not None or rising != sorted(set(rising))):
            raise ValueError("thresholds need rising `below`, and a last one without `below` for the rest")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns that are read."""
        if self.column is not None:
            return (self.column,)
        if self.id is not None:
            return self.id.columns
        return tuple(condition.column for condition in self.any_of)


AnyCell = Annotated[Cell, BeforeValidator(lambda value: {"column": value} if isinstance(value, str) else value)]
Where = Annotated[tuple[Condition, ...], BeforeValidator(_listed)]


_CODED = re.compile(
    r"(?P<variant>[A-Za-z0-9_.-]+)(?:, written one (?P<way>higher|lower))?(?:, (?P<blank>\S+) = blank)?"
)


def _numbers(value: Any) -> Any:
    """Items as a list, or as an answer such as `9` or `9, 12`."""
    return re.split(r"[\s,、，]+", value.strip()) if isinstance(value, str) else value


class ItemColumns(MappingPart):
    """The item columns of a questionnaire, in order: a list, or a pattern such as `Q{n}` or `{n}、*`.

    In a pattern `*` stands for any text, such as the wording of the item. Items that the export does not have are
    named in `absent`. Without `values` an answer is a number of the coding or one of its words in the definition.
    Numbers that are written `shift` higher than the coding has them are brought back.
    """

    columns: tuple[Header, ...] | Header
    absent: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = ()
    coding: str | None = None  # how the answers are coded, where the questionnaire has several ways
    shift: int = 0
    turned: bool = False  # the platform has turned the reversed items already: they are turned back
    values: str | ValueMap | None = None
    missing: Codes = ()

    @model_validator(mode="before")
    @classmethod
    def _said_with_the_coding(cls, given: Any) -> Any:
        """`coding` may be the answer to a question, such as `0-3, written one higher` or `1-5, 0 = blank`."""
        coding = given.get("coding") if isinstance(given, dict) else None
        found = _CODED.fullmatch(coding) if isinstance(coding, str) else None
        if not found or not (found["way"] or found["blank"]):
            return given
        more = {"shift": {"higher": 1, "lower": -1}[found["way"]]} if found["way"] else {}
        blank = [*given.get("missing", ()), found["blank"]] if found["blank"] else given.get("missing", ())
        return {**given, **more, "coding": found["variant"], "missing": tuple(blank)}

    def present(self, items: int) -> list[int]:
        """The items that the export has, of so many."""
        return [number for number in range(1, items + 1) if number not in self.absent]

    def headers(self, items: int) -> tuple[str, ...]:
        """The headers of the items that the export has."""
        if isinstance(self.columns, str):
            return tuple(self.columns.replace("{n}", str(number)) for number in self.present(items))
        return self.columns

    def cells(
        self, items: int, words: dict[str, int], codes: range = range(0), turned: Collection[int] = ()
    ) -> dict[str, Cell]:
        """A cell for every item that the export has; `words` and `codes` are those of the coding, `turned` the items
        that it reverses."""
        pattern = isinstance(self.columns, str) and "*" in self.columns
        known: dict[str, Scalar] = {**words} if self.values is None else {}
        values, back = self.values, self.values
        if (self.shift or self.turned) and values is None:
            values, known = {str(code + self.shift): code for code in codes} | known, {}
            ends = codes[0] + codes[-1]
            back = {text: ends - int(str(code)) for text, code in values.items()} if self.turned else values
        pairs = zip(self.present(items), self.headers(items), strict=True)
        return {
            f"item_{number}": Cell(
                column=name,
                values=back if number in turned else values,
                words=known,
                missing=self.missing,
                pattern=pattern,
            )
            for number, name in pairs
        }


AnyItems = Annotated[
    ItemColumns, BeforeValidator(lambda value: value if isinstance(value, dict) else {"columns": value})
]


class TableMapping(MappingPart):
    """Rows for one canonical table, at most one (or one for each entry of `long`) from each source row.

    A source row that fails `where` gives none. A row whose cell is blank in a column of `skip_if_missing` gives
    none either. Both are counted. A blank cell under `where` that is not named there is a problem.
    """

    table: str
    file: str | None = None
    where: Where = ()
    skip_if_missing: tuple[Header, ...] = ()
    columns: dict[str, AnyCell] = {}
    long: dict[str, AnyCell] = {}  # code → its value, for family, concerns and scores
    items: AnyItems | None = None


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
    files: dict[str, FileRole] = {}
    instruments: tuple[str, ...] = ()
    features: str | None = None  # the file that declares features of the dataset's own
    missing: Codes = ()
    leaking: tuple[Header, ...] = ()  # patterns of columns that give the outcome away
    student_id: AnyCell | None = None
    values: dict[str, ValueMap] = {}
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
