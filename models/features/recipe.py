"""What a feature matrix is made by: everything that has to be the same at training, at night and in a request."""

from collections.abc import Mapping
from dataclasses import dataclass

from data_schemas.instruments import Instrument
from models.features.catalogue import Feature
from models.policy import Staleness
from models.reference import Reference


@dataclass(frozen=True)
class Recipe:
    """The columns in their order, the questionnaires they were made for, the figures these are standardised by, and
    how long a sheet counts."""

    features: tuple[Feature, ...]
    instruments: Mapping[str, Instrument]
    reference: Reference
    staleness: Staleness
