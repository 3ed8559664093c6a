"""What a request's form cannot say: known questionnaires, answers within their coding, days that have been, facts that
contradict each other."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from data_schemas.codes import Stage
from data_schemas.instruments import Instrument, declared_coding
from data_schemas.instruments.units import impossible, in_own_unit, readings
from data_schemas.own_features import OwnFeature
from data_schemas.rules import ORDERED
from data_schemas.stages import contradictions
from data_schemas.tables import TABLES
from runxin.errors import Problem, UserError, bad_data
from serving.api.request import ScoreRequest

# Every day in a record by its list; none of them may lie after the as-of date. A leave and a family flag may end later.
DAYS = {
    "responses": ("administered_on",),
    "scores": ("administered_on",),
    "leaves": ("start_on", "recorded_on"),
    "leave_totals": ("until_on", "recorded_on"),
    "family": ("valid_from", "recorded_on"),
    "concerns": ("reported_on", "recorded_on"),
    "consents": ("given_on", "withdrawn_on"),
    "contacts": ("contacted_on", "recorded_on"),
    "features": ("observed_on", "recorded_on"),
}
# Pairs of days that come in this order: those of a dataset's rows.
SPANS = {name: pairs for name, pairs in ORDERED.items() if name in ("leaves", "family", "consents", "feeds")}
MOMENTS = {"responses": ("submitted_at", "received_at"), "scores": ("received_at",)}


def check_request(
    request: ScoreRequest, instruments: Mapping[str, Instrument], own: Sequence[OwnFeature], today: date
) -> date:
    """The as-of date of a valid request; raises `UserError` (bad data) naming every field at fault. `own` are the
    features of the operator's own that the serving model reads."""
    as_of = request.as_of or today
    problems = [*_days(request, as_of, today), *_spans(request), *_student(request, as_of)]
    problems += _sheets(request, instruments)
    problems += [*_scores(request, instruments), *_feeds(request), *_own(request, own)]
    if problems:
        raise invalid(problems)
    return as_of


def invalid(problems: list[Problem]) -> UserError:
    fields = "1 field" if len(problems) == 1 else f"{len(problems)} fields"
    return bad_data(f"{fields} of the record at fault", problems)


def _days(request: ScoreRequest, as_of: date, today: date) -> Iterator[Problem]:
    if as_of > today:
        yield Problem("the as-of date has not come yet", column="as_of", fix="leave it out to mean today")
    for column in ("birth_date", "enrolled_on"):
        day = getattr(request, column)
        if day is not None and day > as_of:
            yield Problem("this day lies after the as-of date", column=column)
    for name, columns in DAYS.items():
        for index, row in enumerate(getattr(request, name) or ()):
            for column in columns:
                day = getattr(row, column)
                if day is not None and day > as_of:
                    yield Problem("this day lies after the as-of date", column=f"{name}[{index}].{column}")
    for name, columns in MOMENTS.items():
        for index, row in enumerate(getattr(request, name) or ()):
            for column in columns:
                moment = getattr(row, column)
                if moment is not None and moment.date() > as_of:
                    yield Problem("this moment lies after the as-of date", column=f"{name}[{index}].{column}")


def _spans(request: ScoreRequest) -> Iterator[Problem]:
    for name, pairs in SPANS.items():
        for index, row in enumerate(getattr(request, name) or ()):
            for first, last in pairs:
                start, end = getattr(row, first), getattr(row, last)
                if start is not None and end is not None and end < start:
                    yield Problem(f"this day lies before {first}", column=f"{name}[{index}].{last}")


def _student(request: ScoreRequest, as_of: date) -> Iterator[Problem]:
    found = contradictions(Stage.of(request.stage), request.grade, request.age_years, request.birth_date, as_of)
    for column, what in found:
        yield Problem(what, column=column, fix="send what is so, or null where it is not known")
    if request.birth_date and request.enrolled_on and request.enrolled_on < request.birth_date:
        yield Problem("this day lies before birth_date", column="enrolled_on")


