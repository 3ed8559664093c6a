"""What the figures of a model's own report say for and against it."""

from collections.abc import Iterator, Mapping
from typing import Any

from data_schemas.codes import Tier
from evaluation.figures.groups import gap_verdict
from evaluation.gates.gate import HELD, REFUSE, WAIVER, Gate, Status
from evaluation.gates.served_gates import chances, climbed, served, served_groups
from evaluation.report.names import name_of, shown
from evaluation.report.sentences import FEWER, MORE, compare
from evaluation.report.verdict import TO_BEAT
from models.policy import Promotion

Report = Mapping[str, Any]


def report_gates(report: Report, limits: Promotion) -> Iterator[Gate]:
    """In a fixed order. `report` is what an evaluation answers with, read again from JSON."""
    yield _in_sample(report)
    yield _leakage(report, limits)
    yield _slope(report, limits)
    yield _outcomes(report, limits)
    yield chances(report, limits)
    yield from climbed(report)
    yield from served(report, limits)
    for name in TO_BEAT:
        yield _beats(report, name, limits)
    yield _inside_tiers(report)
    yield _regression(report, limits)
    yield _groups(report, limits)
    yield from served_groups(report, limits)


def _in_sample(report: Report) -> Gate:
    if report["in_sample"]:
        return Gate(
            "in_sample",
            REFUSE,
            "数字来自模型学过的行，不能作为依据。",
            "The figures are of rows that the model has learned from: they are no evidence.",
        )
    return Gate("in_sample", HELD, "数字来自模型没有学过的行。", "The figures are of rows kept out of the training.")


def _leakage(report: Report, limits: Promotion) -> Gate:
    auroc, most = report["auroc"], limits.leaking_auroc
    if auroc["value"] is None:
        return Gate("leakage", REFUSE, "AUROC 无法估计。", "AUROC cannot be estimated.")
    if auroc["value"] > most:
        return Gate(
            "leakage",
            REFUSE,
            f"AUROC {shown(auroc, 'zh')} 高于 {most}：应怀疑结局信息泄漏到输入中。",
            f"AUROC {shown(auroc, 'en')} is above {most}: suspect that the outcome has leaked into the inputs.",
        )
    return Gate(
        "leakage",
        HELD,
        f"AUROC {shown(auroc, 'zh')}，不高于 {most}。",
        f"AUROC {shown(auroc, 'en')}, not above {most}.",
    )


def _slope(report: Report, limits: Promotion) -> Gate:
    slope, low, high = report["calibration_slope"], limits.slope_low, limits.slope_high
    if slope["value"] is None:
        return Gate(
            "calibration_slope",
            WAIVER,
            "校准斜率无法估计，概率是否准确不明。",
            "The slope of calibration cannot be estimated: whether probabilities hold is not known.",
        )
    if slope["high"] is not None and slope["low"] is not None:
        off = slope["high"] < low or slope["low"] > high
        open_ = slope["high"] - slope["low"] > limits.widest_slope
    else:
        off, open_ = False, True
    inside = low <= slope["value"] <= high
    status: Status = REFUSE if off or (not inside and not open_) else WAIVER if open_ else HELD
    zh = "在" if inside else "不在"
    zh_open = f"，区间宽于 {limits.widest_slope}，尚无定论" if status == WAIVER else ""
    en_open = f", an interval wider than {limits.widest_slope}: not known" if status == WAIVER else ""
    return Gate(
        "calibration_slope",
        status,
        f"校准斜率 {shown(slope, 'zh', 2)}，{zh} {low}–{high} 之内{zh_open}。",
        f"Slope of calibration {shown(slope, 'en', 2)}, {'within' if inside else 'outside'} {low}–{high}{en_open}.",
    )


def _outcomes(report: Report, limits: Promotion) -> Gate:
    found, least = report["positives"], limits.fewest_outcomes
    enough = found >= least
    return Gate(
        "outcomes",
        HELD if enough else WAIVER,
        f"评估中有结局的 {found} 例，{'不少于' if enough else '少于'} {least} 例。",
        f"{found} with the outcome were judged by, {'at least' if enough else 'fewer than'} {least}.",
    )


def _beats(report: Report, name: str, limits: Promotion) -> Gate:
    """Superior in cases per interview. Where a gain of `smallest_difference` can be excluded: not beaten. Neither that
    nor surely ahead: open."""
    gain, least = report["list"]["orders"][name]["gain_of_model"]["cases_per_interview"], limits.smallest_difference
    zh, en = name_of(name, "zh"), name_of(name, "en")
    status: Status
    if compare(gain) == MORE:
        status, said = HELD, ("多于", "more than")
    elif gain["high"] is not None and gain["high"] < least:
        status, said = REFUSE, ("没有多于", "not more than")
    else:
        status, said = WAIVER, ("是否多于尚无定论：", "not shown to be more than")
    return Gate(
        name,
        status,
        f"每次访谈发现的个案{said[0]}“{zh}”（有意义的差别 {least}）：差 {shown(gain, 'zh')}。",
        f"Cases found per interview are {said[1]} by “{en}” (smallest difference {least}): difference "
        f"{shown(gain, 'en')}.",
    )


