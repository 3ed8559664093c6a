"""Safety floors as evidence: rules that run without the model, MLflow or the network."""

from models.floors.assessed import Assessed, assessed, human_levels
from models.floors.evidence import floors_of
from models.floors.leads import leads

__all__ = ["Assessed", "assessed", "floors_of", "human_levels", "leads"]
