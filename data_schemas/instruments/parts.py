"""The parts of a questionnaire's definition, each with the key of the source its numbers come from."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Topic = Literal["suicidality", "harm_to_others"]
Polarity = Literal["adverse", "protective", "neutral"]
Kind = Literal["sum", "mean", "count", "mean_of_counted", "level", "given"]


def _int_keys(value: object) -> object:
    """TOML writes every key as text."""
    return {int(k): v for k, v in value.items()} if isinstance(value, dict) else value


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Strict):
    """The same words in both languages."""

    zh: str
    en: str


@lru_cache(maxsize=4096)
def words(zh: str, en: str) -> Words:
    """The pair, made once: results of a city name the same scores over and over."""
    return Words(zh=zh, en=en)


ItemWords = Annotated[dict[int, Words], BeforeValidator(_int_keys)]


class Citation(Strict):
    """Where numbers come from. `confirmed` was read in the source itself or two independent ones; `unconfirmed` is
    passed on by others only; `policy` is Runxin's own choice. The latter two are to be settled by who uses them."""

    text: str
    status: Literal["confirmed", "unconfirmed", "policy"]


class Coding(Strict):
    """One way in which sheets are coded: whole numbers `low` … `high`.

    The first coding of a definition is its own: keys, thresholds and totals are read in it. Answers in another one are
    brought there by `flipped` (low + high − answer) and then `shift` (added). `words` are what platforms write
    in place of a number, as a code of this coding.
    """

    variant: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")
    low: int = Field(ge=0)
    high: int = Field(le=100)
    shift: int = 0
    flipped: bool = False
    words: dict[str, int] = {}
    source: str

    @model_validator(mode="after")
    def _rising(self) -> "Coding":
        if self.low >= self.high:
            raise ValueError("low must be below high")
        beyond = sorted(word for word, code in self.words.items() if not self.low <= code <= self.high)
        if beyond:
            raise ValueError(f"the words {', '.join(beyond)} stand for codes outside {self.low} to {self.high}")
        return self


class Band(Strict):
    """A band starts at `at_least` and ends where the next begins."""

    at_least: float
    code: str
    zh: str
    en: str


class BandSet(Strict):
    """Bands for everyone, or only for some: `ages` from (inclusive) to (exclusive), one respondent, one sex.

    The first set of a score that fits is read; `scheme` names a set that is only shown beside it.
    """

    bands: tuple[Band, ...] = Field(min_length=1)
    ages: tuple[float, float] | None = None
    respondent: Literal["self", "parent", "teacher"] | None = None
    sex: Literal["male", "female"] | None = None
    scheme: str | None = None
    source: str

    @model_validator(mode="after")
    def _rising(self) -> "BandSet":
        starts = [band.at_least for band in self.bands]
        if starts != sorted(set(starts)):
            raise ValueError("bands must start at rising values")
        return self


class AnswerLevel(Strict):
    """A level that is reached by an answer above the lowest to any of `any_of`."""

    value: int = Field(ge=1)
    any_of: tuple[int, ...] = Field(min_length=1)