def _inside_tiers(report: Report) -> Gate:
    """The same inside each tier that the model makes, where few are left to tell apart: only clearly fewer refuses."""
    fewer: list[tuple[str, str]] = []
    open_: list[tuple[str, str]] = []
    for code, tier in report["tiers"].items():
        names = Tier.of(code)
        for other in TO_BEAT:
            found = compare(tier["orders"][other]["gain_of_model"]["cases_per_interview"])
            place = (f"{names.zh}（{name_of(other, 'zh')}）", f"{names.en} ({name_of(other, 'en')})")
            (fewer if found == FEWER else open_ if found != MORE else []).append(place)
    if fewer:
        return _named(
            "inside_tiers", REFUSE, fewer, "等级内每次访谈发现的个案更少：", "Inside tiers an interview finds fewer: "
        )
    if open_:
        return _named("inside_tiers", WAIVER, open_, "等级内是否更多尚无定论：", "Inside tiers more is not shown: ")
    return Gate(
        "inside_tiers",
        HELD,
        "在每个等级内，每次访谈发现的个案都更多。",
        "Inside each tier an interview finds more.",
    )


def _regression(report: Report, limits: Promotion) -> Gate:
    if report["model"]["kind"] == "logistic":
        return Gate(
            "logistic_regression",
            HELD,
            "服务的模型就是逻辑回归。",
            "The model that would serve is the logistic regression itself.",
        )
    gain, margin = report["baselines"]["logistic_regression"]["auroc_gain_of_model"], limits.as_good
    zh, en = f"AUROC 差 {shown(gain, 'zh')}", f"difference in AUROC {shown(gain, 'en')}"
    if gain["value"] is not None and gain["value"] <= -margin and compare(gain) == FEWER:
        return Gate(
            "logistic_regression",
            REFUSE,
            f"逻辑回归明显更好，应由它服务：{zh}。",
            f"Logistic regression is clearly better and should serve: {en}.",
        )
    if gain["low"] is not None and gain["low"] > -margin:
        return Gate(
            "logistic_regression",
            HELD,
            f"不劣于逻辑回归（界值 {margin}）：{zh}。",
            f"Not inferior to logistic regression (margin {margin}): {en}.",
        )
    return Gate(
        "logistic_regression",
        WAIVER,
        f"是否不劣于逻辑回归（界值 {margin}）尚无定论：{zh}。",
        f"Not shown to be as good as logistic regression (margin {margin}): {en}.",
    )


def _groups(report: Report, limits: Promotion) -> Gate:
    worse, open_, even = [], [], 0
    for name, of in report["groups"].items():
        for group, figures in of["groups"].items():
            place = (
                f"{name_of(name, 'zh')}（{name_of(group, 'zh')}）",
                f"{name_of(name, 'en')} ({name_of(group, 'en')})",
            )
            lists = figures["lists"].values() if figures["shown"] else ()
            found = {gap_verdict(at["gap"], limits.largest_gap, limits.widest_gap) for at in lists}
            if "refuse" in found:
                worse.append(place)
            elif found != {"pass"}:
                open_.append(place)
            else:
                even += 1
    if worse:
        return _named(
            "group_gaps",
            REFUSE,
            worse,
            f"召回率比其他学生低，区间下限超过 {limits.largest_gap}：",
            f"Found less often than others, the gap's lower bound above {limits.largest_gap}: ",
        )
    if open_ or not even:
        nobody = [("全部", "any group")]
        return _named(
            "group_gaps",
            WAIVER,
            open_ if even else nobody,
            f"公平性证据不足（区间宽于 {limits.widest_gap} 或无法给出），需要更多随机访谈：",
            f"Not enough evidence of fair treatment (interval wider than {limits.widest_gap}, or none); more "
            "interviews by lot are needed: ",
        )
    return Gate(
        "group_gaps",
        HELD,
        "各群体的召回率差距都在限度之内。",
        "Gaps in recall between groups are within the limit.",
    )


def _named(about: str, status: Status, places: list[tuple[str, str]], zh: str, en: str) -> Gate:
    named = "、".join(place[0] for place in places), ", ".join(place[1] for place in places)
    return Gate(about, status, f"{zh}{named[0]}。", f"{en}{named[1]}.")
