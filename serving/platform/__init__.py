"""What every slice stands on: the state, who asks, what surrounds a page, and limits. It knows no use case."""

from serving.platform.champion import Champion, Serving
from serving.platform.state import State

__all__ = ["Champion", "Serving", "State"]
