"""What the figures come to, in plain sentences: for each question good, bad or open, and never more than they show."""

from collections.abc import Iterator, Mapping
from typing import Any

from data_schemas.codes import Tier
from evaluation.report.names import name_of, shown, signed
from evaluation.report.sentences import AS_GOOD, FEWER, MORE, OPEN, UNKNOWN, Report, Sentence, compare, sentence
from evaluation.report.verdict_retrained import sentences_of_retrained

LEAKING = 0.93  # published forecasts reach .63–.85; above this the outcome has probably leaked into the inputs
SLOPE, INTERCEPT, ERROR = (0.8, 1.2), 0.2, 0.03  # the project's own targets of calibration
FEWEST_EVENTS = 100  # an external validation wants at least 100 with the outcome (Collins et al. 2016)
TO_BEAT = ("floors_then_sum", "rule_sum")
STATUS = {MORE: "good", FEWER: "bad", OPEN: "open", UNKNOWN: "open"}


def verdict(report: Report) -> list[Sentence]:
    """Sentences, the one that sums up first. `report` is what an evaluation answers with."""
    return [_earned(report), *_parts(report)]


def _parts(report: Report) -> Iterator[Sentence]:
    if report["in_sample"]:
        yield sentence(
            "in_sample",
            "bad",
            "其中有模型学过的行：这些数字偏乐观，不能作为依据。",
            "The model has seen these rows: the figures flatter it and are no evidence.",
        )
    yield _regression(report)
    for name in TO_BEAT:
        yield _list(report, name)
    yield _inside_tiers(report)
    yield _calibration(report)
    yield _brier(report)
    yield _groups(report)
    yield _missed(report)
    if report.get("retrained"):
        yield from sentences_of_retrained(report["retrained"])
    auroc = report["auroc"]["value"]
    if auroc is not None and auroc > LEAKING:
        yield sentence(
            "leakage",
            "bad",
            f"AUROC {auroc:.3f} 高于 {LEAKING}：应怀疑结局信息泄漏到输入中。",
            f"AUROC {auroc:.3f} is above {LEAKING}: suspect that the outcome has leaked into the inputs.",
        )
    if report["positives"] < FEWEST_EVENTS:
        yield sentence(
            "few",
            "open",
            f"有结局的只有 {report['positives']} 例，少于 {FEWEST_EVENTS} 例：区间宽，结论不稳。",
            f"Only {report['positives']} rows have the outcome, fewer than {FEWEST_EVENTS}: intervals are wide and "
            "what is said may change.",
        )


def _earned(report: Report) -> Sentence:
    """Whether the model finds more cases per interview than what it must beat, overall and inside each tier."""
    overall = [_gain(report["list"]["orders"], name) for name in TO_BEAT]
    inside = [_gain(tier["orders"], name) for tier in report["tiers"].values() for name in TO_BEAT]
    found = [compare(gain) for gain in (*overall, *inside)]
    if not report["in_sample"] and all(one == MORE for one in found):
        zh = "模型值得使用：在总体和每个等级内，每次访谈发现的个案都多于“先安全规则、后问卷总分”和手工加分。"
        en = (
            "The model has earned its place: an interview finds more cases by it than by open evidence and then "
            "the questionnaires' sum, and than by points added up by hand, overall and inside each tier."
        )
        return sentence("earned", "good", zh, en)
    if any(compare(gain) == FEWER for gain in overall):
        zh = "模型没有证明自己值得使用：有更简单的排序在每次访谈中发现更多个案。"
        en = "The model has not earned its place: a simpler order finds more cases per interview."
        return sentence("earned", "bad", zh, en)
    zh = "模型尚未证明自己值得使用：这些数据没有表明它在总体和每个等级内都优于更简单的排序。"
    en = (
        "The model has not yet earned its place: these rows do not show that it beats the simpler orders overall "
        "and inside each tier."
    )
    return sentence("earned", "open", zh, en)


