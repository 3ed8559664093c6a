"""Each questionnaire over time: its totals on its bands, with the days of talks, as a drawing and as a table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from data_schemas.instruments import Instrument, Words
from models.assessment import Assessment, InstrumentResult
from models.sentences import caveats_before, caveats_of
from models.triage import Present
from serving.platform.words import instrument_name

WIDTH, HEIGHT = 640, 180  # units of the drawing
LEFT, RIGHT, TOP, FOOT = 32, 88, 12, 36  # margins: figures, names of bands, air, talks and days


@dataclass(frozen=True)
class Plotted:
    """One sheet, drawn at `x` and `y`. `critical` is its critical items' status, "uncovered" where it asks nothing
    about self-harm and None where only the total is kept; `void` says that the sheet was not valid, `caveats` what
    takes away from its total."""

    on: date
    total: float
    band: Words | None
    critical: str | None
    void: bool
    caveats: tuple[Words, ...] = ()
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Strip:
    """A band of totals, from `y` down over `height`; `at_least` is the total it begins at."""

    name: Words
    at_least: float
    y: float
    height: float
    shaded: bool


@dataclass(frozen=True)
class Course:
    """A questionnaire's sheets, oldest first. `talks` are places of days on which somebody spoke with the student, in
    the time that is drawn."""

    code: str
    name: Words
    sheets: tuple[Plotted, ...]
    strips: tuple[Strip, ...]
    talks: tuple[tuple[date, float], ...]

    @property
    def line(self) -> str:
        return " ".join(f"{one.x},{one.y}" for one in self.sheets if not one.void)


def courses_of(
    now: Present, history: Sequence[Assessment], known: Mapping[str, Instrument], today: date
) -> tuple[Course, ...]:
    """Of every questionnaire with two sheets or more that have a total, by name of its code. It is read from the
    assessments that are on file: no questionnaire is looked up again."""
    current = [] if now.facts.assessment is None else [now.facts.assessment]
    kept: dict[str, dict[date, Plotted]] = {}
    names: dict[str, Words] = {}
    for assessment in (*history, *current):
        for result in assessment.instruments:
            names[result.code] = instrument_name(result)
            sheets = kept.setdefault(result.code, {})
            for one in _sheets(result):
                there = sheets.get(one.on)
                if there is None or one.critical is not None or one.total != there.total:
                    sheets[one.on] = one  # what was said last counts: a total may have been corrected
    talks = sorted({word.observed_on for word in now.words if word.is_interview})
    return tuple(
        _draw(code, names[code], sorted(sheets.values(), key=lambda one: one.on), known.get(code), talks, today)
        for code, sheets in sorted(kept.items())
        if len(sheets) > 1
    )


def _sheets(result: InstrumentResult) -> Iterable[Plotted]:
    """The sheet of a result, and those before it whose totals it tells."""
    if result.first_on is not None and result.first_total is not None:
        yield Plotted(result.first_on, result.first_total, result.first_band, None, False)
    if result.previous_on is not None and result.previous_total is not None:
        before = caveats_before(result)
        yield Plotted(result.previous_on, result.previous_total, result.previous_band, None, False, before)
    if result.total is not None:
        status = result.critical_status if result.suicidality_covered else "uncovered"
        said = caveats_of(result)
        yield Plotted(result.administered_on, result.total, result.band, status, not result.valid, said)


def _draw(
    code: str, name: Words, sheets: Sequence[Plotted], known: Instrument | None, talks: Sequence[date], today: date
) -> Course:
    totals = [one.total for one in sheets]
    low, high = (known.lowest, known.highest) if known is not None else (min(0.0, *totals), max(1.0, *totals))
    low, high = min(low, *totals), max(high, *totals)
    first, last = sheets[0].on, max(today, sheets[-1].on)
    days = max(1, (last - first).days)

    def x(day: date) -> float:
        return round(LEFT + (day - first).days / days * (WIDTH - LEFT - RIGHT), 1)

    def y(total: float) -> float:
        return round(TOP + (high - total) / (high - low) * (HEIGHT - TOP - FOOT), 1)

    placed = tuple(replace(one, x=x(one.on), y=y(one.total)) for one in sheets)
    inside = tuple((day, x(day)) for day in talks if first <= day <= last)
    return Course(code, name, placed, _strips(known, low, high, y) if known is not None else (), inside)


def _strips(known: Instrument, low: float, high: float, y: Callable[[float], float]) -> tuple[Strip, ...]:
    """The bands that hold for everyone; none are drawn where they depend on who the student is."""
    fits = (one for one in known.total.bands if one.scheme is None)
    first = next(fits, None)
    if first is None or (first.ages, first.sex, first.respondent) != (None, None, None):
        return ()
    starts = [max(low, band.at_least) for band in first.bands]
    ends = [*starts[1:], high]
    return tuple(
        Strip(Words(zh=band.zh, en=band.en), start, y(end), round(y(start) - y(end), 1), place % 2 == 1)
        for place, (band, start, end) in enumerate(zip(first.bands, starts, ends, strict=True))
    )
