"""Screening: everyone of a dataset assessed as of a day, and put in force."""

from serving.screening.screening import Screening, in_force, may_rank, publish_screening

__all__ = ["Screening", "in_force", "may_rank", "publish_screening"]
