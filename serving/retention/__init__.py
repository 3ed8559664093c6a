"""How long what is kept for: a table of purposes, and what goes when its time is over."""

from serving.retention.service import DueToGo, apply_retention, look_at_retention
from serving.retention.table import Keeping, read_retention

__all__ = ["DueToGo", "Keeping", "apply_retention", "look_at_retention", "read_retention"]
