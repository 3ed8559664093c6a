"""What the list as it would be served says for and against a model, and whether enough is known to say anything."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation.figures.served import SERVED
from evaluation.gates.gate import HELD, REFUSE, WAIVER, Gate, Status
from evaluation.report.names import name_of, shown
from models.policy import Promotion

Report = Mapping[str, Any]
MONTH = "40"
BY_HAND = ("published", "finding_then_published")  # steps of the ladder in which nothing is learned


def served(report: Report, limits: Promotion) -> Iterator[Gate]:
    """A month's list, of everyone, against each order by hand in the same places: refused where it surely finds fewer,
    held where a loss of `smallest_difference` can be excluded, open else. None where there is no such list."""
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
    for name, order in month["orders"].items():
        if name == SERVED:
            continue
        gain, least = order["gain_of_model"]["cases_per_interview"], limits.smallest_difference
        zh, en = name_of(name, "zh"), name_of(name, "en")
        status: Status = WAIVER
        said = ("是否不少于尚无定论：", "not shown to be as many as")
        if gain["high"] is not None and gain["high"] < 0:
            status, said = REFUSE, ("少于", "fewer than")
        elif gain["low"] is not None and gain["low"] > -least and enough:
            status, said = HELD, ("不少于", "as many as")
        yield Gate(
            f"served_{name}",
            status,
            f"一个月的名单每次访谈发现的个案{said[0]}“{zh}”（界值 {least}）：差 {shown(gain, 'zh')}。",
            f"A month's list finds {said[1]} “{en}” an interview (margin {least}): difference {shown(gain, 'en')}.",
        )


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
