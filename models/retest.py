"""What is to be repeated or asked in person, questionnaire by questionnaire."""

from collections.abc import Iterator, Sequence

from data_schemas.instruments import Instrument, Words
from models.assessment import InstrumentResult, Retest
from models.sentences import score_words
from runxin.errors import how_many

REPEATED = ("void", "suspect", "unscored", "stale")
ASKED = ("critical_blank", "safety_question")

SUSPECT_WORDS = {
    "speeding": Words(zh="作答过快", en="answered very fast"),
    "long_string": Words(zh="几乎全选同一答案", en="nearly the same answer throughout"),
    "contradiction": Words(zh="意思相反的题答得矛盾", en="opposite items contradict each other"),
    "copied": Words(zh="与同班另一份答卷雷同", en="the same as another sheet of the class"),
    "parts": Words(zh="总分与分量表合计不符", en="the total is not the sum of its scales"),
    "conflict": Words(zh="与同期其他量表不一致", en="at odds with another questionnaire of the same days"),
}


def retests_of(
    instrument: Instrument, result: InstrumentResult, *, spoken_with: bool, high: str | None, asked_elsewhere: bool
) -> Iterator[Retest]:
    """Entries for the newest sheet of one questionnaire.

    `spoken_with` says that a named person has interviewed the student on a day after it came in, not blind, which
    answers what was to be asked. `high` is the score that reaches what its definition calls high; `asked_elsewhere`
    says that another questionnaire of the same time did ask about suicide and was answered.
    """
    label, on = instrument.label, result.administered_on.isoformat()

    def entry(why: str, zh: str, en: str) -> Retest:
        return Retest(instrument.code, why, Words(zh=label.zh + zh, en=label.en + en))

    if result.current and not spoken_with:
        if result.critical_status == "unknown":
            yield entry(
                "critical_blank",
                f" 关键题未作答（{on}），需当面询问",
                f": a critical item was left blank ({on}); ask in person",
            )
        if not instrument.suicidality_covered and not asked_elsewhere and (high is not None or result.soft_items):
            yield _safety_question(result, label, high=high)
    if not result.current:
        yield entry("stale", f" 答卷已过期（{on}），请复测", f": the last sheet is from {on}; repeat it")
    elif "validity_scale" in result.invalid_reasons:
        rule = instrument.validity[0]
        yield entry("void", f"：{rule.zh}（{on}）", f": {rule.en} ({on})")
    elif not result.valid and not result.scales_only:
        blanks = result.n_missing
        zh, en = (
            (f" 有 {blanks} 题未作答", f": {how_many(blanks, 'item')} left blank")
            if blanks
            else (" 没有总分", ": no total given")
        )
        yield entry("unscored", f"{zh}（{on}），无法计分，请复测", f"{en} ({on}), it cannot be scored; repeat it")
    elif result.suspect:
        zh, en = _listed(result.suspect)
        yield entry(
            "suspect", f" 作答质量存疑（{on}，{zh}），请复测", f": the answers are in doubt ({on}, {en}); repeat it"
        )


def _safety_question(result: InstrumentResult, label: Words, *, high: str | None) -> Retest:
    if high is not None:
        said = score_words(result, high)
        zh = f"{said.zh} 偏高，该量表不含自杀意念条目，请当面询问安全"
        en = f"{said.en} is high and it does not ask about suicide; ask about safety in person"
    else:
        on, items = result.administered_on.isoformat(), result.soft_items
        zh = (
            f"{label.zh} {'、'.join(item.zh for item in items)} 的回答需了解（{on}），该量表不含自杀意念条目，"
            "请当面询问安全"
        )
        en = (
            f"{label.en}: {', '.join(item.en for item in items)} call for a talk ({on}), and it does not ask about "
            "suicide; ask in person"
        )
    return Retest(result.code, "safety_question", Words(zh=zh, en=en))


def _listed(suspect: Sequence[str]) -> tuple[str, str]:
    known = [SUSPECT_WORDS[name] for name in suspect]
    return "、".join(one.zh for one in known), ", ".join(one.en for one in known)
