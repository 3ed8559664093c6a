"""Drafting a file of totals: figures that a platform worked out, without the answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data_schemas.cells import NUMBER, Texts, without_points
from data_schemas.instruments import Instrument
from data_schemas.instruments.scores import Floats
from data_schemas.instruments.units import OWN, RAW, readings
from data_schemas.mapping.questions import NONE, Question, reference, toml_list, toml_text
from data_schemas.mapping.recognition import called, names_alone
from data_schemas.mapping.sheet_days import Day, day_text, waves_in

_TOTAL = re.compile(r"总分|总得分|得分|总均分|均分|总评|标准分|总标准分|合计|总计|score|total|\bsum\b", re.IGNORECASE)
_TOTAL_ALONE = re.compile(r"总分|总得分|total(?: score)?", re.IGNORECASE)
_RAW = re.compile(r"粗分|原始分|raw", re.IGNORECASE)
_LEFT = re.compile(r"因子分?|分量表|量表$|得分|均分|分数|维度|分$|[\W_]", re.IGNORECASE)


@dataclass(frozen=True)
class Totals:
    """Columns of totals, by scale, of one of the `instruments`; of several it is asked which."""

    instruments: tuple[Instrument, ...]
    columns: Mapping[str, str]
    day: Day

    @property
    def headers(self) -> frozenset[str]:
        return frozenset(self.columns.values())


def totals_in(
    headers: Sequence[str], texts: Mapping[str, Texts], places: Sequence[str], known: Mapping[str, Instrument]
) -> list[tuple[tuple[Instrument, ...], dict[str, str]]]:
    """Columns of figures that name a questionnaire and one of its scores. `places` are the names of the sheet and the
    file, by which a scale is understood that names no questionnaire itself."""
    figures = [header for header in headers if _is_figure(texts[header])]
    found: list[tuple[tuple[str, ...], dict[str, str]]] = []
    around = next((codes for place in places if (codes := tuple(called(place, known)))), ())
    for header in figures:
        codes = tuple(called(header, known)) or around
        score = next((score for code in codes if (score := _score(header, known[code]))), None)
        if score is not None:
            _put(found, codes, score, header)
    found = found or _by_scales(figures, known) or _by_range(figures, texts, known)
    return [(tuple(known[code] for code in codes), columns) for codes, columns in found]


def _put(found: list[tuple[tuple[str, ...], dict[str, str]]], codes: tuple[str, ...], score: str, header: str) -> None:
    """Put a column among those of its questionnaire and wave; a second one of the same score is left unread."""
    wave = waves_in(header)
    mine = next((columns for others, columns in found if others == codes and _wave(columns) == wave), None)
    if mine is None:
        found.append((codes, {score: header}))
    else:
        mine.setdefault(score, header)


def _wave(columns: Mapping[str, str]) -> frozenset[str]:
    return waves_in(next(iter(columns.values())))


def named_totals(
    headers: Sequence[str], texts: Mapping[str, Texts], known: Mapping[str, Instrument]
) -> list[tuple[tuple[Instrument, ...], dict[str, str]]]:
    """Of columns beside items those whose own headers name one of the `known` questionnaires."""
    return totals_in([header for header in headers if called(header, known)], texts, (), known)


def _by_scales(figures: Sequence[str], known: Mapping[str, Instrument]) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """Where nothing names the questionnaire, those that have all of at least two scales: it is asked which. The only
    total beside them is theirs."""
    plain = {_LEFT.sub("", header): header for header in figures}
    totals = [header for header in figures if _TOTAL_ALONE.fullmatch(header)]
    found: dict[str, dict[str, str]] = {}
    for code, one in known.items():
        every = {score.code for score in one.scores}
        names = {
            _LEFT.sub("", form): score.code for score in one.scores for form in (score.zh, score.en, *score.called)
        }
        hits = {names[form]: header for form, header in plain.items() if names.get(form, "total") != "total"}
        if len(hits) > 1:
            found[code] = hits | ({"total": totals[0]} if len(totals) == 1 and "total" in every else {})
    most = max(map(len, found.values()), default=0)
    codes = tuple(code for code, hits in found.items() if len(hits) == most)
    return [(codes, found[codes[0]])] if codes else []


def _by_range(
    figures: Sequence[str], texts: Mapping[str, Texts], known: Mapping[str, Instrument]
) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """Where the only figures are of one total that names nothing: every questionnaire that can have them is asked."""
    totals = [header for header in figures if _TOTAL.search(header)]
    if len(totals) != 1:
        return []
    values = _numbers(texts[totals[0]])
    codes = tuple(code for code, one in known.items() if any(readings(one, "total", values)))
    return [(codes, {"total": totals[0]})] if codes else []


def _numbers(column: Texts) -> Floats:
    plain = map(without_points, column.distinct)
    return np.array([float(text) for text in plain if NUMBER.fullmatch(text)])


def totals_block(
    totals: Totals, texts: Mapping[str, Texts], student: str, name: str
) -> tuple[list[str], list[Question], list[str]]:
    """The lines of the block, the questions that it asks, and what else is to be looked at."""
    questions: list[Question] = []
    notes: list[str] = []
    one = totals.instruments[0]
    code = one.code
    if totals.instruments[1:]:
        codes = tuple(each.code for each in totals.instruments)
        shown = ", ".join(list(totals.columns.values())[:5])
        ask = f"{shown} 是哪份量表（谁填的）？ / which questionnaire, filled in by whom, are {shown}?"
        questions.append(Question(id=f"totals-{codes[0]}", ask=ask, choices=(*codes, NONE)))
        code = reference(f"totals-{codes[0]}")
    lines = [f'table = "scores" # {one.name.zh}', f'file = "{name}"']
    lines.append(f"skip_if_missing = {toml_list(totals.columns.values())} # 没有分数的格不成一条 / a blank is no score")
    lines += [
        "[blocks.columns]",
        f"student_id = {toml_text(student)}",
        f"instrument = {{ constant = {toml_text(code)} }}",
    ]
    lines.append(f"administered_on = {day_text(totals.day)}")
    lines += [] if totals.instruments[1:] else _unit(totals, texts, questions)
    lines.append("[blocks.long]")
    lines += [f"{scale} = {toml_text(header)}" for scale, header in totals.columns.items()]
    if f'unit = {{ constant = "{RAW}" }}' in lines:
        notes.append(f"{one.code}: its figures fit only as plain sums of the answers, and are read as these")
    return lines, questions, notes


def _unit(totals: Totals, texts: Mapping[str, Texts], questions: list[Question]) -> list[str]:
    """The unit and the coding of the figures, where these may be more than one."""
    one = totals.instruments[0]
    fitting: list[set[tuple[str, str | None]]] = []
    for scale, header in totals.columns.items():
        fitting.append(set(readings(one, scale, _numbers(texts[header]))))
    every = set.intersection(*fitting)
    units, variants = {unit for unit, _ in every}, {variant for _, variant in every}
    lines = []
    if RAW in units and OWN in units:
        ask = f"{one.code}：分数是量表自己的记分（own）还是各题相加的粗分（raw）？ / its own unit, or a plain sum?"
        questions.append(Question(id=f"{one.code}-unit", ask=ask, choices=(OWN, RAW)))
        lines.append(f"unit = {{ constant = {toml_text(reference(f'{one.code}-unit'))} }}")
    elif units == {RAW}:
        lines.append(f'unit = {{ constant = "{RAW}" }}')
    if len(variants) > 1:
        names = tuple(one.codings[0].variant if variant is None else variant for variant in sorted(variants, key=str))
        ask = f"{one.code}：各题是按哪种编码相加的？ / by which coding of the answers was it summed?"
        questions.append(Question(id=f"{one.code}-coding", ask=ask, choices=names))
        lines.append(f"coding_variant = {{ constant = {toml_text(reference(f'{one.code}-coding'))} }}")
    return lines


def names_score(header: str, known: Mapping[str, Instrument]) -> bool:
    """Whether a header is that of a questionnaire's figure: it has the name of one, or of a scale alone."""
    if called(header, known):
        return True
    plain = _LEFT.sub("", header).casefold()
    return any(
        plain == _LEFT.sub("", form).casefold()
        for one in known.values()
        for score in one.scores
        for form in (score.zh, score.en, *score.called)
    )


def _is_figure(column: Texts) -> bool:
    return bool(column.distinct) and all(NUMBER.fullmatch(without_points(text)) for text in column.distinct)


def _score(header: str, one: Instrument) -> str | None:
    """Which score of a questionnaire a header names: a scale by its own name, or else the total."""
    if _RAW.search(header) and "raw" in {score.code for score in one.scores}:
        return "raw"
    plain = _LEFT.sub("", header).casefold()
    named = {
        form: score.code
        for score in one.scores
        if score.code not in ("total", "raw")
        for form in (_LEFT.sub("", each).casefold() for each in (score.zh, score.en, *score.called))
        if len(form) > 1 and form in plain
    }
    if named:
        return named[max(named, key=len)]
    return "total" if _TOTAL.search(header) or names_alone(header, one) else None
