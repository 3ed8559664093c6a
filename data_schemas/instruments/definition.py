"""What a questionnaire is: a TOML file of facts, each with its source, read into a frozen object."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from data_schemas.instruments.parts import (
    Branch,
    Citation,
    Coding,
    Contradiction,
    Critical,
    Cut,
    High,
    InstrumentFloor,
    ItemWords,
    Missing,
    Reliability,
    Score,
    Soft,
    Sourced,
    Strict,
    Validity,
    Words,
)

Family = Literal[
    "depression",
    "anxiety",
    "distress",
    "stress",
    "sleep",
    "loneliness",
    "internet_use",
    "strengths_difficulties",
    "resilience",
    "wellbeing",
    "suicidality",
    "behaviour",
    "other",
]

RESERVED = frozenset(["missing", "stale", "invalid", "blank_items", "earlier_max"])


def _listed(value: Any) -> Any:
    """`high` may be written `[high]` or `[[high]]`."""
    return () if value is None else [value] if isinstance(value, dict) else value


class Licence(Strict):
    """`free` may be shipped with its wording; of `keys_only` only numbers are here; a `score_only` scale is scored
    elsewhere and its totals are read."""

    status: Literal["free", "keys_only", "score_only"]
    text: str
    source: str


class Recall(Strict):
    """The window that the questions ask about, in days."""

    days: int = Field(ge=1)
    source: str


class Ages(Strict):
    """Validated from … to (exclusive), in years."""

    years: tuple[float, float]
    source: str


class Instrument(Strict):
    """A questionnaire's definition.

    A dataset keeps the definitions that its sheets were read by.
    `form` is `items` where answers are scored here and `scores` where totals and subscales are read as they are given.
    Every `source` is a key of `sources`. `reversed` items are turned so that a higher answer is adverse (or, of a
    protective score, better). `feature_items` names the items that the model reads one by one beside the scores.
    Raises pydantic's `ValidationError` where a number has no source, an item or score does not exist, wording is
    given that is not free, or neither a floor nor the reason for having none is named.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(default=1, ge=1)  # a changed definition is another one
    edition: str | None = None  # of the questionnaire itself, such as "DASS-21, 2nd ed. 1995"
    name: Words
    short: Words | None = None
    family: Family
    form: Literal["items", "scores"] = "items"
    items: int = Field(default=0, ge=0, le=500)
    sources: dict[str, Citation]
    licence: Licence
    recall: Recall
    age: Ages
    suicidality_covered: bool
    codings: tuple[Coding, ...] = ()
    must_declare_coding: bool = False
    reversed: Sourced | None = None
    missing: Missing | None = None
    scores: tuple[Score, ...] = Field(min_length=1)
    validity: tuple[Validity, ...] = ()
    branches: tuple[Branch, ...] = ()
    critical: tuple[Critical, ...] = ()
    soft: tuple[Soft, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    floors: tuple[InstrumentFloor, ...] = ()
    no_floor: str | None = None
    high: Annotated[tuple[High, ...], BeforeValidator(_listed)] = ()
    cuts: tuple[Cut, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    feature_items: tuple[int, ...] = ()
    item_names: ItemWords = Field(default_factory=dict)
    item_texts: ItemWords = Field(default_factory=dict)
    texts_source: str | None = None
    notes: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Instrument":
        faults = [*self._form_faults(), *self._reference_faults(), *self._floor_faults()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def label(self) -> Words:
        """The short name that sentences use."""
        return self.short or self.name

    @property
    def coding(self) -> Coding:
        """The coding in which keys, thresholds and totals are read."""
        return self.codings[0]

    @property
    def turned(self) -> tuple[int, ...]:
        """The reversed items."""
        return self.reversed.items if self.reversed is not None else ()

    @property
    def span(self) -> int:
        """Points between the lowest and the highest answer of one item."""
        return self.coding.high - self.coding.low

    @property
    def total(self) -> Score:
        """The figure that bands are read on, called `total`."""
        return self.score("total")

    @property
    def lowest(self) -> float:
        """The lowest total that there can be."""
        return self.range_of("total")[0]

    @property
    def highest(self) -> float:
        return self.range_of("total")[1]

    @property
    def most_missing(self) -> int:
        """Blank items up to which a sheet has a total."""
        return self.missing.most if self.missing is not None else 0

    def place(self, code: str) -> int:
        """Where a score stands among `scores`; raises `KeyError`."""
        for place, score in enumerate(self.scores):
            if score.code == code:
                return place
        raise KeyError(code)

    def score(self, code: str) -> Score:
        """The score of that code; raises `KeyError`."""
        return self.scores[self.place(code)]

    def items_of(self, score: Score) -> tuple[int, ...]:
        return score.items or tuple(range(1, self.items + 1))

    def range_of(self, code: str) -> tuple[float, float]:
        """The lowest and the highest value a score can have in the definition's own coding."""
        score = self.score(code)
        if score.kind == "given":
            assert score.range is not None
            return score.range
        low, high, n = self.coding.low, self.coding.high, len(self.items_of(score))
        if score.kind == "sum":
            ends = low * n * score.times, high * n * score.times
            return (float(int(ends[0])), float(int(ends[1]))) if score.truncated else ends
        if score.kind == "mean":
            return low * score.times, high * score.times
        if score.kind == "count":
            return 0.0, float(n)
        if score.kind == "level":
            return 0.0, float(max(step.value for step in score.steps))
        assert score.counts_from is not None
        return float(score.counts_from), float(high)

    def coding_of(self, variant: str | None) -> Coding:
        """The coding of that name, or the definition's own where none is named; raises `KeyError` for an unknown one
        and `LookupError` where it has to be declared and is not."""
        if variant is None:
            if self.must_declare_coding:
                raise LookupError(
                    f"{self.code} has to declare its coding: {', '.join(c.variant for c in self.codings)}"
                )
            return self.coding
        for coding in self.codings:
            if coding.variant == variant:
                return coding
        raise KeyError(variant)

    def _form_faults(self) -> Iterator[str]:
        codes = [score.code for score in self.scores]
        if "total" not in codes:
            yield "a score with the code total is needed: the figure that bands are read on"
        if len(codes) != len(set(codes)):
            yield "two scores share a code"
        taken = sorted(set(codes) & RESERVED) + [code for code in codes if code.startswith("item_")]
        if taken:
            yield f"the code {', '.join(taken)} is taken by a feature"
        given = [score.kind == "given" for score in self.scores]
        if self.form == "scores":
            if not all(given) or self.items or self.codings or self.critical or self.soft or self.missing:
                yield "a definition of the form scores has given scores only, and neither items nor codings"
            return
        if any(given):
            yield "given scores belong to the form scores"
        if self.items < 1 or not self.codings or self.missing is None:
            yield "a definition of the form items needs items, codings and missing"
            return
        own = self.codings[0]
        if own.shift or own.flipped:
            yield "the first coding is the definition's own: it has neither shift nor flipped"
        if len({coding.variant for coding in self.codings}) != len(self.codings):
            yield "two codings share a name"
        for score in self.scores:
            if score.most_missing is None and 0 < len(score.items) < self.items:
                yield f"the score {score.code} needs most_missing: it does not run over all items"
        if self.licence.status == "score_only":
            yield "a score_only scale cannot have the form items"

    def _reference_faults(self) -> Iterator[str]:
        named: list[int] = [*self.turned, *self.feature_items, *self.item_names, *self.item_texts]
        named += [critical.item for critical in self.critical] + [soft.item for soft in self.soft]
        named += [branch.item for branch in self.branches]
        named += [item for branch in self.branches for item in branch.skips]
        named += [item for pair in self.contradictions for item in pair.items]
        for score in self.scores:
            named += [*score.items, *score.counts_from_of, *score.needs_any]
            named += [item for step in score.steps for item in step.any_of]
        beyond = sorted({item for item in named if not 1 <= item <= self.items})
        if beyond:
            yield f"items {beyond} are named, but there are only {self.items}"
        codes = {score.code for score in self.scores}
        wanted = {rule.score for rule in self.validity} | {cut.score for cut in self.cuts}
        wanted |= {known.score for known in self.reliability}
        wanted |= {code for floor in self.floors for when in floor.when for code in when.scores}
        wanted |= {high.score for high in self.high} | {code for score in self.scores for code in score.parts}
        if wanted - codes:
            yield f"there is no score {', '.join(sorted(wanted - codes))}"
        else:
            yield from self._part_faults()
        unsourced = sorted(set(sources_named(self.model_dump(exclude={"sources"}))) - set(self.sources))
        if unsourced:
            yield f"there is no source {', '.join(unsourced)}"
        if self.item_texts and (self.licence.status != "free" or self.texts_source is None):
            yield "wording may be given only where the licence is free, with the source of the wording"

    def _part_faults(self) -> Iterator[str]:
        for score in self.scores:
            parts = [self.score(code) for code in score.parts]
            of_items = sorted(item for part in parts for item in self.items_of(part))
            if not parts or (score.kind == "given" and {part.kind for part in parts} == {"given"}):
                continue
            if {score.kind, *(part.kind for part in parts)} - {"sum", "mean"} or score.truncated:
                yield f"only sums, means and given scores have parts, and {score.code} or one of its parts is none"
            elif of_items != sorted(self.items_of(score)):
                yield f"the parts of {score.code} do not run over its items, each once"

    def _floor_faults(self) -> Iterator[str]:
        if bool(self.floors) == (self.no_floor is not None):
            yield "name floors, or say in no_floor why there is none"
        if not self.suicidality_covered and not self.high and self.total.polarity == "adverse":
            yield "a scale that does not ask about suicide says in high from where safety is asked in person"
        if self.suicidality_covered != any(critical.topic == "suicidality" for critical in self.critical):
            yield "suicidality is covered exactly where a critical item asks about it"


def sources_named(content: Any) -> Iterator[str]:
    """Every key of a source that a definition's content refers to."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in ("source", "sd_source", "texts_source") and isinstance(value, str):
                yield value
            else:
                yield from sources_named(value)
    elif isinstance(content, (list, tuple)):
        for value in content:
            yield from sources_named(value)
