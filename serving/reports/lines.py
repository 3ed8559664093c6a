"""What a report says, line by line: the same for the page, for paper and for Excel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data_schemas.instruments import Words
from models.duties import DUTIES, of_duty
from models.reports import DutyTold, Median, ReportKind, Signal
from serving.reports.service import Report
from serving.reports.signals import ClassSignals
from serving.reports.words_of import LABELS, TITLES

COVERED = ("D05", "D06", "D10", "D03", "D08", "D07", "D16")  # what D40 asks to be counted
NOT_TOLD, NONE = Words(zh="不显示", en="not shown"), Words(zh="–", en="–")
NOT_DUE = Words(zh="没有到期的", en="nothing was due")
EARLIER = Words(zh="只计本学年的任务", en="tasks are counted in this school year only")
STANDS_OUT = {
    Signal.SLEEP: Words(zh=" · 高于全校", en=" · above the school"),
    Signal.LEAVE: Words(zh=" · 高于全校", en=" · above the school"),
    Signal.CHANGE: Words(zh=" · 上升", en=" · rising"),
}
HALFWAY = Words(zh="尚未过半", en="not half of them yet")


@dataclass(frozen=True)
class ReportLine:
    """A count `n`, `of` so many where it is a share (None of either: not told), or `text` in its place."""

    label: Words
    n: int | None = None
    of: int | None = None
    text: Words | None = None
    note: Words | None = None
    small: bool = False  # a count that is not told is too small, and not hidden because of another
    exact: bool = False  # it is of schools, and told as it is

    @property
    def share(self) -> int | None:
        """In per cent, of the figures as they are told."""
        return round(100 * self.n / self.of) if self.n is not None and self.of else None


OF_A_SCHOOL = ReportLine(NONE)  # as a column of the schools is told


@dataclass(frozen=True)
class ReportPart:
    title: Words
    lines: tuple[ReportLine, ...]
    note: Words | None = None


def number_words(n: int | None, report: Report, line: ReportLine) -> Words:
    """A count as it is told: exactly, to the nearest five, or that it is too small or not shown."""
    if n is not None:
        known = line.exact or not report.least
        return Words(zh=str(n), en=str(n)) if known else Words(zh=f"约 {n}", en=f"about {n}")
    return Words(zh=f"少于 {report.least}", en=f"fewer than {report.least}") if line.small else NOT_TOLD


def signal_words(signal: Signal, of: ClassSignals) -> Words:
    """A share of a class with its interval, and whether it stands out."""
    if signal not in of.shares:
        return NONE
    one = of.shares[signal]
    if one is None:
        return NOT_TOLD
    n = "{:+.0f}" if signal is Signal.CHANGE else "{:.0f}"
    share, low, high = (n.format(100 * part) for part in (one.share, one.low, one.high))
    unit = (" 个百分点", " points") if signal is Signal.CHANGE else ("%", "%")
    mark = STANDS_OUT[signal] if one.stands_out else Words(zh="", en="")
    return Words(zh=f"{share}{unit[0]}（{low} 至 {high}）{mark.zh}", en=f"{share}{unit[1]} ({low} to {high}){mark.en}")


def sections_of(report: Report) -> tuple[ReportPart, ...]:
    """In the order of the meeting's agenda; without those in which there is nothing to say."""
    made = (SECTIONS[code](report) for code in AGENDA[report.period.kind])
    return tuple(section for section in made if section.lines)


def _count(report: Report, name: str, label: Words, of: int | None = None) -> ReportLine:
    return ReportLine(label, report.told.counts[name], of, small=True)


def _sum(report: Report, group: str) -> ReportLine:
    return ReportLine(LABELS[group, ""], report.told.sums[group], small=True)


def _parts(report: Report, group: str, shares: bool = False) -> tuple[ReportLine, ...]:
    total = report.told.sums[group]
    parts = report.told.groups[group]
    return tuple(ReportLine(LABELS[group, part], n, total if shares else None) for part, n in parts.items())


def _now(report: Report) -> ReportPart:
    """Only of a time that is not over: the present is not the past's."""
    title, note = TITLES["now"]
    if not report.now:
        return ReportPart(title, ())
    return ReportPart(title, (_sum(report, "students"), *_parts(report, "students"), _screened(report)), note)


def _screened(report: Report) -> ReportLine:
    return _count(report, "screened", LABELS["counts", "screened"], report.told.sums["students"])


