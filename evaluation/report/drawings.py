"""A picture as a drawing that stands inside a page: text kept as text, put into the page's language, no address."""

import re
from collections.abc import Mapping
from html import escape, unescape

from evaluation.report.names import NAMES

LABELS: Mapping[str, str] = {
    "synthetic data": "合成数据",
    "perfect": "完全准确",
    "smooth, 95 % band": "平滑曲线，95% 带",
    "tenths": "十等分",
    "predicted probability": "预测概率",
    "observed rate": "实际比例",
    "cases found per interview": "每次访谈发现的个案",
    "length of the list, share of students": "名单长度（占学生的比例）",
    "recall": "召回率",
    "threshold": "阈值",
    "net benefit": "净获益",
    "share with the outcome, by the model's tier": "各模型等级中有结局的比例",
    "recall of the others less that of the group": "其他学生的召回率减去该群体的召回率",
    "limit": "限度",
    "mean size of the contribution, log-odds": "平均贡献大小（对数几率）",
    "contribution to the margin, log-odds": "对模型分值的贡献（对数几率）",
    "cannot be estimated": "无法估计",
    "Feature value": "特征值",
    "High": "高",
    "Low": "低",
}
EVERYTHING: Mapping[str, str] = {**{en: zh for zh, en in NAMES.values()}, **LABELS}
TEXT = re.compile(r"(<text[^>]*>)([^<]*)(</text>)")
ADDRESSES = re.compile(r"<metadata>.*?</metadata>|\sxmlns(:\w+)?=\"[^\"]*\"|<!--.*?-->", re.DOTALL)
PINS = re.compile(r"(id=\"|url\(#|xlink:href=\"#)")


def inline(drawn: str, name: str) -> str:
    """An SVG file as an element of a page; `name` keeps its ids apart from those of other pictures there."""
    drawn = ADDRESSES.sub("", drawn[drawn.index("<svg") :])
    return PINS.sub(lambda found: found[1] + name + "-", drawn).replace("xlink:href", "href")


def in_language(drawn: str, alt: str, language: str, words: Mapping[str, str] = EVERYTHING) -> str:
    """An SVG element with its labels in the language and `alt` as its text; `words` are the labels that are known."""
    if language == "zh":
        drawn = TEXT.sub(lambda found: found[1] + _chinese(found[2], words) + found[3], drawn)
    return drawn.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)


def _chinese(text: str, words: Mapping[str, str]) -> str:
    """A label's Chinese, part by part where it has two; what has none stays."""
    return "：".join(
        escape(words.get(unescape(part), unescape(part)), quote=False) for part in text.strip().split(": ")
    )