def _sheets(request: ScoreRequest, instruments: Mapping[str, Instrument]) -> Iterator[Problem]:
    for index, sheet in enumerate(request.responses or ()):
        place = f"responses[{index}]"
        instrument = instruments.get(sheet.instrument)
        if instrument is None:
            yield _unknown(f"{place}.instrument", instruments)
            continue
        if instrument.form == "scores":
            what = f"{instrument.code} is scored elsewhere: its answers are not read"
            yield Problem(what, column=f"{place}.instrument", fix="send its total and subscales under scores")
            continue
        try:
            coding = declared_coding(instrument, sheet.coding_variant)
        except UserError as error:
            known = error.problems[0]
            yield Problem(known.what, column=f"{place}.coding_variant", fix=known.fix)
            continue
        if len(sheet.answers) != instrument.items:
            yield Problem(
                f"{instrument.code} has {instrument.items} items, answers given: {len(sheet.answers)}",
                column=f"{place}.answers",
                fix="give null for an item left blank",
            )
            continue
        for item, answer in enumerate(sheet.answers):
            if answer is not None and not coding.low <= answer <= coding.high:
                fault = f"an answer of {instrument.code} is a whole number from {coding.low} to {coding.high}, or null"
                yield Problem(fault, column=f"{place}.answers[{item}]")


def _scores(request: ScoreRequest, instruments: Mapping[str, Instrument]) -> Iterator[Problem]:
    for index, score in enumerate(request.scores or ()):
        place = f"scores[{index}]"
        instrument = instruments.get(score.instrument)
        if instrument is None:
            yield _unknown(f"{place}.instrument", instruments)
            continue
        known = [one.code for one in instrument.scores]
        if score.scale not in known:
            yield Problem(
                f"{instrument.code} has no such score", column=f"{place}.scale", fix=f"one of {', '.join(known)}"
            )
            continue
        stated = np.array([score.value])
        try:
            own = in_own_unit(instrument, score.scale, stated, score.unit, score.coding_variant)
        except ValueError as error:
            yield Problem(str(error), column=f"{place}.unit", fix="state another unit, or send the answers")
            continue
        if impossible(instrument, score.scale, own).any():
            low, high = instrument.range_of(score.scale)
            what = "a total" if score.scale == "total" else f"the score {score.scale}"
            inside = low <= own[0] <= high
            fault = "is a figure that no answers come to" if inside else f"lies from {low:g} to {high:g}"
            fitting = [
                {"unit": unit, "coding_variant": coding} for unit, coding in readings(instrument, score.scale, stated)
            ]
            fix = f"it fits as {' or as '.join(map(json.dumps, fitting))}" if fitting else None
            yield Problem(f"{what} of {instrument.code} {fault}", column=f"{place}.value", fix=fix)


def _feeds(request: ScoreRequest) -> Iterator[Problem]:
    for index, feed in enumerate(request.feeds or ()):
        if feed.table not in TABLES:
            yield Problem("no such table", column=f"feeds[{index}].table", fix=f"one of {', '.join(TABLES)}")


def _own(request: ScoreRequest, own: Sequence[OwnFeature]) -> Iterator[Problem]:
    known = {feature.name: feature for feature in own}
    for index, row in enumerate(request.features or ()):
        feature = known.get(row.name)
        if feature is None:
            fix = f"one of {', '.join(known)}" if known else "it was trained without features of your own"
            yield Problem("the model reads no such feature", column=f"features[{index}].name", fix=fix)
        elif not feature.low <= row.value <= feature.high:
            what = f"{feature.name} lies from {feature.low:g} to {feature.high:g}"
            yield Problem(what, column=f"features[{index}].value")


def _unknown(column: str, instruments: Mapping[str, Instrument]) -> Problem:
    return Problem("no questionnaire of this code is defined", column=column, fix=f"one of {', '.join(instruments)}")