def _regression(report: Report) -> Sentence:
    gain = report["baselines"]["logistic_regression"]["auroc_gain_of_model"]
    if report["model"]["kind"] == "logistic":
        zh, en = "服务的模型就是逻辑回归。", "The model that serves is the logistic regression itself."
        return sentence("regression", "good", zh, en)
    better = compare(gain)
    if better == MORE and gain["value"] >= AS_GOOD:
        zh = f"LightGBM 的排序优于逻辑回归：AUROC 高 {shown(gain, 'zh')}。"
        en = f"LightGBM ranks better than logistic regression: AUROC higher by {shown(gain, 'en')}."
        return sentence("regression", "good", zh, en)
    if better == FEWER and gain["value"] <= -AS_GOOD:
        zh = f"逻辑回归的排序更好：AUROC 差 {shown(gain, 'zh')}。应由逻辑回归服务。"
        en = f"Logistic regression ranks better: difference in AUROC {shown(gain, 'en')}. It should serve."
        return sentence("regression", "bad", zh, en)
    zh = f"就这些数据所能表明的，逻辑回归同样好：AUROC 差 {shown(gain, 'zh')}。"
    en = f"Logistic regression is as good, as far as these rows show: difference in AUROC {shown(gain, 'en')}."
    return sentence("regression", "note", zh, en)


def _list(report: Report, name: str) -> Sentence:
    orders = report["list"]["orders"]
    gain, mine, other = (
        _gain(orders, name),
        orders["model"]["cases_per_interview"],
        orders[name]["cases_per_interview"],
    )
    outcome = compare(gain)
    zh = {MORE: "多于", FEWER: "少于", OPEN: "与之未见差别：", UNKNOWN: "无法比较："}[outcome]
    en = {MORE: "more than", FEWER: "fewer than", OPEN: "no different from", UNKNOWN: "not comparable with"}[outcome]
    return sentence(
        f"list_{name}",
        STATUS[outcome],
        f"每次访谈发现的个案{zh}“{name_of(name, 'zh')}”：{shown(mine, 'zh')} 对 {shown(other, 'zh')}，"
        f"差 {shown(gain, 'zh')}。",
        f"Cases found per interview, {en} “{name_of(name, 'en')}”: {shown(mine, 'en')} against {shown(other, 'en')}, "
        f"difference {shown(gain, 'en')}.",
    )


def _inside_tiers(report: Report) -> Sentence:
    zh_of = {MORE: "多于", FEWER: "少于", OPEN: "未见差别", UNKNOWN: "无法估计"}
    en_of = {MORE: "more", FEWER: "fewer", OPEN: "no difference shown", UNKNOWN: "cannot be estimated"}
    found, zh, en = [], [], []
    for code, tier in report["tiers"].items():
        outcomes = [compare(_gain(tier["orders"], name)) for name in TO_BEAT]
        found += outcomes
        names = Tier.of(code)
        zh.append(f"{names.zh}：{' / '.join(zh_of[one] for one in outcomes)}")
        en.append(f"{names.en}: {' / '.join(en_of[one] for one in outcomes)}")
    status = "bad" if FEWER in found else "good" if set(found) == {MORE} else "open"
    return sentence(
        "tiers",
        status,
        f"在模型各等级内，与“{name_of(TO_BEAT[0], 'zh')}” / “{name_of(TO_BEAT[1], 'zh')}”相比：" + "；".join(zh) + "。",
        f"Inside the model's tiers, against “{name_of(TO_BEAT[0], 'en')}” / “{name_of(TO_BEAT[1], 'en')}”: "
        + "; ".join(en)
        + ".",
    )


def _calibration(report: Report) -> Sentence:
    slope, shift, error = (
        report[name]["value"] for name in ("calibration_slope", "calibration_intercept", "calibration_error")
    )
    if slope is None or shift is None or error is None:
        return sentence(
            "calibration", "open", "概率是否准确无法估计。", "Whether probabilities hold cannot be estimated."
        )
    held = SLOPE[0] <= slope <= SLOPE[1] and abs(shift) <= INTERCEPT and error <= ERROR
    zh = (
        f"斜率 {signed(slope, 2)}（目标 {SLOPE[0]}–{SLOPE[1]}），截距 {signed(shift, 2)}（±{INTERCEPT}），"
        f"平均误差 {error:.3f}（至多 {ERROR}）"
    )
    en = (
        f"slope {signed(slope, 2)} (aim {SLOPE[0]}–{SLOPE[1]}), intercept {signed(shift, 2)} (±{INTERCEPT}), "
        f"mean error {error:.3f} (at most {ERROR})"
    )
    if held:
        return sentence("calibration", "good", f"概率大体准确：{zh}。", f"Probabilities hold: {en}.")
    return sentence(
        "calibration",
        "bad",
        f"概率没有达到目标：{zh}；只用排序，不用概率数值。",
        f"Probabilities miss their aims: {en}; read the order, not the figure.",
    )


