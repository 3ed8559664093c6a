"""The HTTP API for platforms: raw records in, tiers with reasons out."""

from serving.api.app import make_app
from serving.api.champion import Champion
from serving.api.state import State

__all__ = ["Champion", "State", "make_app"]
