"""Where a model was validated, in words: what a reader has to know before any figure."""

from collections.abc import Mapping
from typing import Any

Report = Mapping[str, Any]
Text = dict[str, str]  # zh, en


def where_validated(report: Report) -> Text:
    """Whose students the model was judged by, and what it may therefore rank."""
    origin, trained = report["dataset"]["origin"], report["model"]["data_origin"]
    if report["synthetic"] or origin == "synthetic":
        zh = "只在合成数据上检验，没有在任何真实学生上检验。在演示之外不得给学生排序。"
        en = "On synthetic data only; on no real student. Outside the demo it may rank nobody."
    elif trained != "local":
        zh = "模型不是用本地学生训练的，不得给本地学生排序；服务只按规则和问卷运行。"
        en = "The model was not trained on local students and may not rank any; the service goes by rules alone."
    elif origin != "local":
        zh = "模型用本地学生训练，但这次检验用的是外来数据，不能代替在本地的检验。"
        en = (
            "Trained on local students, but judged here on foreign data, which is no substitute for a local validation."
        )
    else:
        zh = "在本地学生上检验。数字只适用于同类学校、同样的问卷和同样的访谈方式。"
        en = "On local students. Figures hold for schools, questionnaires and ways of interviewing like these."
    if report["in_sample"]:
        zh += "其中有模型学过的行，数字偏乐观。"
        en += " The model has seen these rows; the figures flatter it."
    return {"zh": zh, "en": en}


def mode_said(report: Report) -> Text:
    """What the mode means for reading figures."""
    if report["mode"] == "concurrent":
        return {
            "zh": "一次性调查（concurrent）：输入和结局来自同一时点，数字比预测未来偏乐观",
            "en": "concurrent: inputs and outcome are of the same occasion, so figures flatter beside a forecast",
        }
    return {
        "zh": "纵向（longitudinal）：输入在基准日之前，结局在其后",
        "en": "longitudinal: inputs from before the index date, the outcome from after it",
    }
