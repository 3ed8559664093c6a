"""Miss review: what befell students below the line is looked back on, half-year by half-year."""

from serving.miss_review.classes import MissClass, classified
from serving.miss_review.halves import Half, half_of, read_half
from serving.miss_review.review import NOT_SAID, Case, case_of, review_half
from serving.miss_review.service import MissReading, open_misses
from serving.miss_review.store import KeptCase, KeptReview, keep_reviews, reviewed_halves, reviews_of

__all__ = [
    "NOT_SAID",
    "Case",
    "Half",
    "KeptCase",
    "KeptReview",
    "MissClass",
    "MissReading",
    "case_of",
    "classified",
    "half_of",
    "keep_reviews",
    "open_misses",
    "read_half",
    "review_half",
    "reviewed_halves",
    "reviews_of",
]
