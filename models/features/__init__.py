"""Features: one pure function per family, from arrays to arrays, point in time."""

from models.features.build import build_features, rows_of
from models.features.catalogue import Feature, catalogue, catalogue_json, catalogue_of_json
from models.features.matrix import Matrix

__all__ = [
    "Feature",
    "Matrix",
    "build_features",
    "catalogue",
    "catalogue_json",
    "catalogue_of_json",
    "rows_of",
]
