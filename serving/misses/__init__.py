"""Miss review: what befell students below the line is looked back on, half-year by half-year."""

from serving.misses.classes import MissClass, classified
from serving.misses.halves import Half, half_of, read_half
from serving.misses.hiding import hidden_below
from serving.misses.review import NOT_SAID, Case, case_of, review_half

__all__ = [
    "NOT_SAID",
    "Case",
    "Half",
    "MissClass",
    "case_of",
    "classified",
    "half_of",
    "hidden_below",
    "read_half",
    "review_half",
]
