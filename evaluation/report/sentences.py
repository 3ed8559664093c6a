"""A sentence on figures in both languages, and what an interval of a difference shows."""

from collections.abc import Mapping
from typing import Any

Report = Mapping[str, Any]
Sentence = dict[str, str]  # id, status (good, bad, open, note), zh, en
AS_GOOD = 0.01  # a smaller difference in AUROC is none that a list would show
MORE, FEWER, OPEN, UNKNOWN = "more", "fewer", "open", "unknown"


def compare(gain: Mapping[str, float | None]) -> str:
    """What an interval of a difference shows: more, fewer, open (0 lies within), or unknown."""
    if gain["value"] is None or gain["low"] is None or gain["high"] is None:
        return UNKNOWN
    if gain["low"] > 0:
        return MORE
    return FEWER if gain["high"] < 0 else OPEN


def sentence(about: str, status: str, zh: str, en: str) -> Sentence:
    return {"id": about, "status": status, "zh": zh, "en": en}
