"""A few figures made of many features, each feature weighted as published: what a model of few labels reads, and what
orders students where no model may."""

from models.indices.effects import EFFECTS, Effect
from models.indices.indexed import IndexedModel, indexed_of_json
from models.indices.indices import INDICES, Index, Indices, indices_of

__all__ = ["EFFECTS", "INDICES", "Effect", "Index", "IndexedModel", "Indices", "indexed_of_json", "indices_of"]
