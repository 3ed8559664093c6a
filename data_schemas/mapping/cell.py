"""How one canonical cell is filled from a row of a source file."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

from data_schemas.cells import header_of, text_of

Scalar = bool | int | float | date | str
Header = Annotated[str, AfterValidator(header_of)]


def _texts(codes: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(text for text in map(text_of, codes) if text is not None)


def _text_keys(values: object) -> object:
    return {text_of(key) or "": value for key, value in values.items()} if isinstance(values, dict) else values


# Source codes as their cells are read: 1, 1.0 and "１" are one code.
Codes = Annotated[tuple[Scalar, ...], AfterValidator(_texts)]
ValueMap = Annotated[dict[str, Scalar], BeforeValidator(_text_keys)]


class MappingPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Threshold(MappingPart):
    """Numbers below `below` become `value`; the last of a list has no `below` and takes the rest."""

    below: float | None = None
    value: Scalar


class RowId(MappingPart):
    """An id made of a prefix, the texts of some columns and the source row, as far as given, joined by hyphens. With
    `once` a grade is left out that the part behind it says itself: of 高一 and 高一(1)班 the latter."""

    prefix: str = ""
    columns: tuple[Header, ...] = ()
    row: bool = True
    once: bool = False


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
    unit: Literal["half_days", "days", "hours"] | None = None  # of bare numbers that say how long a leave is
    end_is: Literal["day", "midnight"] | None = None  # of an end at 00:00: whether that day is part of the leave
    counted: Literal["weekdays", "days"] | None = None  # of a first day: the last one by the half days of the leave
    pattern: bool = False  # `*` in the header stands for any text; exactly one header may fit

    @model_validator(mode="after")
    def _one_way(self) -> "Cell":
        ways = [self.column is not None, bool(self.any_of), self.constant is not None, self.id is not None]
        if sum(ways) != 1:
            raise ValueError("give exactly one of: column, any_of, constant, id")
        if self.values is not None and self.thresholds:
            raise ValueError("values and thresholds cannot both be given")
        of_a_column = (self.thresholds, self.words, self.missing, self.fallback, self.optional, self.pattern, self.unit)
        if (any(of_a_column) or self.end_is or self.counted) and self.column is None:
            named = "thresholds, words, missing, fallback, optional, pattern, unit, end_is and counted"
            raise ValueError(f"{named} need a column")
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


def _cell(value: object) -> object:
    """A cell may be written as a header, or as a day that is the same in every row."""
    if isinstance(value, str):
        return {"column": value}
    return {"constant": value} if isinstance(value, date) else value


AnyCell = Annotated[Cell, BeforeValidator(_cell)]
