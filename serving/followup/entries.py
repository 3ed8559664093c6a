"""The follow-up list as plain objects: what pages, the command line and the API show."""

from dataclasses import dataclass
from datetime import date, datetime

from data_schemas.codes import Code
from data_schemas.instruments import Words
from models.assessment import Assessment, ModelStatus
from serving.store import Pupil

__all__ = ["Due", "Entry", "FollowUpList", "Pupil", "Section"]


class Section(Code):
    """Where a line stands: (code, zh, en)."""

    IMMEDIATE = ("immediate", "即时核查", "Immediate checks")
    WEEK = ("week", "本周访谈", "This week")
    BELOW = ("below", "本周未安排", "Not scheduled this week")
    CONTACT = ("contact", "待联系", "To contact")
    HISTORY = ("history", "历史待核", "Older evidence to clear")
    RETEST = ("retest", "需复测", "Retest")
    NOT_SCREENED = ("not_screened", "未筛查", "Not screened")
    IDENTITY = ("identity", "身份待核", "Identity to check")


@dataclass(frozen=True)
class Due:
    """What is to be done next; `by` is None where there is no clock."""

    what: Words
    by: datetime | None
    overdue: bool


@dataclass(frozen=True)
class Entry:
    """One line of the list. `rank` counts within the week's line and below it; immediate checks have none.

    `slot` says which of the week's places it fills: "ranked", "concern" or "audit". An audit is blind: its
    assessment here is empty, and its tier is not to be shown. `assessment_id` is what a replay asks for.
    """

    pupil: Pupil
    section: Section
    assessment: Assessment
    why: tuple[Words, ...]  # at most two sentences
    due: Due
    rank: int | None = None
    slot: str | None = None
    assessment_id: str | None = None


@dataclass(frozen=True)
class FollowUpList:
    """One school's list of one published run.

    `below` counts those under the week's line. `expected_missed` is an interval of students with need who stand
    below it or were not screened, None where there are too few audits to say. `silent_feeds` names tables whose
    feed has stopped.
    """

    run_id: str
    school_id: str
    as_of: date
    published_at: datetime
    synthetic: bool
    model: ModelStatus
    enrolled: int
    screened: int
    immediate: tuple[Entry, ...]
    week: tuple[Entry, ...]
    below: tuple[Entry, ...]
    contact: tuple[Entry, ...]
    history: tuple[Entry, ...]
    retest: tuple[Entry, ...]
    not_screened: tuple[Entry, ...]
    identity: tuple[Entry, ...]
    weekly_slots: int
    check_minutes: int
    expected_missed: tuple[float, float, float] | None
    silent_feeds: tuple[str, ...]
    tier_counts: dict[str, int]

    @property
    def unscheduled(self) -> int:
        """Everyone enrolled who is neither checked at once nor on the week's line, screened or not."""
        unknown = {entry.pupil.student_id for entry in self.identity}
        scheduled = {entry.pupil.student_id for entry in (*self.immediate, *self.week)}
        return self.enrolled - len(scheduled - unknown)
