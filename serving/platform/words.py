"""The pages' words: one catalogue, Chinese and English under each key, of what each slice brings."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from data_schemas.instruments import Words, packaged_instruments
from models.assessment import InstrumentResult
from models.plurals import one_of

SLICES = Path(__file__).parents[1]
LANGUAGES = ("zh", "en")


def word_files() -> list[Path]:
    """The words of the platform and of every slice."""
    return sorted(SLICES.glob("*/words.toml"))


@cache
def catalogue() -> Mapping[str, Words]:
    """All words by key. A key that lacks a language (pydantic's `ValidationError`) or stands in two files
    (`ValueError`) is a bug."""
    found: dict[str, Words] = {}
    for file in word_files():
        for key, entry in tomllib.loads(file.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"{key} is defined twice, again in {file.parent.name}")
            found[key] = Words.model_validate(entry)
    return found


def say(key: str, language: str, **values: object) -> str:
    """The words under `key` with `values` filled in; raises `KeyError` for an unknown key."""
    if not values:
        return _said(key, language)
    said = pick(catalogue()[key], language).format(**values)
    return said if language == "zh" else one_of(said)


@cache
def _said(key: str, language: str) -> str:
    """A page says the same words some thousand times."""
    return pick(catalogue()[key], language).format()


def pick(words: Words, language: str) -> str:
    return words.zh if language == "zh" else words.en


def instrument_label(code: str) -> Words | None:
    """The short name of a questionnaire that Runxin brings."""
    instrument = packaged_instruments().get(code)
    return instrument.label if instrument else None


def instrument_name(result: InstrumentResult) -> Words:
    """The short name that the result brings, else the whole one."""
    return result.label or result.name
