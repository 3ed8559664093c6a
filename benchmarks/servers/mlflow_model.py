"""The model that `mlflow models serve` answers with: probability and LightGBM's own contributions, from features."""

import lightgbm
import mlflow
import numpy as np
from mlflow.pyfunc import PythonModel, PythonModelContext


class Explaining(PythonModel):  # type: ignore[misc]
    def load_context(self, context: PythonModelContext) -> None:
        self.booster = lightgbm.Booster(model_file=context.artifacts["model"])

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        """(n, features + 1): contributions and, in the last column, the probability."""
        values = np.asarray(model_input, dtype=np.float64)
        found = np.asarray(self.booster.predict(values, pred_contrib=True, num_threads=1))
        found[:, -1] = 1 / (1 + np.exp(-found.sum(axis=1)))
        return found


mlflow.models.set_model(Explaining())
