"""A questionnaire's definition in words, and what a reader should know before using it."""

from collections.abc import Iterator
from typing import Any

from data_schemas.codes import Tier
from data_schemas.instruments import Instrument, Score

MARKS = {"confirmed": "confirmed", "unconfirmed": "UNCONFIRMED", "policy": "policy"}


def line_of(one: Instrument, own: bool) -> dict[str, Any]:
    """A questionnaire in few words."""
    return {
        "code": one.code,
        "name": one.name.model_dump(),
        "family": one.family,
        "form": one.form,
        "items": one.items,
        "range": list(one.range_of("total")),
        "codings": [coding.variant for coding in one.codings],
        "recall_days": one.recall.days,
        "ages": list(one.age.years),
        "licence": one.licence.status,
        "suicidality_covered": one.suicidality_covered,
        "own": own,
    }


def warnings_of(one: Instrument) -> list[str]:
    """What is not settled, or missing and often needed."""
    found = [
        f"{key}: {MARKS[source.status]}: {source.text}"
        for key, source in one.sources.items()
        if source.status != "confirmed"
    ]
    if not any(score.code == "total" and score.bands for score in one.scores):
        found.append("the total has no bands")
    if not one.reliability:
        found.append("no reliability is known, so no change can be called more than measurement error")
    if one.form == "items" and not one.suicidality_covered:
        found.append("it does not ask about suicide: a high total brings a question about safety")
    return found


def definition_words(one: Instrument) -> str:
    """The whole definition, a fact a line."""
    return "\n".join(_lines(one))


def _lines(one: Instrument) -> Iterator[str]:
    yield f"{one.code}  {one.name.zh} / {one.name.en}"
    youngest, oldest = one.age.years
    yield f"{one.family}; {one.items or 'no'} items; recall {one.recall.days} days; ages {youngest:g} to {oldest:g}"
    yield f"licence: {one.licence.status}: {one.licence.text}"
    if one.notes:
        yield f"{one.notes.zh} / {one.notes.en}"
    for coding in one.codings:
        words = ", ".join(f"{word}={code}" for word, code in coding.words.items())
        yield f"coding {coding.variant}: {coding.low} to {coding.high}{', reversed' if coding.flipped else ''}" + (
            f" ({words})" if words else ""
        )
    if one.must_declare_coding:
        yield "the coding of a sheet has to be declared"
    if one.turned:
        yield f"reversed items: {item_runs(one.turned)}"
    if one.missing:
        yield f"blanks: a total with up to {one.missing.most}"
    for score in one.scores:
        yield _score(one, score)
        for bands in score.bands:
            who = "".join(f", {part}" for part in (bands.scheme, bands.respondent, bands.sex) if part)
            ages = f", ages {bands.ages[0]:g} to {bands.ages[1]:g}" if bands.ages else ""
            listed = " · ".join(f"{band.at_least:g} {band.zh} {band.en}" for band in bands.bands)
            yield f"    bands{who}{ages}: {listed} [{one.sources[bands.source].status}]"
    for rule in one.validity:
        yield f"void from {rule.score} {rule.at_least:g}: {rule.zh} / {rule.en}"
    for critical in one.critical:
        levels = ", ".join(
            f"{level.at_least} → {Tier.of(level.tier).zh} {level.rule or ''}".strip() for level in critical.levels
        )
        yield f"critical {critical.zh} / {critical.en} ({critical.topic}): {levels}"
    for soft in one.soft:
        yield f"worth asking about: {soft.zh} / {soft.en} from {soft.at_least}"
    for floor in one.floors:
        when = " or ".join(
            f"{part.how_many} of {len(part.scores)} scores from {part.at_least:g}"
            if len(part.scores) > 1
            else f"{part.scores[0]} from {part.at_least:g}"
            for part in floor.when
        )
        yield f"floor {one.code}-{floor.code}: {Tier.of(floor.tier).zh} when {when}"
    if one.no_floor:
        yield f"no floor: {one.no_floor}"
    for known in one.reliability:
        yield f"reliability of {known.score}: {known.value:g} ({known.kind})"
    for key, source in one.sources.items():
        yield f"source {key} [{MARKS[source.status]}]: {source.text}"


def _score(one: Instrument, score: Score) -> str:
    low, high = one.range_of(score.code)
    items = f", items {item_runs(score.items)}" if score.items else ""
    return f"score {score.code} {score.zh} / {score.en}: {score.kind}, {low:g} to {high:g}, {score.polarity}{items}"


def item_runs(items: tuple[int, ...]) -> str:
    """Item numbers with runs joined: 1–15, 17."""
    runs: list[list[int]] = []
    for item in sorted(items):
        if runs and item == runs[-1][-1] + 1:
            runs[-1].append(item)
        else:
            runs.append([item])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
