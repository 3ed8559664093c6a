"""Questionnaires: a definition file each, and one scorer."""

from data_schemas.instruments.bands import band_in, band_of
from data_schemas.instruments.change import Change, change_of
from data_schemas.instruments.definition import Instrument
from data_schemas.instruments.key import BLANK
from data_schemas.instruments.library import (
    instrument_toml,
    known_instruments,
    packaged_instruments,
    parse_instrument,
    read_instruments,
)
from data_schemas.instruments.parts import Band, Coding, Critical, InstrumentFloor, Score, Words
from data_schemas.instruments.scorer import declared_coding, score_rows, score_sheets
from data_schemas.instruments.scores import CRITICAL_STATUSES, Scores, given_scores, half_up, join_scores, meets
from data_schemas.instruments.sheet import SheetReader, SheetResult, score_sheet

__all__ = [
    "BLANK",
    "CRITICAL_STATUSES",
    "Band",
    "Change",
    "Coding",
    "Critical",
    "Instrument",
    "InstrumentFloor",
    "Score",
    "Scores",
    "SheetReader",
    "SheetResult",
    "Words",
    "band_in",
    "band_of",
    "change_of",
    "declared_coding",
    "given_scores",
    "half_up",
    "instrument_toml",
    "join_scores",
    "known_instruments",
    "meets",
    "packaged_instruments",
    "parse_instrument",
    "read_instruments",
    "score_rows",
    "score_sheet",
    "score_sheets",
]
