"""What each picture shows, in words, for who does not see it."""

from collections.abc import Mapping
from typing import Any

from evaluation.report.names import name_of, shown

Report = Mapping[str, Any]


def alt_texts(report: Report, language: str) -> dict[str, str]:
    """A sentence for each picture by name, with the figures that it is drawn from where they are few."""
    zh = language == "zh"
    orders = _listed({name: at["cases_per_interview"] for name, at in report["list"]["orders"].items()}, language)
    rates = _listed({code: tier["base_rate"] for code, tier in report["tiers"].items()}, language)
    at_tenth = _listed(
        {
            name: {"value": points[9]["recall"], "low": None, "high": None}
            for name, points in report["list_curves"].items()
        },
        language,
    )
    benefit = _listed({name: points[9] for name, points in report["decision_curves"]["curves"].items()}, language)
    kinds = "；".join if zh else "; ".join
    sizes = kinds(
        f"{name_of(group, language)} {of['model']:.2f} / {of['logistic_regression']:.2f}"
        for group, of in report["contributions"]["groups"].items()
    )
    leading = ", ".join(feature["feature"] for feature in report["contributions"]["features"][:5])
    slope, shift = (shown(report[name], language, 2) for name in ("calibration_slope", "calibration_intercept"))
    if zh:
        return {
            "calibration": f"校准曲线，横轴为预测概率，纵轴为实际比例。斜率 {slope}，截距 {shift}。",
            "list_value": f"各排序每次访谈发现的个案：{orders}。",
            "list_curve": f"召回率随名单长度上升；名单为学生的 10% 时：{at_tenth}。",
            "decision_curve": f"净获益随阈值变化；阈值 0.10 时：{benefit}。",
            "tiers": f"各等级中有结局的比例：{rates}。",
            "groups": "各群体召回率差距及区间，数字见下表。",
            "contributions": f"各类数据平均贡献，模型 / 逻辑回归：{sizes}。",
            "beeswarm": f"各特征对模型分值的贡献分布；贡献最大的特征：{leading}。",
        }
    return {
        "calibration": "Calibration curve, predicted probability across and observed rate up. "
        f"Slope {slope}, intercept {shift}.",
        "list_value": f"Cases found per interview by order: {orders}.",
        "list_curve": f"Recall rises with the list's length; on a list of 10 % of students: {at_tenth}.",
        "decision_curve": f"Net benefit over thresholds; at a threshold of 0.10: {benefit}.",
        "tiers": f"Share with the outcome by tier: {rates}.",
        "groups": "Gap in recall of each group with its interval; the figures are in the table below.",
        "contributions": f"Mean size of contributions by kind of data, model / logistic regression: {sizes}.",
        "beeswarm": f"Spread of each feature's contribution to the margin; the largest: {leading}.",
    }


def _listed(figures: Mapping[str, Mapping[str, float | None]], language: str) -> str:
    join = "；" if language == "zh" else "; "
    return join.join(f"{name_of(name, language)} {shown(of, language)}" for name, of in figures.items())
