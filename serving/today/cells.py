"""The columns of a printed list: what one line says in one language."""

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.triage import BY_CODE, ZONE
from models.triage.missed import Missed
from models.triage.queues import IMMEDIATE, WEEK
from serving.today.entries import Due, Entry, FollowUpList

SHAPES = {Tier.CRISIS: "■", Tier.PRIORITY: "▲", Tier.WATCH: "◆", Tier.ROUTINE: "●"}
BLIND = "—"  # a blind line shows no tier
COLUMNS = (
    Words(zh="序号", en="rank"),
    Words(zh="等级", en="tier"),
    Words(zh="学生编号", en="student"),
    Words(zh="班级", en="class"),
    Words(zh="原因", en="why"),
    Words(zh="应做", en="due"),
    Words(zh="截止", en="by"),
    Words(zh="逾期", en="overdue"),
)
PENDING = Words(zh="待核查", en="to be checked")


def pick(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en


def queue_title(code: str, lang: str) -> str:
    return pick(BY_CODE[code].title, lang)


def tier_words(tier: Tier | None, confirmed: bool, lang: str) -> str:
    """The tier's word with its shape."""
    return BLIND if tier is None else f"{SHAPES[tier]} {tier_name(tier, confirmed, lang)}"


def tier_name(tier: Tier, confirmed: bool, lang: str) -> str:
    """The tier's word; 危机 that nobody has confirmed says so."""
    word = tier.zh if lang == "zh" else tier.en
    return f"{word}·{pick(PENDING, lang)}" if tier is Tier.CRISIS and not confirmed else word


def cells(entry: Entry, lang: str) -> tuple[str, ...]:
    """One line under `COLUMNS`."""
    dues = entry.dues
    overdue = Words(zh="逾期", en="overdue")
    return (
        "" if entry.rank is None else str(entry.rank),
        tier_words(entry.tier, entry.confirmed, lang),
        _who(entry, lang),
        entry.student.class_id or "",
        "\n".join(pick(words, lang) for words in entry.why),
        "\n".join(_asked(due, entry, lang) for due in dues),
        "\n".join("" if due.by is None else due.by.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") for due in dues),
        "\n".join(pick(overdue, lang) if due.overdue else "" for due in dues).rstrip(),
    )


def _who(entry: Entry, lang: str) -> str:
    """The student's id. Where a line stands for several of one import, all are named of whom danger is to be checked:
    there is no other line of theirs."""
    first, more = entry.student.student_id, len(entry.others)
    if not more:
        return first
    if BY_CODE[entry.queue].never_cut:
        return "\n".join((first, *entry.others))
    return f"{first} {pick(Words(zh=f'等 {more + 1} 人', en=f'and {more} more'), lang)}"


def _asked(due: Due, entry: Entry, lang: str) -> str:
    """What is due, and why where the line's own reasons do not say so."""
    if due.why is None or due.why in entry.why:
        return pick(due.what, lang)
    return f"{pick(due.what, lang)}（{pick(due.why, lang)}）"


def missed_words(missed: Missed) -> Words:
    """How many are expected and not yet found, or what is lacking to say so."""
    if missed.value is None or missed.low is None or missed.high is None:
        return Words(
            zh=f"无法估计（例行访谈 {missed.talks} 次，至少需 {missed.needed} 次）",
            en=f"cannot be estimated ({missed.talks} routine talks, {missed.needed} are needed)",
        )
    value, low, high = (f"{count:.0f}" for count in (missed.value, missed.low, missed.high))
    return Words(zh=f"{value} 人（{low}–{high}）", en=f"{value} ({low}–{high})")


def headline(listed: FollowUpList, lang: str) -> str:
    """What the list is and how much it asks for."""
    hours = listed.count(IMMEDIATE) * listed.check_minutes / 60
    missed = pick(missed_words(listed.missed), lang)
    where = f"{listed.school_id} · {listed.as_of.isoformat()}"
    checks, interviews = listed.count(IMMEDIATE), listed.count(WEEK)
    if lang == "zh":
        parts = [
            f"在校 {listed.enrolled} 人，已筛查 {listed.screened} 人",
            f"即时核查 {checks} 人（约 {hours:.1f} 小时）",
        ]
        parts += [f"本周访谈 {interviews} 人", f"全校预计尚未发现：{missed}"]
    else:
        parts = [
            f"{listed.enrolled} enrolled, {listed.screened} screened",
            f"{checks} immediate checks (about {hours:.1f} h)",
        ]
        parts += [f"{interviews} interviews this week", f"expected and not yet found: {missed}"]
    return " · ".join([where, *parts])


def foot(listed: FollowUpList, lang: str) -> str:
    """The line under the week: nobody below it is said to be well."""
    if lang == "zh":
        return f"本周名单到此 · 其下 {listed.unscheduled} 人本周未安排"
    return f"end of this week's line · {listed.unscheduled} below it are not scheduled this week"


def model_words(listed: FollowUpList, lang: str) -> str:
    model = listed.model
    if model.status == "ok":
        return (
            f"{'模型' if lang == 'zh' else 'model'} {model.name} {model.version} ({model.data_origin}) · {model.policy}"
        )
    none = Words(zh="无模型，按安全规则与量表得分排序", en="no model; ordered by safety rules and questionnaires")
    return f"{pick(none, lang)} · {model.policy}"
