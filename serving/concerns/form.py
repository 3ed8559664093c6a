"""What somebody filled in about a report: its kind, who said so, when, and a note."""

from dataclasses import dataclass
from datetime import date, timedelta

from data_schemas.codes import SAFETY, Concern, Source
from models.policy import Policy

LONGEST_NOTE = 500  # characters
LONGEST_AGO = timedelta(days=30)  # what lies further back is not new: rules for fresh reports would not hear of it
# Facts of a roster or a survey's answers are nobody's report.
NOT_ASKED = {"class_task", "off"}
JUDGED = (Concern.MEDICAL_EVALUATION,)


@dataclass(frozen=True)
class ReportForm:
    """A filled-in form; `fault` is the key of the words that say what is wrong with it."""

    kind: Concern | None
    source: Source | None
    reported_on: date | None
    note: str
    fault: str | None


def kinds_of(policy: Policy, reads: bool) -> tuple[tuple[str, tuple[Concern, ...]], ...]:
    """The kinds that may be reported: what is about safety first. What is a counselor's judgement is reported by who
    `reads` records alone."""
    asked = [kind for kind in Concern if policy.concerns[kind.code] not in NOT_ASKED]
    asked = [kind for kind in asked if reads or kind not in JUDGED]
    safety = tuple(kind for kind in asked if kind in SAFETY)
    return ("safety", safety), ("other", tuple(kind for kind in asked if kind not in SAFETY))


def read_report(kind: str, source: str, on: str, note: str, policy: Policy, today: date, reads: bool) -> ReportForm:
    known = {one.code: one for _, kinds in kinds_of(policy, reads) for one in kinds}
    found = known.get(kind)
    said = Source.of(source) if source in Source.codes() else None
    try:
        day = date.fromisoformat(on) if on else today
    except ValueError:
        day = None
    fault = None
    if found is None:
        fault = "concern_fault_kind"
    elif said is None:
        fault = "concern_fault_source"
    elif day is None or not today - LONGEST_AGO <= day <= today:
        fault = "concern_fault_day"
    elif len(note) > LONGEST_NOTE:
        fault = "concern_fault_note"
    return ReportForm(found, said, day, note, fault)
