"""The model card, written from an evaluation's figures: what a person reads before promoting a model (Mitchell et al.
2019), opening with where it was validated."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.report.names import name_of, shown
from evaluation.report.validation import mode_said, where_validated
from evaluation.templates import environment

Report = Mapping[str, Any]
TEMPLATES = Path(__file__).parent / "templates"
FACTS = "model-card.json"
LANGUAGES = {"zh": "model-card.zh-CN.md", "en": "model-card.md"}
KEPT = (
    *("n", "positives", "effective_n", "candidates", "unlabelled", "weighting", "interval", "base_rate", "auroc"),
    *("average_precision", "brier", "brier_of_base_rate", "calibration_error", "calibration_slope"),
    *(
        "calibration_intercept",
        "mode",
        "synthetic",
        "dataset",
        "in_sample",
        "rows",
        "rows_zh",
        "filter",
        "label",
        "model",
    ),
    "verdict",
)


def card_facts(report: Report) -> dict[str, Any]:
    """The part of a report that the card is written from, small enough to be kept beside it."""
    facts = {name: report[name] for name in KEPT}
    facts["top"] = {share: report["top"][share] for share in ("0.05", "0.1")}
    facts["baselines"] = {
        name: {key: of[key] for key in ("auroc", "auroc_gain_of_model")} for name, of in report["baselines"].items()
    }
    facts["list"] = {
        "slots": report["list"]["slots"],
        "per": report["list"]["per"],
        "orders": {
            name: {key: at[key] for key in ("cases_per_interview", "recall")}
            for name, at in report["list"]["orders"].items()
        },
        "missed": report["list"]["missed"],
    }
    facts["groups"] = {
        name: {group: _group(figures) for group, figures in of["groups"].items()}
        for name, of in report["groups"].items()
    }
    facts["features"] = [feature["feature"] for feature in report["contributions"]["features"]]
    return facts


def model_card(facts: Mapping[str, Any], language: str) -> str:
    """The card in Markdown, in one language."""
    return (
        environment(TEMPLATES, html=False)
        .get_template("model_card.md.j2")
        .render(
            r=facts,
            w=lambda zh, en: zh if language == "zh" else en,
            f=lambda of, digits=3: shown(of, language, digits),
            n=lambda code: name_of(code, language),
            names=lambda codes: [name_of(code, language) for code in codes],
            said=lambda text: text[language],
            validated=where_validated(facts),
            mode=mode_said(facts),
        )
    )


def write_facts(facts: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the card in both languages and, beside it, the facts it was written from; answers with their paths."""
    written = [folder / FACTS]
    written[0].write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for language, name in LANGUAGES.items():
        written.append(folder / name)
        written[-1].write_text(model_card(facts, language), "utf-8")
    return written


def _group(figures: Mapping[str, Any]) -> dict[str, Any]:
    if not figures["shown"]:
        return {"shown": False}
    return {
        "shown": True,
        "n": figures["n"],
        "positives": figures["positives"],
        "auroc": figures["auroc"],
        "gap": figures["lists"]["watch_or_above"]["gap"],
        "verdicts": [at["verdict"] for at in figures["lists"].values()],
    }
