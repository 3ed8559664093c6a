"""One sheet scored slowly and exactly, to hold the vectorised scorer against."""

import math
from dataclasses import dataclass
from fractions import Fraction

from data_schemas.instruments import Coding, Instrument, Score

Sheet = list[int | None]


@dataclass(frozen=True)
class Reference:
    """Scores by code (None where there is none), blank items, critical status, void."""

    values: dict[str, float | None]
    n_missing: int
    critical: str
    void: bool


def reference(one: Instrument, answers: Sheet, coding: Coding | None = None) -> Reference:
    """Every score of one sheet."""
    own = _skipped(one, [_own(coding or one.coding, answer) for answer in answers])
    blanks = sum(answer is None for answer in own)
    scarce = blanks > one.most_missing or blanks == one.items
    values = {score.code: None if scarce and score.kind != "level" else _value(one, score, own) for score in one.scores}
    void = any(_least(one, one.score(rule.score), own) >= rule.at_least for rule in one.validity)
    return Reference(values, blanks, _critical(one, own), void)


def _skipped(one: Instrument, own: Sheet) -> Sheet:
    """Answers with the lowest one where a branch did not ask."""
    filled = list(own)
    for branch in one.branches:
        if filled[branch.item - 1] == branch.answer:
            for item in branch.skips:
                if filled[item - 1] is None:
                    filled[item - 1] = one.coding.low
    return filled


def _own(coding: Coding, answer: int | None) -> int | None:
    if answer is None:
        return None
    return (coding.low + coding.high - answer if coding.flipped else answer) + coding.shift


def _points(one: Instrument, item: int, own: Sheet) -> int | None:
    answer = own[item - 1]
    if answer is None:
        return None
    return one.coding.low + one.coding.high - answer if item in one.turned else answer


def _value(one: Instrument, score: Score, own: Sheet) -> float | None:
    items = one.items_of(score)
    given = [points for item in items if (points := _points(one, item, own)) is not None]
    most = one.most_missing if score.most_missing is None else score.most_missing
    if score.kind == "level":
        return _level(score, own, one.coding.low)
    if len(items) - len(given) > most or not given:
        return None
    if score.kind in ("count", "mean_of_counted"):
        return _counted(one, score, own)
    low = one.coding.low
    above = Fraction(sum(given) - low * len(given)) * len(items) / len(given)
    if score.kind == "sum" and len(given) < len(items):
        above = Fraction(math.floor(above + Fraction(1, 2)))
    raw = above + low * len(items)
    if score.kind == "mean":
        raw /= len(items)
    raw *= Fraction(score.times)
    return float(math.floor(raw) if score.truncated else raw)


def _counted(one: Instrument, score: Score, own: Sheet) -> float | None:
    starts = {item: score.counts_from_of.get(item, score.counts_from or 0) for item in one.items_of(score)}
    counted = [item for item, start in starts.items() if (answer := own[item - 1]) is not None and answer >= start]
    if score.needs_any and not set(counted) & set(score.needs_any):
        counted = []
    if score.kind == "count":
        return float(len(counted))
    held = [answer for item in counted if (answer := own[item - 1]) is not None]
    return float(Fraction(sum(held), len(held))) if held else None


def _level(score: Score, own: Sheet, low: int) -> float | None:
    yes = [step.value for step in score.steps for item in step.any_of if (a := own[item - 1]) is not None and a > low]
    asked = all(own[item - 1] is not None for step in score.steps for item in step.any_of)
    top = max(step.value for step in score.steps)
    return float(max(yes, default=0)) if asked or top in yes else None


def _least(one: Instrument, score: Score, own: Sheet) -> float:
    """A sum as far as it is proven: just so many blanks scaled up as may be, the others at their lowest."""
    items = one.items_of(score)
    given = [points - one.coding.low for item in items if (points := _points(one, item, own)) is not None]
    most = one.most_missing if score.most_missing is None else score.most_missing
    counted = max(len(given), len(items) - most, 1)
    return math.floor(Fraction(sum(given)) * len(items) / counted + Fraction(1, 2)) + one.coding.low * len(items)


def _critical(one: Instrument, own: Sheet) -> str:
    answers = [(own[critical.item - 1], critical.at_least) for critical in one.critical]
    if any(answer is not None and answer >= start for answer, start in answers):
        return "positive"
    return "unknown" if any(answer is None for answer, _ in answers) else "negative"
