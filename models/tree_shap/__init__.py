"""Exact SHAP values of LightGBM models from tables."""

from models.tree_shap.ensemble import NotCovered
from models.tree_shap.explainer import Explainer, cost_of, explain, make_explainer
from models.tree_shap.self_test import TOLERANCE, disagreement

__all__ = ["TOLERANCE", "Explainer", "NotCovered", "cost_of", "disagreement", "explain", "make_explainer"]
