"""What a questionnaire is: a TOML file of facts with their sources, read into a frozen object."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from runxin.errors import Problem, bad_data

PACKAGED = Path(__file__).parent / "definitions"


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Strict):
    """The same words in both languages."""

    zh: str
    en: str


class Coding(Strict):
    """Lowest and highest code of every item, as the sheet is exported."""

    variant: str
    low: int
    high: int


class Band(Strict):
    """A band starts at `at_least` and ends where the next begins."""

    at_least: float
    code: str
    zh: str
    en: str


class Critical(Strict):
    """An item that a person must look at whatever the total says."""

    item: int
    at_least: int
    topic: Literal["suicidality", "harm_to_others"]
    zh: str
    en: str


class Missing(Strict):
    """Up to `most` blank items are replaced by the mean of the answered ones; with more there is no total."""

    most: int


class InstrumentFloor(Strict):
    """A total of `at_least` opens a floor; `source` says who proposed it. Policy switches it."""

    at_least: float
    tier: Literal["watch", "priority"]


class Instrument(Strict):
    """A questionnaire's definition.

    Item answers are integers from `coding.low` to `coding.high`; `reversed` items are turned so that a
    higher answer is always the adverse one. `feature_items` names the items that the model reads one by one
    beside the total. `typical_seconds` is not a limit; sheets carry their own duration.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Words
    short: Words | None = None
    items: int = Field(ge=1)
    coding: Coding
    reversed: tuple[int, ...] = ()
    recall_days: int = Field(ge=1)
    ages: tuple[float, float]
    missing: Missing
    polarity: Literal["adverse"] = "adverse"
    bands: tuple[Band, ...] = ()
    critical: tuple[Critical, ...] = ()
    suicidality_covered: bool
    feature_items: tuple[int, ...] = ()
    item_names: dict[int, Words] = {}
    floors: tuple[InstrumentFloor, ...] = ()
    floors_source: str
    licence: str
    source: str

    @model_validator(mode="after")
    def _consistent(self) -> "Instrument":
        if self.coding.low >= self.coding.high:
            raise ValueError("coding.low must be below coding.high")
        named = (*self.reversed, *self.feature_items, *(c.item for c in self.critical), *self.item_names)
        beyond = sorted({item for item in named if not 1 <= item <= self.items})
        if beyond:
            raise ValueError(f"items {beyond} are named, but there are only {self.items}")
        starts = [band.at_least for band in self.bands]
        if starts != sorted(set(starts)):
            raise ValueError("bands must start at rising values")
        return self

    @property
    def label(self) -> Words:
        """The short name that sentences use."""
        return self.short or self.name

    @property
    def lowest(self) -> int:
        """The total when every answer is the lowest."""
        return self.coding.low * self.items

    @property
    def highest(self) -> int:
        return self.coding.high * self.items

    @property
    def span(self) -> int:
        """Points between the lowest and the highest answer of one item."""
        return self.coding.high - self.coding.low


def parse_instrument(text: str, file: str) -> Instrument:
    """Read a definition; raises `UserError` that names every field at fault."""
    try:
        return Instrument.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise bad_data("an instrument definition is not TOML", [Problem(str(error), file=file)]) from error
    except ValidationError as error:
        problems = [
            Problem(fault["msg"], file=file, column=".".join(str(part) for part in fault["loc"]) or None)
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise bad_data("an instrument definition is at fault", problems) from error


def instrument_toml(instrument: Instrument) -> str:
    """The definition as TOML text, which reads back as the same instrument."""
    return tomli_w.dumps(instrument.model_dump(mode="json", exclude_none=True))


def read_instruments(folder: Path) -> dict[str, Instrument]:
    """All definitions of a folder by code; raises `UserError` for a faulty or doubled one."""
    found: dict[str, Instrument] = {}
    for file in sorted(folder.glob("*.toml")):
        instrument = parse_instrument(file.read_text("utf-8"), file.name)
        if instrument.code in found:
            raise bad_data("two definitions share a code", [Problem(f"code {instrument.code!r} again", file=file.name)])
        found[instrument.code] = instrument
    return found


@cache
def packaged_instruments() -> dict[str, Instrument]:
    """The definitions that Runxin brings, by code."""
    return read_instruments(PACKAGED)
