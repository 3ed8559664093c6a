"""Questionnaires: a definition file each, and one scorer."""

from data_schemas.instruments.definition import (
    Band,
    Instrument,
    Words,
    instrument_toml,
    packaged_instruments,
    parse_instrument,
    read_instruments,
)
from data_schemas.instruments.scorer import CRITICAL_STATUSES, Scores, band_of, half_up, score_sheets

__all__ = [
    "CRITICAL_STATUSES",
    "Band",
    "Instrument",
    "Scores",
    "Words",
    "band_of",
    "half_up",
    "instrument_toml",
    "packaged_instruments",
    "parse_instrument",
    "read_instruments",
    "score_sheets",
]
