"""What monitoring says, in both languages."""

import re
from collections.abc import Mapping
from typing import Any

from data_schemas.codes import Stage
from models.features import Feature

Text = dict[str, str]
GROUPS: Mapping[str, tuple[str, str]] = {
    "questionnaire": ("问卷", "questionnaires"),
    "leave": ("请假", "leave"),
    "family": ("家庭情况", "family circumstances"),
    "concern": ("关注线索", "reports of concern"),
    "talk": ("此前谈话", "earlier talks"),
    "context": ("基本信息", "context"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "alarm": ("报警", "alarm"),
    "watch": ("留意", "watch"),
    "steady": ("平稳", "steady"),
    "quiet": ("有变化，按设定不报警", "moved, not to ring"),
    "too_few": ("人数太少，不作比较", "too few to compare"),
    "absent": ("现无取值", "no values now"),
}
OTHER_SOURCES: Mapping[str, tuple[str, str]] = {
    "family_missing": ("家庭情况全部未知", "no family circumstance known"),
}
ASIDE = re.compile(r"\s*[（(][^（）()]*\{[^（）()]*[）)]")
SLOT = re.compile(r"\{[^}]*\}")


def feature_title(feature: Feature) -> Text:
    """A feature's sentence without its figures."""
    both = {"zh": feature.text.zh, "en": feature.text.en}
    return {language: SLOT.sub("…", ASIDE.sub("", text)).strip(" ：:，,…") for language, text in both.items()}


def source_title(source: str, features: Mapping[str, Feature]) -> Text:
    if source in OTHER_SOURCES:
        return _both(OTHER_SOURCES[source])
    if source in features:
        return feature_title(features[source])
    name = source.removesuffix("_missing")
    return _both((f"缺少：{name}", f"not known: {name}"))


def stage_title(stage: str | None) -> Text:
    return _both(("全体", "everyone")) if stage is None else _both((Stage.of(stage).zh, Stage.of(stage).en))


def alarm_text(alarm: Mapping[str, Any], features: Mapping[str, Feature]) -> Text:
    """One sentence, with the name by which the thing stands in the tables."""
    kind, name, value, where = alarm["kind"], alarm["name"], alarm["value"], stage_title(alarm["stage"])
    if kind == "missing":
        title, then = source_title(name, features), alarm["then"]
        return _both(
            (
                f"{title['zh']}（{name}）：现为 {value:.0%}，训练时 {then:.0%}",
                f"{title['en']} ({name}): {value:.0%} now, {then:.0%} at training",
            )
        )
    if kind == "feature":
        title, moved = feature_title(features[name]), alarm["distance"]
        return _both(
            (
                f"{title['zh']}（{name}）分布有变：PSI {value:.2f}，{'偏高' if moved > 0 else '偏低'}",
                f"{title['en']} ({name}) has moved: PSI {value:.2f}, {'higher' if moved > 0 else 'lower'} now",
            )
        )
    if kind == "score":
        return _both(
            (f"{where['zh']}：模型分值分布有变，PSI {value:.2f}", f"{where['en']}: margins have moved, PSI {value:.2f}")
        )
    if kind == "tier":
        then = alarm["then"]
        return _both(
            (
                f"{where['zh']}：模型列为关注及以上的占 {value:.1%}，训练时 {then:.1%}",
                f"{where['en']}: the model places {value:.1%} in 关注 or above, {then:.1%} at training",
            )
        )
    if kind == "calibration":
        said = {
            "intercept": ("概率总体偏高或偏低（截距", "probabilities are too high or too low (intercept"),
            "slope": ("概率过于极端或过于集中（斜率", "probabilities are too extreme or too timid (slope"),
        }[name]
        return _both((f"按已有访谈，{said[0]} {value:.2f}）", f"by the interviews so far, {said[1]} {value:.2f})"))
    return _both(
        (
            f"由概率推算的 AUROC 降至 {value:.3f}（估计值，非实测）",
            f"the AUROC expected from the probabilities has fallen to {value:.3f} (an estimate, not measured)",
        )
    )


def _both(texts: tuple[str, str]) -> Text:
    return {"zh": texts[0], "en": texts[1]}
