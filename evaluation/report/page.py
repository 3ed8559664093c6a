"""The report as pages that open anywhere, without a connection: one file a language, and the figures as JSON."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from evaluation.figures.contribution_checks import JudgedContributions
from evaluation.report.alt_texts import alt_texts
from evaluation.report.drawings import EVERYTHING, LABELS, in_language, inline
from evaluation.report.model_card import card_facts, write_facts
from evaluation.report.names import name_of, shown, signed
from evaluation.report.plots import draw_all, drawing, svg_of
from evaluation.report.validation import mode_said, where_validated
from evaluation.templates import environment

Report = Mapping[str, Any]
LANGUAGES = ("zh", "en")
TEMPLATES = Path(__file__).parent / "templates"
NOTHING = {"value": None, "low": None, "high": None}
FEATURES_NAMED = "beeswarm"  # names of features in it are codes, also where a group is called the same
MARKS = {
    "zh": {"good": "达到", "bad": "未达到", "open": "未定", "note": "说明"},
    "en": {"good": "met", "bad": "not met", "open": "open", "note": "note"},
}
HEADLINES = (
    ("base_rate", "基率", "base rate"),
    ("auroc", "AUROC", "AUROC"),
    ("average_precision", "平均精确率", "average precision"),
    ("brier", "Brier 分数", "Brier's score"),
    ("brier_of_base_rate", "　　对所有人都报基率的 Brier 分数", "  that of telling everyone the base rate"),
    ("calibration_error", "平均校准误差（十等分）", "expected calibration error (tenths)"),
    ("calibration_slope", "校准斜率", "calibration slope"),
    ("calibration_intercept", "校准截距（总体）", "calibration intercept (in the large)"),
)


def write_report(
    report: Report, explained: JudgedContributions, folder: Path, pictures: Path | None = None
) -> list[Path]:
    """Write report.zh.html, report.en.html, report.json and the model card into `folder`, in place of older ones, and
    each picture as a PNG file into `pictures` where one is named. Answers with the paths of the report."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    with drawing():
        for name, figure in draw_all(report, explained).items():
            drawn[name] = inline(svg_of(figure), name)
            if pictures is not None:
                figure.savefig(pictures / f"{name}.png", bbox_inches="tight")
    written = [folder / "report.json"]
    written[0].write_text(json.dumps(report, ensure_ascii=False, allow_nan=False, indent=1), "utf-8")
    for language in LANGUAGES:
        written.append(folder / f"report.{language}.html")
        written[-1].write_text(page(report, drawn, language), "utf-8")
    return [*written, *write_facts(card_facts(report), folder)]


def page(report: Report, drawn: Mapping[str, str], language: str) -> str:
    """The whole page in one language, with the pictures in it."""
    alts = alt_texts(report, language)
    w = words_in(language)
    template = environment(TEMPLATES).get_template("report.html.j2")
    return template.render(
        r={"naive": None, "retrained": None, "served": None, **report},
        drawings={
            name: in_language(svg, alts[name], language, LABELS if name == FEATURES_NAMED else EVERYTHING)
            for name, svg in drawn.items()
        },
        w=w,
        f=lambda of, digits=3: _whole(shown(of, language, digits)),
        n=lambda code: name_of(code, language),
        names=lambda codes: [name_of(code, language) for code in codes],
        plain=lambda value: "–" if value is None else signed(value, 2),
        said=lambda text: text[language],
        orders=lambda orders: _orders(orders, language),
        marks=MARKS[language],
        headlines=[(key, w(zh, en)) for key, zh, en in HEADLINES],
        nothing=NOTHING,
        validated=where_validated(report),
        mode=mode_said(report),
    )


def words_in(language: str) -> Callable[[str, str], str]:
    """Picks one of two texts."""
    return lambda zh, en: zh if language == "zh" else en


def _orders(orders: Mapping[str, Any], language: str) -> Markup:
    """A row for each order in which a week could be filled."""
    rows = []
    for name, at in orders.items():
        gain = at.get("gain_of_model")
        cells = [
            shown(at["cases_per_interview"], language),
            shown(gain["cases_per_interview"], language) if gain else "",
            shown(at["number_needed"], language, 1),
            shown(at["recall"], language),
            shown(gain["recall"], language) if gain else "",
        ]
        head = Markup('<tr><th scope="row">{}</th>').format(name_of(name, language))
        row = Markup("").join(Markup("<td>{}</td>").format(_whole(cell)) for cell in cells)
        rows.append(head + row + Markup("</tr>\n"))
    return Markup("").join(rows)


def _whole(figure: str) -> Markup:
    """A figure whose interval is not broken over lines."""
    value, bracket, rest = figure.partition(" (")
    return Markup('{} <span class="whole">({}</span>').format(value, rest) if bracket else Markup.escape(value)
