"""The model that a report speaks of, kept beside the one that serves: the same kind and settings, without the newest
wave, which it was judged by."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from models.calibration import Calibration
from models.policy import Thresholds
from models.risk_model import RiskModel
from models.scorer_files import scorer_files, scorer_of
from models.spline_model import spline_of_json
from models.uncertainty import band_of_json

if TYPE_CHECKING:
    from models.artifact import Artifact


def judged_json(judged: "Artifact") -> dict[str, Any]:
    """What differs between the two: all else (features, questionnaires, reference figures) they share."""
    return {
        "training": judged.manifest.training,
        "seen": list(judged.manifest.seen),
        "scorer": scorer_files(judged.model.scorer),
        "calibration": asdict(judged.calibration),
        "band": judged.band.to_json() if judged.band is not None else None,
        "logistic": judged.logistic.to_json(),
        "thresholds": judged.policy.thresholds.model_dump() if judged.policy.thresholds is not None else None,
    }


def judged_of_json(content: Mapping[str, Any], serving: "Artifact") -> "Artifact":
    """Read what `judged_json` wrote, beside the model that serves; raises `KeyError`, `TypeError` or `ValueError` where
    the form is another."""
    manifest, thresholds = serving.manifest, content["thresholds"]
    scorer = scorer_of(manifest.kind, content["scorer"])
    policy = {"thresholds": Thresholds.model_validate(thresholds) if thresholds is not None else None}
    return replace(
        serving,
        manifest=manifest.model_copy(update={"training": content["training"], "seen": tuple(content["seen"])}),
        model=RiskModel(serving.features, scorer, serving.model.family_cap),
        calibration=Calibration(**content["calibration"]),
        band=band_of_json(content["band"]) if content["band"] is not None else None,
        logistic=spline_of_json(content["logistic"]),
        policy=serving.policy.model_copy(update=policy),
        monitoring=None,
    )


def judged_text(judged: "Artifact") -> str:
    return json.dumps(judged_json(judged), ensure_ascii=False, indent=1, sort_keys=True)
