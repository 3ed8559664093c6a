"""What trainings once more come to in plain sentences: over time, in new schools, and with less to learn from."""

from collections.abc import Iterator

from evaluation.report.names import shown
from evaluation.report.sentences import AS_GOOD, FEWER, MORE, UNKNOWN, Report, Sentence, compare, sentence

LOST = 0.05  # AUROC in new schools: where more may be lost, nothing is settled


def sentences_of_retrained(retrained: Report) -> Iterator[Sentence]:
    """Sentences on the report's part `retrained`."""
    yield from _over_time(retrained["rolling"])
    yield from _more(retrained["learning"])


def _over_time(rolling: Report) -> Iterator[Sentence]:
    dates = {date: at["auroc"] for date, at in rolling["dates"].items() if at["state"] == "estimated"}
    if len(dates) > 1:
        yield sentence(
            "over_time",
            "note",
            "用当时已知的数据重新训练，各基准日的 AUROC："
            + "；".join(f"{date} {shown(of, 'zh')}" for date, of in dates.items())
            + "。",
            "Trained again on what was known by then, AUROC by index date: "
            + "; ".join(f"{date} {shown(of, 'en')}" for date, of in dates.items())
            + ".",
        )
    yield _new_schools(rolling["new_schools"])


def _new_schools(found: Report | None) -> Sentence:
    if found is None:
        zh = "在没有见过的学校中是否同样有用：没有检验（学校不足 5 所，或结局太少）。"
        en = "Whether it is worth as much in new schools: not looked at (fewer than 5 schools, or too few outcomes)."
        return sentence("new_schools", "open", zh, en)
    change, known, new = found["change"]["auroc"], found["known"]["auroc"], found["new"]["auroc"]
    figures = (
        f"AUROC {shown(new, 'zh')} 对 {shown(known, 'zh')}，差 {shown(change, 'zh')}",
        f"AUROC {shown(new, 'en')} against {shown(known, 'en')}, difference {shown(change, 'en')}",
    )
    outcome = compare(change)
    if outcome == FEWER and change["value"] <= -AS_GOOD:
        zh, en = "在没有见过的学校中排序明显更差", "In schools that it has never seen the model ranks clearly worse"
        return sentence("new_schools", "bad", f"{zh}：{figures[0]}。", f"{en}: {figures[1]}.")
    if outcome == UNKNOWN or change["low"] < -LOST:
        zh, en = "在没有见过的学校中是否更差，尚不能断定", "Whether it ranks worse in new schools is not settled"
        return sentence("new_schools", "open", f"{zh}：{figures[0]}。", f"{en}: {figures[1]}.")
    zh, en = "在没有见过的学校中排序大致同样好", "In schools that it has never seen the model ranks about as well"
    return sentence("new_schools", "good", f"{zh}：{figures[0]}。", f"{en}: {figures[1]}.")


def _more(learning: Report) -> Iterator[Sentence]:
    """Whether more interviews, or training anew after a wave, promise anything."""
    parts = []
    for name, zh, en in (
        ("doubling", "最近一次访谈数量翻倍", "the last doubling of interviews"),
        ("newest_wave", "加入最近一次测评", "the newest wave"),
    ):
        gain = learning[name]
        if gain is not None:
            zh_does = {MORE: "提高了 AUROC", FEWER: "降低了 AUROC"}.get(compare(gain), "未见改变 AUROC")
            en_does = {MORE: "raised AUROC", FEWER: "lowered AUROC"}.get(
                compare(gain), "did not show a change of AUROC"
            )
            parts.append((f"{zh}{zh_does}（{shown(gain, 'zh')}）", f"{en} {en_does} ({shown(gain, 'en')})"))
    if parts:
        yield sentence(
            "more_interviews",
            "note",
            "更多访谈或重新训练是否有用：" + "；".join(zh for zh, _ in parts) + "。",
            "Whether more interviews or a new training would help: " + "; ".join(en for _, en in parts) + ".",
        )
