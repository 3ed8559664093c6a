"""What MLflow loads for `mlflow.pyfunc.load_model("models:/runxin/…")`: a thin adapter over the installed package, kept
in the registry as this file (model from code, no pickle).

It is for looking at a model: it takes a data frame of features and answers with `margin`, `probability` and `tier`,
each as the model alone gives them. No student is assessed by it: floors, evidence and people's words are not in it.
"""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from models import load_artifact
from models.scored_frame import scored_frame


class RunxinModel(PythonModel):
    """`predict` takes one column per feature of the model, in any order (n, p), missing values as NaN."""

    def load_context(self, context: Any) -> None:
        self.artifact = load_artifact(Path(context.artifacts["runxin"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        return scored_frame(self.artifact, model_input)


mlflow.models.set_model(RunxinModel())
