"""From a filled-in Excel template to a checked definition of a school's own questionnaire."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from pydantic import ValidationError

from data_schemas.archives import refuse_oversized
from data_schemas.cells import BadCell, number, text_of
from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.library import validation_problems
from data_schemas.instruments.workbook_layout import (
    ABOUT,
    ABOUT_FIELDS,
    BANDS,
    ITEMS,
    RULES,
    SCALES,
    TABLES,
    WORDS,
    Field,
)
from data_schemas.reader_faults import damaged
from runxin.errors import Problem, bad_data, how_many

Row = dict[str, Any]
SOURCE = "school"
MOST_ROWS = 5_000  # of a page; the longest questionnaire has 100 items
PROSE = ("name_zh", "name_en", "licence_text", "source", "zh", "en")  # kept as written, full-width signs and all


def read_workbook(path: Path) -> Instrument:
    """The definition that a filled-in template describes.

    Raises `UserError` (bad data) that names everything at fault by page, row and column.
    """
    problem = Problem("this is not an .xlsx workbook that can be read", file=path.name, fix="save it as .xlsx")
    content, broken = path.read_bytes(), bad_data("the workbook cannot be read", [problem])
    refuse_oversized(path, content, broken)
    with damaged(broken):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        pages = {
            name: list(book[name].iter_rows(max_row=MOST_ROWS, values_only=True))
            for name in (ABOUT, *TABLES)
            if name in book.sheetnames
        }
        book.close()
    absent = [name for name in (ABOUT, *TABLES) if name not in pages]
    if absent:
        fix = "start from `runxin instrument template`"
        raise bad_data(
            "the workbook is not the template", [Problem(f"no page {n}", path.name, fix=fix) for n in absent]
        )
    problems: list[Problem] = []
    about = _about(path.name, iter(pages[ABOUT]), problems)
    tables = {
        name: list(_rows(path.name, name, fields, iter(pages[name]), problems)) for name, fields in TABLES.items()
    }
    if not problems:
        problems += _misfits(path.name, about, tables)
    if problems:
        raise bad_data(f"{how_many(len(problems), 'problem')} in the sheet, nothing was written", problems)
    try:
        return Instrument.model_validate(_definition(about, tables))
    except ValidationError as error:
        raise bad_data("the questionnaire does not hold together", validation_problems(error, path.name)) from error


def _about(file: str, lines: Iterator[tuple[Any, ...]], problems: list[Problem]) -> Row:
    found: Row = {}
    by_header = {_level(field.header): field for field in ABOUT_FIELDS}
    for row, line in enumerate(lines, start=1):
        field = by_header.get(_level(line[0])) if line else None
        if field is not None:
            found[field.key] = _value(file, ABOUT, field, line[1] if len(line) > 1 else None, row, problems)
    for field in ABOUT_FIELDS:
        if field.key not in found:
            problems.append(Problem("this line is absent", f"{file} · {ABOUT}", column=field.header))
    return found


def _rows(
    file: str, name: str, fields: tuple[Field, ...], lines: Iterator[tuple[Any, ...]], problems: list[Problem]
) -> Iterator[Row]:
    """The filled rows of a page; columns are known by their headers, in any order."""
    header = [_level(cell) for cell in next(lines, ())]
    places = {field.key: header.index(_level(field.header)) for field in fields if _level(field.header) in header}
    for field in fields:
        if field.key not in places:
            problems.append(Problem("this column is absent", f"{file} · {name}", 1, field.header))
    for row, line in enumerate(lines, start=2):
        if any(text_of(cell) for cell in line):
            found: Row = {"row": row}
            for field in fields:
                place = places.get(field.key, len(line))
                cell = line[place] if place < len(line) else None
                found[field.key] = _value(file, name, field, cell, row, problems)
            yield found


def _level(header: object) -> str:
    """A header as it is compared: full-width forms levelled, without the mark of a field that must be filled in."""
    return (text_of(header) or "").removesuffix("*").strip()


def _value(file: str, page: str, field: Field, cell: object, row: int, problems: list[Problem]) -> Any:
    """What a cell means; None where it is blank or at fault, and then it is among the problems."""

    def fault(what: str, fix: str) -> None:
        problems.append(Problem(what, f"{file} · {page}", row, field.header, fix))

    text = text_of(cell)
    if text is None:
        if field.required:
            fault("the cell is blank and must not be", field.hint or "fill it in")
        return None
    if field.choices:
        known = dict(field.choices)
        if text in known:
            return known[text]
        if text in known.values():
            return text
        fault("this is not one of the choices", f"one of {', '.join(known)}")
        return None
    if not (field.whole or field.number):
        return str(cell).strip() if field.key in PROSE else text
    try:
        value = number(text)
    except BadCell as error:
        fault(error.what, "write a number")
        return None
    if field.whole and value != int(value):
        fault("not a whole number", "mend it")
        return None
    return int(value) if field.whole else value


def _misfits(file: str, about: Row, tables: dict[str, list[Row]]) -> Iterator[Problem]:
    """Rows against each other."""
    numbers = [row["item"] for row in tables[ITEMS]]
    expected = set(range(1, about["items"] + 1))
    item_header, scale_header = TABLES[ITEMS][0].header, TABLES[ITEMS][2].header
    for row in tables[ITEMS]:
        place = f"{file} · {ITEMS}", row["row"]
        if row["item"] not in expected or numbers.count(row["item"]) > 1:
            fix = f"number the {about['items']} items 1, 2, 3 … once each"
            yield Problem("no item has this number, or two have it", *place, item_header, fix)
        if row["scale"] is not None and row["scale"] not in {scale["code"] for scale in tables[SCALES]}:
            yield Problem("no such scale", *place, scale_header, f"add it to the page {SCALES}")
        critical = [row[key] for key in ("topic", "at_least", "tier")]
        if any(part is not None for part in critical) and None in critical:
            fix = "fill in topic, code and tier, or none of them"
            yield Problem("a critical item is half described", *place, TABLES[ITEMS][5].header, fix)
    missing = sorted(expected - set(numbers))
    if missing:
        listed = ", ".join(map(str, missing[:20]))
        yield Problem(f"items {listed} have no row", f"{file} · {ITEMS}", None, item_header, "a row for each item")
    known = {"total", *(scale["code"] for scale in tables[SCALES])}
    for page in (BANDS, RULES):
        for row in tables[page]:
            if row["score"] not in known:
                fix = f"one of {', '.join(sorted(known))}"
                yield Problem("no such score", f"{file} · {page}", row["row"], TABLES[page][0].header, fix)
    for row in tables[WORDS]:
        if not about["low"] <= row["code"] <= about["high"]:
            fix = f"from {about['low']} to {about['high']}"
            yield Problem("a code outside the coding", f"{file} · {WORDS}", row["row"], TABLES[WORDS][1].header, fix)
    if about["suicidality"] == "no" and about["polarity"] == "adverse" and about["high_from"] is None:
        high = next(field for field in ABOUT_FIELDS if field.key == "high_from")
        yield Problem("the cell is blank and must not be", f"{file} · {ABOUT}", None, high.header, high.hint)


def _definition(about: Row, tables: dict[str, list[Row]]) -> Row:
    """The content of a definition file."""
    items = tables[ITEMS]
    turned = [row["item"] for row in items if row["reversed"] == "yes"]
    total = {"zh": "总分", "en": "total", "kind": about["kind"], "polarity": about["polarity"]}
    scales: list[Row] = [{"code": "total", **total}]
    parts = ("code", "zh", "en", "kind", "polarity", "most_missing")
    scales += [{key: row[key] for key in parts} for row in tables[SCALES]]
    scores = []
    for scale in scales:
        mine = [row["item"] for row in items if row["scale"] == scale["code"]]
        bands = sorted((row for row in tables[BANDS] if row["score"] == scale["code"]), key=lambda row: row["at_least"])
        plain = [{key: band[key] for key in ("at_least", "code", "zh", "en")} for band in bands]
        sets = [{"bands": plain, "source": SOURCE}] if plain else []
        scores.append({**scale, "items": mine, "source": SOURCE, "bands": sets})
    floors = [
        {
            "code": f"{row['score'].replace('_', '-')}-{row['at_least']:g}".replace(".", "-"),
            "tier": row["tier"],
            "when": [{"scores": [row["score"]], "at_least": row["at_least"]}],
            "source": SOURCE,
        }
        for row in tables[RULES]
    ]
    definition: Row = {
        "code": about["code"],
        "name": {"zh": about["name_zh"], "en": about["name_en"]},
        "family": about["family"],
        "items": about["items"],
        "sources": {SOURCE: {"text": about["source"], "status": about["source_status"]}},
        "licence": {"status": about["licence"], "text": about["licence_text"], "source": SOURCE},
        "recall": {"days": about["recall_days"], "source": SOURCE},
        "age": {"years": (about["age_from"], about["age_to"]), "source": SOURCE},
        "suicidality_covered": about["suicidality"] == "yes",
        "codings": [
            {
                "variant": f"{about['low']}-{about['high']}",
                "low": about["low"],
                "high": about["high"],
                "words": {row["word"]: row["code"] for row in tables[WORDS]},
                "source": SOURCE,
            }
        ],
        "missing": {"most": about["most_missing"], "source": SOURCE},
        "scores": scores,
        "critical": [
            {
                "item": row["item"],
                "topic": row["topic"],
                "zh": row["zh"] or f"第{row['item']}题",
                "en": row["en"] or f"item {row['item']}",
                "levels": [{"at_least": row["at_least"], "tier": row["tier"]}],
                "source": SOURCE,
            }
            for row in items
            if row["topic"] is not None
        ],
        "floors": floors,
        "no_floor": None if floors else "The school named none.",
        "item_names": {row["item"]: {"zh": row["zh"], "en": row["en"]} for row in items if row["zh"] and row["en"]},
        "reversed": {"items": turned, "source": SOURCE} if turned else None,
        "high": None if about["high_from"] is None else {"at_least": about["high_from"], "source": SOURCE},
    }
    return {key: value for key, value in definition.items() if value is not None}
