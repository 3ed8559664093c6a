"""Safety floors and leads as evidence: rules that run without the model, MLflow or the network."""

from models.floors.evidence import floors_of
from models.floors.leads import leads

__all__ = ["floors_of", "leads"]