class Score(Strict):
    """One figure of a sheet.

    `items` are counted from 1; none means all. `sum` and `mean` run over them after reversal; `times` multiplies, and
    `truncated` then drops the fraction. `count` counts items of at least `counts_from` (`counts_from_of` for single
    items), and is 0 unless one of `needs_any` counts. `mean_of_counted` is the mean of the items that count. `level`
    is the highest of `steps` that is reached. `given` comes without items, within `range`.
    `parts` are scores that make this one up: together they run over the same items or, of `given` ones, are its sum.
    Up to `most_missing` blank items are replaced by the mean of the answered ones (the sheet's own limit where it is
    not said); sums are then rounded half up.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    zh: str
    en: str
    called: tuple[str, ...] = ()  # what platforms head its column with beside these, to be read and never shown
    kind: Kind = "sum"
    items: tuple[int, ...] = ()
    times: float = Field(default=1.0, gt=0)
    truncated: bool = False
    counts_from: int | None = None
    counts_from_of: Annotated[dict[int, int], BeforeValidator(_int_keys)] = {}
    needs_any: tuple[int, ...] = ()
    steps: tuple[AnswerLevel, ...] = ()
    range: tuple[float, float] | None = None
    parts: tuple[str, ...] = ()
    most_missing: int | None = Field(default=None, ge=0)
    polarity: Polarity
    bands: tuple[BandSet, ...] = ()
    source: str

    @model_validator(mode="after")
    def _kind_is_whole(self) -> "Score":
        counted = self.kind in ("count", "mean_of_counted")
        for given, wanted, what in (
            (self.range is not None, self.kind == "given", "range"),
            (self.counts_from is not None, counted, "counts_from"),
            (bool(self.steps), self.kind == "level", "steps"),
        ):
            if given != wanted:
                raise ValueError(f"{what} belongs to the kinds that need it, and {self.kind} is not written so")
        return self


class Validity(Strict):
    """A score from which the whole sheet is void; its critical items still count."""

    score: str
    at_least: float
    zh: str
    en: str
    source: str


class Branch(Strict):
    """Where `item` was answered `answer`, the items under `skips` are not asked: blank there is not missing."""

    item: int
    answer: int
    skips: tuple[int, ...]
    source: str


class Level(Strict):
    """From this answer on an item opens a floor. `rule` is the number of the safety rule it belongs to; a school's own
    questionnaire has none."""

    at_least: int
    tier: Literal["watch", "priority", "crisis"]
    rule: str | None = None


class Critical(Strict):
    """An item that a person must look at whatever the total says. A blank one is unknown, never negative."""

    item: int
    topic: Topic
    zh: str
    en: str
    levels: tuple[Level, ...] = Field(min_length=1)
    source: str

    @property
    def at_least(self) -> int:
        """The answer from which the item is positive."""
        return self.levels[0].at_least

    @model_validator(mode="after")
    def _rising(self) -> "Critical":
        starts = [level.at_least for level in self.levels]
        if starts != sorted(set(starts)):
            raise ValueError("levels must start at rising answers")
        return self


class Soft(Strict):
    """An item that hints at hopelessness without asking about suicide: named to the counselor, never a floor."""

    item: int
    at_least: int
    zh: str
    en: str
    source: str


class Contradiction(Strict):
    """Two items that say the opposite of each other, one of them reversed; answers that differ by the whole coding
    after reversal were hardly read."""

    items: tuple[int, int]
    source: str


class When(Strict):
    """`how_many` of `scores` reach `at_least`."""

    scores: tuple[str, ...] = Field(min_length=1)
    at_least: float
    how_many: int = Field(default=1, ge=1)


class Expected(Strict):
    """The share of a population that a floor was found, or is reckoned, to flag."""

    share: float = Field(gt=0, lt=1)
    zh: str
    en: str
    source: str


class InstrumentFloor(Strict):
    """A tier that figures alone open when any of `when` holds. The policy may switch it off by its id."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    tier: Literal["watch", "priority"]
    when: tuple[When, ...] = Field(min_length=1)
    expected: tuple[Expected, ...] = ()
    source: str


class High(Strict):
    """From here on a score is called high: on a scale that does not ask about suicide, safety is asked in person."""

    score: str = "total"
    at_least: float
    source: str


class Cut(Strict):
    """A published cut-off with its accuracy. For reading; nothing is decided by it."""

    score: str = "total"
    at_least: float
    zh: str
    en: str
    sensitivity: float | None = None
    specificity: float | None = None
    auc: float | None = None
    source: str


class Reliability(Strict):
    """For the reliable-change index (Jacobson & Truax 1991): a reliability of a score, and its standard deviation in
    points where one was published; otherwise that of the reference group is taken."""

    score: str = "total"
    value: float = Field(gt=0, lt=1)
    kind: Literal["retest", "alpha", "split_half"]
    sd: float | None = Field(default=None, gt=0)
    source: str
    sd_source: str | None = None


class Missing(Strict):
    """With more than `most` blank items a sheet has no total and is not valid."""

    most: int = Field(ge=0)
    source: str


class Sourced(Strict):
    """A list of items with where it is from."""

    items: tuple[int, ...]
    source: str
