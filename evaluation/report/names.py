"""What things are called in a report, in Chinese and English, and how a figure with its interval is written."""

from collections.abc import Mapping

from data_schemas.codes import OutcomeKind, Sex, Stage, Tier
from evaluation.figures.served_groups import BETWEEN

NAMES: dict[str, tuple[str, str]] = {
    "model": ("模型", "model"),
    "logistic_regression": ("逻辑回归", "logistic regression"),
    "rule_sum": ("手工加分", "points added up by hand"),
    "sum_score": ("问卷总分", "questionnaires' sum"),
    "floors_then_sum": ("先安全规则、后问卷总分", "open evidence, then the questionnaires' sum"),
    "floors_then_model": ("先安全规则、后模型", "open evidence, then the model"),
    "phq9_11": ("PHQ-9 ≥ 11", "PHQ-9 ≥ 11"),
    "served": ("实际名单（模型）", "the list as served (model)"),
    "published": ("按已发表效应", "published effects"),
    "finding_then_sum": ("先看此前谈话的最高发现、后问卷总分", "highest earlier finding, then the questionnaires' sum"),
    "finding_then_published": (
        "先看此前谈话的最高发现、后按已发表效应",
        "highest earlier finding, then published effects",
    ),
    "few_lines": ("少数指标上的逻辑回归", "logistic regression on a few figures"),
    "drawn_lines": (
        "少数指标上的逻辑回归，权重向已发表的靠拢",
        "logistic regression on a few figures, drawn towards the published weights",
    ),
    "indices": ("少数指标上的 LightGBM，带单调约束", "LightGBM on a few figures, with monotone constraints"),
    "logistic": ("逻辑回归，线性样条", "logistic regression with linear splines"),
    "lightgbm": ("LightGBM，带单调约束", "LightGBM with monotone constraints"),
    "everyone": ("所有学生", "everyone"),
    "outside": ("没有待核查证据的学生", "those outside open evidence"),
    "all": ("全部访谈", "interview all"),
    "none": ("都不访谈", "interview none"),
    "sex": ("性别", "sex"),
    "stage": ("学段", "stage"),
    "left_behind": ("留守", "left behind"),
    "boarding": ("寄宿", "boarding"),
    "no_current_questionnaire": ("无有效期内问卷", "no current questionnaire"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "questionnaire": ("问卷", "questionnaires"),
    "leave": ("请假", "leave"),
    "family": ("家庭情况", "family circumstances"),
    "concern": ("关注线索", "concerns"),
    "talk": ("此前谈话", "earlier talks"),
    "context": ("背景", "background"),
    "line": ("本周名单", "this week's list"),
    "watch_or_above": ("关注及以上", "watch or above"),
    "refuse": ("拒绝", "refuse"),
    "not_enough_evidence": ("证据不足", "not enough evidence"),
    "pass": ("通过", "pass"),
    "platt": ("Platt", "Platt"),
    "beta": ("Beta 校准", "beta calibration"),
    "isotonic": ("保序回归", "isotonic regression"),
    "next_questionnaire": ("下一次问卷达到规则分数", "next questionnaire reaches a floor"),
    "new_floor": ("新触发安全规则", "a new floor opens"),
    "incident": ("新发（不含已定为重点或以上者）", "incident (without those already placed)"),
    "prevalent": ("现患（含已定为重点或以上者）", "prevalent (with those already placed)"),
    "good": ("是", "yes"),
    "bad": ("否", "no"),
    "open": ("未定", "open"),
    "synthetic": ("合成", "synthetic"),
    "foreign": ("外地", "foreign"),
    **{code.code: (code.zh, code.en) for kind in (Sex, Stage, Tier, OutcomeKind) for code in kind},
}
UNESTIMATED = {"zh": "无法估计", "en": "cannot be estimated"}


def name_of(code: str, language: str) -> str:
    """The name of a code, the code itself where it has none; of two at once both names."""
    return BETWEEN.join(NAMES.get(one, (one, one))[0 if language == "zh" else 1] for one in code.split(BETWEEN))


def shown(of: Mapping[str, float | None], language: str, digits: int = 3) -> str:
    """A figure with its interval, such as "0.858 (0.839–0.884)" or "−0.157 (−0.264 to −0.062)"."""
    value, low, high = of["value"], of["low"], of["high"]
    if value is None:
        return UNESTIMATED[language]
    if low is None or high is None:
        return signed(value, digits)
    between = "–" if low >= 0 else " 至 " if language == "zh" else " to "
    return f"{signed(value, digits)} ({signed(low, digits)}{between}{signed(high, digits)})"


def signed(value: float, digits: int) -> str:
    """A number with a true minus sign; what rounds to 0 has none."""
    text = f"{value:.{digits}f}"
    return f"{0:.{digits}f}" if not text.strip("-0.") else text.replace("-", "−")
