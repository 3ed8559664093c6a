"""Exact SHAP values of LightGBM models from tables."""

from models.tree_shap.ensemble import NotCovered
from models.tree_shap.explainer import Explainer, explain, make_explainer
from models.tree_shap.self_test import TOLERANCE, disagreement

__all__ = ["TOLERANCE", "Explainer", "NotCovered", "disagreement", "explain", "make_explainer"]
