"""A scorer as text files, and back: LightGBM's own format, and JSON for lines and for the few figures that are read."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.indices.indexed import IndexedModel, indexed_of_json
from models.spline_model import SplineModel, spline_of_json

if TYPE_CHECKING:  # the library takes most of a second to import
    from lightgbm import Booster

TREES, LINES, INDICES = "model.txt", "logistic.json", "indices.json"
OF_INDICES = ("indices", "few_lines", "drawn_lines")  # kinds that read a few figures


def scorer_files(scorer: "Booster | SplineModel | IndexedModel") -> dict[str, str]:
    """The text of each file, by name."""
    if isinstance(scorer, IndexedModel):
        trees = {TREES: scorer.text} if scorer.text is not None else {}
        return {INDICES: _json(scorer.to_json()), **trees}
    if isinstance(scorer, SplineModel):
        return {LINES: _json(scorer.to_json())}
    return {TREES: scorer.model_to_string()}


def scorer_of(kind: str, texts: Mapping[str, str]) -> "Booster | SplineModel | IndexedModel":
    """Read what `scorer_files` wrote; raises `KeyError`, `TypeError` or `ValueError` where the form is another."""
    if kind == "logistic":
        return spline_of_json(json.loads(texts[LINES]))
    if kind in OF_INDICES:
        return indexed_of_json(json.loads(texts[INDICES]), _booster(texts[TREES]) if TREES in texts else None)
    return _booster(texts[TREES])


def _booster(text: str) -> "Booster":
    """LightGBM's model from its text; raises `ValueError` where it is none. Imported here: a command that scores nobody
    need not wait for it."""
    import lightgbm

    try:
        return lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise ValueError(str(error)) from error


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