def _brier(report: Report) -> Sentence:
    mine, base = report["brier"], report["brier_of_base_rate"]
    if mine["value"] is None or base["value"] is None:
        return sentence("brier", "open", "Brier 分数无法估计。", "Brier's score cannot be estimated.")
    better = mine["value"] < base["value"]
    zh, en = ("低于", "below") if better else ("不低于", "not below")
    return sentence(
        "brier",
        "good" if better else "bad",
        f"Brier 分数 {mine['value']:.4f}，{zh}对所有人都报基率的 {base['value']:.4f}。",
        f"Brier's score {mine['value']:.4f} is {en} that of telling everyone the base rate, {base['value']:.4f}.",
    )


def _groups(report: Report) -> Sentence:
    worst: dict[str, list[tuple[str, str]]] = {"refuse": [], "not_enough_evidence": [], "pass": []}
    for name, of in report["groups"].items():
        for group, figures in of["groups"].items():
            verdicts = [at["verdict"] for at in figures["lists"].values()] if figures["shown"] else []
            found = "refuse" if "refuse" in verdicts else "pass" if set(verdicts) == {"pass"} else "not_enough_evidence"
            zh, en = (
                f"{name_of(name, 'zh')}（{name_of(group, 'zh')}）",
                f"{name_of(name, 'en')} ({name_of(group, 'en')})",
            )
            worst[found].append((zh, en))
    refused, open_ = worst["refuse"], worst["not_enough_evidence"]
    if refused:
        zh, en = "、".join(g[0] for g in refused), ", ".join(g[1] for g in refused)
        return sentence(
            "groups",
            "bad",
            f"召回率明显低于其他学生的群体：{zh}。不应启用。",
            f"Found clearly less often than others: {en}. Not to be promoted.",
        )
    if open_:
        zh, en = "、".join(g[0] for g in open_), ", ".join(g[1] for g in open_)
        if not worst["pass"]:
            zh, en = "全部", "any group"
        return sentence(
            "groups",
            "open",
            f"公平性证据不足的群体：{zh}。没有证据不等于没有差别，需要更多随机访谈。",
            f"Not enough evidence of fair treatment for: {en}. That clears nobody; more interviews by lot are needed.",
        )
    return sentence(
        "groups",
        "good",
        "各群体的召回率差距都在限度之内。",
        "Gaps in recall between groups are within the limit.",
    )


def _missed(report: Report) -> Sentence:
    missed = report["list"]["missed"]
    count = missed["expected_cases"]
    if not missed["estimated"] or count["value"] is None:
        return sentence(
            "missed",
            "open",
            f"名单以下预计漏掉多少：无法估计（名单以下的随机访谈只有 {missed['by_lot_below']} 次，"
            f"至少需要 {missed['fewest_by_lot']} 次）。",
            f"Cases expected below the line: cannot be estimated ({missed['by_lot_below']} interviews by lot below it; "
            f"at least {missed['fewest_by_lot']} are needed).",
        )
    return sentence(
        "missed",
        "note",
        f"其下 {missed['below_the_line']:.0f} 人本周未安排，其中预计有需要的 {shown(count, 'zh', 0)} 人。",
        f"{missed['below_the_line']:.0f} students below the line are not scheduled this week; "
        f"{shown(count, 'en', 0)} of them are expected to need support.",
    )


def _gain(orders: Mapping[str, Any], name: str) -> Mapping[str, float | None]:
    gain: Mapping[str, float | None] = orders[name]["gain_of_model"]["cases_per_interview"]
    return gain
