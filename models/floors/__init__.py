"""Safety floors as open evidence: rules that run without the model, MLflow or the network."""

from models.floors.assessed import Assessed, assessed
from models.floors.evidence import open_floors

__all__ = ["Assessed", "assessed", "open_floors"]
