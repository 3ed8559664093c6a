"""What a feature is: one declaration, from which matrix, constraints, sentences and documents follow."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from data_schemas.instruments import Words
from data_schemas.own_features import OwnFeature
from data_schemas.tables import Sensitivity

Group = Literal["questionnaire", "leave", "family", "concern", "talk", "context"]


@dataclass(frozen=True)
class Feature:
    """One column of the matrix.

    A feature of direction 1 is adverse: raising it never lowers the score. What is missing is a feature of its own
    with direction 1, and the value itself then stands at its lowest, so that by construction a missing value never
    scores below the lowest one.

    `topic` joins features that one sentence speaks for; `missing` names the feature that says the topic's source is
    not there, and `lowest` the figure that then stands in. Sentences are templates over `value`, `date` and, for a
    `score` of an `instrument`, `band_zh` or `band_en`; a score is shown in its own points and read standardised.
    `kept_out` says why no model reads the feature; it is for people then, and may be blank. `own` declares one that a
    dataset brings along.
    """

    name: str
    group: Group
    direction: Literal[0, 1]
    topic: str
    missing: str | None
    text: Words
    lowest: float = 0.0
    instrument: str = ""
    score: str = ""
    unit: str = ""
    sensitivity: Sensitivity = Sensitivity.SENSITIVE
    source: str = ""
    kept_out: str = ""
    own: OwnFeature | None = None

    @property
    def modelled(self) -> bool:
        return not self.kept_out


def catalogue_json(features: Iterable[Feature]) -> list[dict[str, Any]]:
    return [
        {
            **asdict(feature),
            "text": feature.text.model_dump(),
            "sensitivity": feature.sensitivity.value,
            "own": feature.own.model_dump(mode="json") if feature.own else None,
        }
        for feature in features
    ]


def catalogue_of_json(content: Iterable[Mapping[str, Any]]) -> tuple[Feature, ...]:
    """The features that an artifact was trained on; raises pydantic's, `ValueError` or `TypeError` where the form is
    another."""
    return tuple(
        Feature(
            **{
                **entry,
                "text": Words.model_validate(entry["text"]),
                "sensitivity": Sensitivity(entry["sensitivity"]),
                "own": OwnFeature.model_validate(entry["own"]) if entry["own"] else None,
            }
        )
        for entry in content
    )
