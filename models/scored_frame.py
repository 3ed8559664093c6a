"""A data frame of features, scored by a model alone: for looking at models, never for assessing a student."""

import numpy as np
import pandas as pd

from data_schemas.codes import Tier
from models.artifact import Artifact
from models.calibration import probabilities
from models.risk_model import margins
from models.tiers import model_tiers
from runxin.errors import bad_data

OUTPUTS = {"margin": "double", "probability": "double", "tier": "string"}


def scored_frame(artifact: Artifact, features: pd.DataFrame) -> pd.DataFrame:
    """`margin`, `probability` and the code of the `tier` that the model alone gives, a row a student, under the index
    of `features`. Raises `UserError` naming the features that are absent."""
    names = [feature.name for feature in artifact.features]
    absent = [name for name in names if name not in features.columns]
    if absent:
        raise bad_data(f"features are absent: {', '.join(absent)}", fix="`runxin features` makes the whole matrix")
    values = features[names].to_numpy(dtype=np.float32)
    scored, thresholds = margins(artifact.model, values), artifact.policy.thresholds
    assert thresholds is not None, "a trained model has thresholds"
    probability = probabilities(artifact.calibration, scored.value)
    tier = model_tiers(probability, probabilities(artifact.calibration, scored.without_family), thresholds)
    codes = {one.ord: one.code for one in Tier}
    return pd.DataFrame(
        {"margin": scored.value, "probability": probability, "tier": [codes[int(one)] for one in tier]},
        index=features.index,
    )
