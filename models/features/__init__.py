"""Features: one pure function per family, from arrays to arrays, point in time."""

from models.features.build import build_features
from models.features.catalogue import catalogue, full_catalogue, in_words_of_today
from models.features.feature import Feature, catalogue_json, catalogue_of_json
from models.features.matrix import Matrix
from models.features.readable import readable
from models.features.recipe import Recipe

__all__ = [
    "Feature",
    "Matrix",
    "Recipe",
    "build_features",
    "catalogue",
    "catalogue_json",
    "catalogue_of_json",
    "full_catalogue",
    "in_words_of_today",
    "readable",
]
