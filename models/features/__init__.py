"""Features: one pure function per family, from arrays to arrays, point in time."""

from models.features.build import build_features, rows_of
from models.features.catalogue import Feature, catalogue, catalogue_json, catalogue_of_json
from models.features.matrix import Matrix
from models.features.recipe import Recipe

__all__ = [
    "Feature",
    "Matrix",
    "Recipe",
    "build_features",
    "catalogue",
    "catalogue_json",
    "catalogue_of_json",
    "rows_of",
]
