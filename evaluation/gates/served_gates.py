"""What the list as it would be served says for and against a model, and whether enough is known to say anything."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation.figures.bootstrap import Interval
from evaluation.figures.groups import gap_verdict
from evaluation.figures.power import needed, power
from evaluation.figures.served import SERVED
from evaluation.figures.served_groups import BETWEEN
from evaluation.gates.gate import HELD, REFUSE, WAIVER, Gate, Status
from evaluation.report.names import name_of, shown
from models.policy import Promotion

Report = Mapping[str, Any]
MONTH, GAIN = "40", "gain_of_first"
BY_HAND = ("published", "finding_then_published")  # steps of the ladder in which nothing is learned


def served(report: Report, limits: Promotion) -> Iterator[Gate]:
    """A month's list, of everyone, against each order by hand in the same places: refused where it surely finds fewer,
    held where a loss of `smallest_difference` can be excluded, open else; below the floor of coverage there is no
    verdict. None where there is no such list."""
    lists = report.get("served")
    if not lists:
        return
    month = lists["everyone"][MONTH]
    known = month["share_labelled"] or 0.0
    enough = known >= limits.least_known
    of, labelled = f"{month['interviews']:.0f}", month["labelled"]
    least_zh, least_en = ("不低于", "at least") if enough else ("低于", "less than")
    yield Gate(
        "coverage",
        HELD if enough else WAIVER,
        f"一个月的名单上 {of} 人中 {labelled} 人的结局已知（{known:.0%}），{least_zh} {limits.least_known:.0%}"
        f"{'' if enough else '，名单的发现率不能据此判断'}。",
        f"Of the {of} on a month's list the outcomes of {labelled} are known ({known:.0%}), {least_en} "
        f"{limits.least_known:.0%}{'' if enough else ': what the list finds cannot be told from them'}.",
    )
    yield _effective(month, limits)
    for name, order in month["orders"].items():
        if name == SERVED:
            continue
        gain, least = order["gain_of_model"]["cases_per_interview"], limits.smallest_difference
        zh, en = name_of(name, "zh"), name_of(name, "en")
        status: Status = WAIVER
        said = ("是否不少于尚无定论：", "not shown to be as many as")
        if not enough:
            said = ("已知结局太少，不作结论：", "(too few outcomes are known for a verdict) against")
        elif gain["high"] is not None and gain["high"] < 0:
            status, said = REFUSE, ("少于", "fewer than")
        elif gain["low"] is not None and gain["low"] > -least:
            status, said = HELD, ("不少于", "as many as")
        beside = month.get("doubly_robust", {}).get(name)
        if beside is not None and _contradicted(status, beside[GAIN]):
            status, said = (
                WAIVER,
                ("加权与双重稳健估计不一致：", "(weights and the doubly robust estimate disagree) against"),
            )
        robust = {language: shown(beside[GAIN], language) for language in ("zh", "en")} if beside else {}
        also_zh, also_en = (f"，双重稳健 {robust['zh']}", f", doubly robust {robust['en']}") if robust else ("", "")
        power_zh, power_en = _power(gain, least, labelled) if status == WAIVER else ("", "")
        yield Gate(
            f"served_{name}",
            status,
            f"一个月的名单每次访谈发现的个案{said[0]}“{zh}”（界值 {least}）：差 {shown(gain, 'zh')}"
            f"{also_zh}。{power_zh}",
            f"A month's list finds {said[1]} “{en}” an interview (margin {least}): difference {shown(gain, 'en')}"
            f"{also_en}.{power_en}",
        )


def _contradicted(status: Status, gain: Interval) -> bool:
    """Whether the doubly robust gain surely says the opposite."""
    if status == REFUSE:
        return gain["low"] is not None and gain["low"] > 0
    return status == HELD and gain["high"] is not None and gain["high"] < 0


def _effective(month: Report, limits: Promotion) -> Gate:
    """Whether what the list finds hangs on few: outcomes of unequal weight are worth fewer equal ones."""
    worth, least = month["orders"][SERVED]["effective_n_on_list"], limits.fewest_effective
    enough = worth >= least
    return Gate(
        "effective_n",
        HELD if enough else WAIVER,
        f"名单上已知的结局按权重相当于 {worth:.0f} 个，{'不少于' if enough else '少于'} {least} 个"
        f"{'' if enough else '：少数几个权重大的决定了数字'}。",
        f"Known outcomes on the list are worth {worth:.0f} of equal weight, {'at least' if enough else 'fewer than'} "
        f"{least}{'' if enough else ': a few of great weight decide the figures'}.",
    )


def _power(gain: Interval, least: float, known: int) -> tuple[str, str]:
    """How surely the next wave, as large as this one, would decide; where this one did not."""
    sure, many = power(gain, least), needed(gain, least, known)
    if sure is None or many is None:
        return "", ""
    return (
        f"如果没有差别，同样规模的下一批有 {sure:.0%} 的把握排除这样的损失；"
        f"要有 80%，名单上需要约 {many} 个已知结局（现有 {known} 个）。",
        f" Where there is no difference, a next wave of this size excludes such a loss with a probability of "
        f"{sure:.0%}; for 80% some {many} known outcomes on the list are needed (there are {known}).",
    )


def served_groups(report: Report, limits: Promotion) -> Iterator[Gate]:
    """Recall and precision of groups on a month's list. Refused where either surely lies lower than among others by
    more than the limit, by one attribute or by two at once; open where that of one attribute cannot be told. None where
    there is no such list."""
    by_name = report["served"]["everyone"][MONTH].get("groups") if report.get("served") else None
    if by_name is None:
        return
    worse, unclear = [], []
    for name, groups in by_name.items():
        for group, figures in groups.items():
            gaps = [figures[gap] for gap in ("recall_gap", "precision_gap")] if figures["shown"] else []
            found = {gap_verdict(gap, limits.largest_gap, limits.widest_gap) for gap in gaps}
            place = (
                f"{name_of(name, 'zh')}（{name_of(group, 'zh')}）",
                f"{name_of(name, 'en')} ({name_of(group, 'en')})",
            )
            if "refuse" in found:
                worse.append(place)
            elif found != {"pass"} and BETWEEN not in name:
                unclear.append(place)
    places = worse or unclear
    zh, en = "、".join(place[0] for place in places), ", ".join(place[1] for place in places)
    if worse:
        zh = f"月度名单上召回率或每次访谈的发现明显低于其他学生（下限超过 {limits.largest_gap}）：{zh}。"
        en = f"On a month's list recall or precision surely lies lower by more than {limits.largest_gap}: {en}."
    elif unclear:
        zh = f"月度名单上各群体的召回率和发现率尚无定论（区间宽于 {limits.widest_gap} 或无法给出）：{zh}。"
        wide = f"interval wider than {limits.widest_gap}, or none"
        en = f"On a month's list recall and precision are not known ({wide}): {en}."
    else:
        zh = "月度名单上各群体的召回率和发现率差距都在限度之内；两个属性合看，没有明显更低的。"
        en = (
            "On a month's list gaps in recall and precision are within the limit, and by two attributes at once none "
            "is surely beyond it."
        )
    yield Gate("served_groups", REFUSE if worse else WAIVER if unclear else HELD, zh, en)


def climbed(report: Report) -> Iterator[Gate]:
    """What does not beat the orders that need no labels does not serve. None where no talks were learned from."""
    ladder = report["model"].get("training", {}).get("ladder")
    if not ladder:
        return
    beaten = [one["name"] for one in ladder if one["taken"]][-1] not in BY_HAND
    yield Gate(
        "ladder",
        HELD if beaten else REFUSE,
        f"在没有学过的行上，{'比' if beaten else '没有比'}不需要结局的排序"
        "（按已发表效应，或先看此前谈话的最高发现）更好。",
        f"On rows not learned from it is {'better' if beaten else 'not better'} than the orders that need no outcomes "
        "(published effects added up, or the highest earlier finding first).",
    )


def chances(report: Report, limits: Promotion) -> Gate:
    """Whether outcomes can be weighted: chances that are missing, or so small that one interview decides."""
    bad, of = report.get("without_chance", 0) + report.get("extreme_chances", 0), max(report.get("n", 0), 1)
    held = bad / of <= limits.most_without_chance
    most_zh, most_en = ("不超过", "at most") if held else ("超过", "more than")
    return Gate(
        "chances",
        HELD if held else WAIVER,
        f"{bad} 个结局没有记录抽取概率或概率极小（{bad / of:.0%}），{most_zh} {limits.most_without_chance:.0%}。",
        f"{bad} outcomes have no recorded chance of having been picked, or a tiny one ({bad / of:.0%}), {most_en} "
        f"{limits.most_without_chance:.0%}.",
    )
