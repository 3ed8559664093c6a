"""What a feature matrix is made by: everything that has to be the same at training, at night and in a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from data_schemas.instruments import Instrument
from data_schemas.own_features import OwnFeature
from models.features.feature import Feature
from models.features.questionnaire import QuestionnaireReading, reading_of
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

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @cached_property
    def readings(self) -> dict[str, QuestionnaireReading]:
        """How each questionnaire is read."""
        return {code: reading_of(one, self.reference) for code, one in self.instruments.items()}

    @cached_property
    def own(self) -> tuple[OwnFeature, ...]:
        return tuple(feature.own for feature in self.features if feature.own is not None)

    @cached_property
    def described(self) -> bool:
        """Whether there are features among them that no model reads."""
        return not all(feature.modelled for feature in self.features)
