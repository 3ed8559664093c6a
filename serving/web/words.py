"""The pages' words: one catalogue, Chinese and English under each key."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from data_schemas.instruments import Words, packaged_instruments
from models.assessment import InstrumentResult

CATALOGUE = Path(__file__).parent / "words.toml"
LANGUAGES = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Words]:
    """All words by key; raises pydantic's `ValidationError` where a key lacks a language, which is a bug."""
    return {key: Words.model_validate(entry) for key, entry in tomllib.loads(CATALOGUE.read_text("utf-8")).items()}


def say(key: str, language: str, **values: object) -> str:
    """The words under `key` with `values` filled in; raises `KeyError` for an unknown key."""
    return pick(catalogue()[key], language).format(**values)


def pick(words: Words, language: str) -> str:
    return words.zh if language == "zh" else words.en


def instrument_label(code: str) -> Words | None:
    """The short name of a questionnaire that Runxin brings."""
    instrument = packaged_instruments().get(code)
    return instrument.label if instrument else None


def instrument_name(result: InstrumentResult) -> Words:
    """The short name that the result brings, else the whole one."""
    return result.label or result.name
