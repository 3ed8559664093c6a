"""What a report says, line by line: the same for the page, for paper and for Excel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data_schemas.instruments import Words
from models.duties import DUTIES, of_duty
from models.reports import Median, ReportKind
from serving.reports.service import DutiesTold, Report
from serving.reports.words_of import LABELS, NOT_HERE, TITLES

COVERED = ("D05", "D06", "D10", "D03", "D08", "D07", "D16")  # what D40 asks to be counted
NOT_TOLD, NONE = Words(zh="不显示", en="not shown"), Words(zh="–", en="–")
HALFWAY = Words(zh="尚未过半", en="not half of them yet")


@dataclass(frozen=True)
class Line:
    """A count `n`, `of` so many where it is a share (None of either: not told), or `text` in its place."""

    label: Words
    n: int | None = None
    of: int | None = None
    text: Words | None = None
    note: Words | None = None

    @property
    def share(self) -> int | None:
        """In per cent, of the figures as they are told."""
        return round(100 * self.n / self.of) if self.n is not None and self.of else None


@dataclass(frozen=True)
class Section:
    title: Words
    lines: tuple[Line, ...]
    note: Words | None = None


def sections_of(report: Report) -> tuple[Section, ...]:
    """In the order of the meeting's agenda; without those in which there is nothing to say."""
    made = (SECTIONS[code](report) for code in AGENDA[report.period.kind])
    return tuple(section for section in made if section.lines)


def _parts(report: Report, group: str, shares: bool = False) -> tuple[Line, ...]:
    total = report.told.sums[group]
    parts = report.told.groups[group]
    return tuple(Line(LABELS[group, part], n, total if shares else None) for part, n in parts.items())


def _now(report: Report) -> Section:
    """Only of a time that is not over: the present is not the past's."""
    title, note = TITLES["now"]
    if not report.now:
        return Section(title, ())
    everyone = Line(LABELS["students", ""], report.told.sums["students"])
    screened = Line(
        LABELS["screening", "screened"], report.told.groups["screening"]["screened"], report.told.sums["screening"]
    )
    return Section(title, (everyone, *_parts(report, "students"), screened), note)


def _work(report: Report) -> Section:
    title, note = TITLES["work"]
    received = Line(LABELS["received", ""], report.told.sums["received"])
    waits = [_wait(name, one) for name, one in report.told.waits.items()]
    known = Line(LABELS["known", "known"], report.told.groups["known"]["known"], report.told.sums["known"])
    return Section(title, (received, *_parts(report, "received", shares=True), *waits, known), note)


def _wait(name: str, one: Median) -> Line:
    label = LABELS["waits", name]
    if one.hours is None:
        return Line(label, text=NONE if one.n == 0 else NOT_TOLD)
    return Line(label, text=_long(one.hours))


def _long(hours: float) -> Words:
    if hours == float("inf"):
        return HALFWAY
    if hours < 1:
        return Words(zh=f"{round(60 * hours)} 分钟", en=f"{round(60 * hours)} minutes")
    if hours < 48:
        return Words(zh=f"{round(hours)} 小时", en=f"{round(hours)} h")
    return Words(zh=f"{round(hours / 24)} 天", en=f"{round(hours / 24)} days")


def _funnel(report: Report) -> Section:
    """值班—预约—面谈—转介—追踪—反馈, as the plan names them."""
    title, note = TITLES["funnel"]
    hours = report.uncovered
    duty = (
        Words(zh="没有值班表", en="no roster")
        if hours is None
        else Words(zh=f"{round(hours)} 小时无人值班", en=f"{round(hours)} hours without anybody")
    )
    told, sums = report.told.groups, report.told.sums
    answered, returned = told["referrals"]["answered"], told["referrals"]["returned"]
    back = None if answered is None or returned is None else answered + returned
    lines = (
        Line(LABELS["funnel", "duty"], text=duty),
        Line(LABELS["funnel", "booked"], text=NOT_HERE),
        Line(LABELS["funnel", "talks"], sums["talks"]),
        Line(LABELS["funnel", "referred"], sums["referrals"]),
        _done("D03", report.duties, LABELS["funnel", "followed"]),
        Line(LABELS["funnel", "answered"], back, sums["referrals"]),
    )
    return Section(title, lines, note)


def _duties(report: Report) -> Section:
    title, note = TITLES["duties"]
    return Section(title, tuple(_done(one.id, report.duties) for one in DUTIES if one.id in report.duties), note)


def _coverage(report: Report) -> Section:
    title, note = TITLES["coverage"]
    screened = Line(
        LABELS["screening", "screened"], report.told.groups["screening"]["screened"], report.told.sums["screening"]
    )
    has = report.resources
    resources: tuple[Line, ...] = ()
    if has.schools:
        resources = (
            Line(LABELS["coverage", "rooms"], has.rooms, has.schools),
            Line(LABELS["coverage", "double"], has.double_certified, has.counselors),
        )
    done = tuple(_done(one, report.coverage) for one in COVERED if one in report.coverage)
    return Section(title, (screened, *done, *resources), note)


def _done(duty: str, told: DutiesTold, label: Words | None = None) -> Line:
    """How much of a duty was done, and of that how much by its day."""
    rule, parts = of_duty(duty), told.get(duty)
    assert rule is not None
    named = label or Words(zh=f"{rule.what.zh} {duty}", en=f"{rule.what.en} {duty}")
    if parts is None:
        return Line(named, text=NONE, note=Words(zh="没有到期的", en="nothing was due"))
    in_time, late = parts["in_time"], parts["late"]
    done = None if in_time is None or late is None else in_time + late
    late_of = None if not late else Words(zh=f"其中 {late} 项晚完成", en=f"{late} of them late")
    if done is None and in_time is not None:
        return Line(named, in_time, parts["asked"], note=Words(zh="只计按期完成", en="those done in time"))
    return Line(named, done, parts["asked"], note=late_of)


def _decisions(report: Report) -> Section:
    title, note = TITLES["decisions"]
    return Section(title, (*_parts(report, "views", shares=True), *_parts(report, "explanations", shares=True)), note)


SECTIONS: Mapping[str, Callable[[Report], Section]] = {
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
