"""Safety floors as evidence: rules that run without the model, MLflow or the network."""

from models.floors.evidence import floors_of

__all__ = ["floors_of"]