def _work(report: Report) -> ReportPart:
    title, note = TITLES["work"]
    waits = [_wait(name, one) for name, one in report.told.waits.items()]
    known = _count(report, "known", LABELS["counts", "known"], report.told.sums["received"])
    return ReportPart(title, (_sum(report, "received"), *_parts(report, "received", shares=True), *waits, known), note)


def _wait(name: str, one: Median) -> ReportLine:
    label = LABELS["waits", name]
    if one.hours is None:
        return ReportLine(label, text=NONE if one.n == 0 else NOT_TOLD)
    return ReportLine(label, text=_long(one.hours))


def _long(hours: float) -> Words:
    if hours == float("inf"):
        return HALFWAY
    if hours < 1:
        return Words(zh=f"{round(60 * hours)} 分钟", en=f"{round(60 * hours)} minutes")
    if hours < 48:
        return Words(zh=f"{round(hours)} 小时", en=f"{round(hours)} h")
    return Words(zh=f"{round(hours / 24)} 天", en=f"{round(hours / 24)} days")


def _funnel(report: Report) -> ReportPart:
    """值班—预约—面谈—转介—追踪—反馈, as the plan names them."""
    title, note = TITLES["funnel"]
    hours = report.uncovered
    duty = (
        Words(zh="没有值班表", en="no roster")
        if hours is None
        else Words(zh=f"{round(hours)} 小时无人值班", en=f"{round(hours)} hours without anybody")
    )
    lines = (
        ReportLine(LABELS["funnel", "duty"], text=duty),
        _count(report, "booked", LABELS["funnel", "booked"]),
        _count(report, "kept", LABELS["funnel", "kept"], report.told.counts["booked"]),
        _count(report, "talks", LABELS["funnel", "talks"]),
        _count(report, "referrals", LABELS["funnel", "referred"]),
        _done(report, "D03", report.duties, LABELS["funnel", "followed"]),
        _count(report, "answered", LABELS["funnel", "answered"], report.told.counts["referrals"]),
    )
    return ReportPart(title, lines, note)


def _duties(report: Report) -> ReportPart:
    title, note = TITLES["duties"]
    return ReportPart(
        title, tuple(_done(report, one.id, report.duties) for one in DUTIES if one.id in report.duties), note
    )


def _coverage(report: Report) -> ReportPart:
    """Of this school year, which a report of an earlier one does not tell of."""
    title, note = TITLES["coverage"]
    if not report.now:
        return ReportPart(title, ())
    has = report.resources
    resources: tuple[ReportLine, ...] = ()
    if has.schools:
        resources = (
            ReportLine(LABELS["coverage", "rooms"], has.rooms, has.schools, exact=True),
            ReportLine(LABELS["coverage", "double"], has.double_certified, has.counselors, exact=True),
        )
    done = tuple(_done(report, one, report.coverage) for one in COVERED if one in report.coverage)
    return ReportPart(title, (_screened(report), *done, *resources), note)


def _done(report: Report, duty: str, told: Mapping[str, DutyTold], label: Words | None = None) -> ReportLine:
    """How much of a duty was done, and how much of that after its day."""
    rule, one = of_duty(duty), told.get(duty)
    assert rule is not None
    named = label or Words(zh=f"{rule.what.zh} {duty}", en=f"{rule.what.en} {duty}")
    if one is None:
        return ReportLine(named, text=NONE, note=NOT_DUE if report.period.last >= report.year_from else EARLIER)
    late = Words(zh=f"其中 {one.late} 项晚完成", en=f"{one.late} of them late") if one.late else None
    return ReportLine(named, one.done, one.due, note=late, small=True, exact=rule.of_school)


def _decisions(report: Report) -> ReportPart:
    title, note = TITLES["decisions"]
    return ReportPart(
        title, (*_parts(report, "views", shares=True), *_parts(report, "explanations", shares=True)), note
    )


SECTIONS: Mapping[str, Callable[[Report], ReportPart]] = {
    "now": _now,
    "work": _work,
    "funnel": _funnel,
    "duties": _duties,
    "coverage": _coverage,
    "decisions": _decisions,
}
AGENDA: Mapping[ReportKind, tuple[str, ...]] = {
    ReportKind.WEEK: ("now", "work", "duties"),
    ReportKind.MONTH: ("now", "work", "funnel", "duties"),
    ReportKind.TERM: ("funnel", "work", "duties", "coverage"),
    ReportKind.HALF: ("now", "funnel", "work", "coverage", "decisions"),
}
