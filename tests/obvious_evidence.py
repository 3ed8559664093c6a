"""Which pieces of evidence a sheet or a report is, in plain steps. Numbers in comments are the domain decisions'."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.obvious_facts import CRISIS, TIERS, Answered, Reported, Since, Span

WATCH, PRIORITY = 1, 2
LEAD = "lead"
# R10 to R14: kind of report → rule, tier.
DANGER = {
    "self_harm": ("R10", PRIORITY),
    "self_harm_serious": ("R10", CRISIS),
    "suicide_attempt": ("R10", CRISIS),
    "suicide_intent": ("R11", CRISIS),
    "suicide_means": ("R11", CRISIS),
    "abuse_suspected": ("R12", CRISIS),
    "domestic_violence_suspected": ("R12", CRISIS),
    "neglect_suspected": ("R12", CRISIS),
    "sexual_harm_suspected": ("R12", CRISIS),
    "bullying_serious": ("R13", PRIORITY),
    "threat_to_others": ("R14", PRIORITY),
    "threat_to_others_concrete": ("R14", CRISIS),
}
SUICIDAL = {"self_harm", "self_harm_serious", "suicide_attempt", "suicide_intent", "suicide_means"}
# 32: what somebody has to look into, without a tier. Facts of a roster and answers of a survey are not among them.
LEADS = {"mood_abnormal", "bullying", "school_aversion", "parent_child_conflict", "study_pressure"}


@dataclass(frozen=True)
class Numbers:
    """The operator's numbers, as in the packaged policy and the definition of PHQ-9."""

    recall_days: int = 14
    most_blank: int = 2
    watch_total: float = 10
    priority_total: float = 15
    blank_others: int = 10
    modifier_total: float = 15
    suspension_days: int = 365


@dataclass(frozen=True)
class Piece:
    """One piece of evidence, or a lead (tier 0). `safety`: of danger; `old`: its sheet was past its recall window;
    `record`: the sheet's answers, or who reported."""

    rule: str
    kind: str
    day: date
    tier: int
    safety: bool
    old: bool = False
    record: object = None

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.kind}:{self.day}"


def total_of(answers: tuple[int | None, ...], numbers: Numbers) -> float | None:
    """The total; up to two blanks count as the mean of the others, with more there is none."""
    given = [answer for answer in answers if answer is not None]
    if not given or len(answers) - len(given) > numbers.most_blank:
        return None
    return sum(given) * len(answers) / len(given)


def is_empty(sheet: Answered) -> bool:
    """A form that was never opened is nobody's sheet."""
    return all(answer is None for answer in sheet.answers)


def skipped_item_9(sheet: Answered) -> bool:
    """7: a skipped critical item is asked in person, whatever the total."""
    return not is_empty(sheet) and sheet.answers[8] is None


def sheet_pieces(
    sheet: Answered, known: Since, attempts: Iterable[date], suspended: Iterable[Span], numbers: Numbers
) -> list[Piece]:
    """R01, R02, R19 and the floors of the total.

    `attempts` are the days of reported attempts and `suspended` the suspensions that were known at filing; both weigh
    against the day of the sheet, so that what comes later does not raise an older answer.
    """
    if is_empty(sheet):
        return []
    day, item9 = sheet.administered_on, sheet.answers[8]
    old = (known.day - day).days > numbers.recall_days  # 10: past its recall window when it was received
    total = total_of(sheet.answers, numbers)
    pieces = []
    if item9 is None:
        others = sum(answer for answer in sheet.answers[:8] if answer is not None)
        if others >= numbers.blank_others:
            pieces.append(Piece("R19", "phq9", day, WATCH, safety=True, old=old, record=sheet.answers))
    elif item9 >= 2:
        pieces.append(Piece("R02", f"phq9:{item9}", day, CRISIS, safety=True, old=old, record=sheet.answers))
    elif item9 == 1:
        graver = total is not None and total >= numbers.modifier_total
        for attempt in attempts:
            if attempt <= day:
                graver = True
        for start, end in suspended:
            if start <= day and (end is None or end >= day - timedelta(days=numbers.suspension_days)):
                graver = True
        rule, tier = ("R02", CRISIS) if graver else ("R01", PRIORITY)
        pieces.append(Piece(rule, f"phq9:{item9}", day, tier, safety=True, old=old, record=sheet.answers))
    # 10: of an old sheet only the critical items open something. 6: of the floors of a total the highest counts.
    if total is not None and not old:
        if total >= numbers.priority_total:
            pieces.append(Piece("phq9-total-15", "phq9", day, PRIORITY, safety=False, record=sheet.answers))
        elif total >= numbers.watch_total:
            pieces.append(Piece("phq9-total-10", "phq9", day, WATCH, safety=False, record=sheet.answers))
    return pieces


def report_pieces(report: Reported, suicidality: bool) -> list[Piece]:
    """R10 to R14, R20, or a lead. `suicidality`: another sheet or report of the student speaks of it."""
    day, by = report.reported_on, report.source
    if report.kind in DANGER:
        rule, tier = DANGER[report.kind]
        if report.kind == "bullying_serious" and suicidality:
            tier = CRISIS
        return [Piece(rule, report.kind, day, tier, safety=True, record=by)]
    if report.kind == "manual":
        stated = TIERS.index(report.tier) if report.tier else WATCH
        tier = max(WATCH, stated)  # R20: as stated, 关注 at least
        return [Piece("R20", "manual", day, tier, safety=tier == CRISIS, record=by)]
    if report.kind in LEADS:
        return [Piece(LEAD, report.kind, day, 0, safety=False, record=by)]
    return []
