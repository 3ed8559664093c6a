"""What is on record about a student: facts that were appended one by one and never changed.

The present is computed from them (`models.triage.present`). Who keeps them is another matter: the store reads them back
as these objects, and so does a dataset's own records for the preview of a promotion and the evaluation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from data_schemas.codes import ConsentScope, OutcomeKind, Selection, Tier
from models.assessment import Assessment, Floor
from models.came import Came

ZONE = ZoneInfo("Asia/Shanghai")  # days are the school's own
DAY_BEGINS = time(8)  # what is known by its day alone is taken to have come in then
INTERVIEW, AUDIT = OutcomeKind.INTERVIEW.code, Selection.AUDIT.code
SCREENING = "screening"  # the door by which a dataset's rows come in
PAGE = "page"  # … and what somebody who is signed in records on a page
OF_PAGE = f"{PAGE}:"  # how the record of a report on a page begins
NO_MODEL = {ConsentScope.MODEL_SCORE.code, ConsentScope.SCREENING.code}  # where either is taken back no model speaks
RAISING = (INTERVIEW, OutcomeKind.CRISIS_EVENT.code, OutcomeKind.REFERRAL.code)


@dataclass(frozen=True)
class Piece:
    """One piece of evidence as it was filed. Its clock runs from `received_at`. The same key is filed again where
    more was seen in it, or where it rests on another report or sheet: then there are several pieces of one key, each
    with the moment it came in.

    `door` is the way in ("screening", "score", "page"), `filed_by` the run, entry or person it came with, `filed_at`
    when it was put on file, None where it was on file from the first. `file` is the file that it was put into, and
    `joined_at` the moment at which it came to stand in another one, `joined_to`.
    """

    floor: Floor
    received_at: datetime
    door: str = SCREENING
    filed_by: str = ""
    filed_at: datetime | None = None
    file: str = ""
    joined_at: datetime | None = None
    joined_to: str | None = None

    @property
    def came(self) -> Came:
        return Came(self.filed_at or self.received_at, self.file, self.joined_at, self.joined_to)

    def here(self, file: str) -> datetime | None:
        """Since when whoever speaks of a file could have seen it there; None where it has never stood in it. What is
        forwarded later nobody had seen, however early it was received elsewhere."""
        return self.came.here(file)

    @property
    def known_on(self) -> date:
        """The day on which somebody here could know of it first."""
        return max(self.floor.known_on, self.received_at.astimezone(ZONE).date())

    def known_in(self, file: str) -> date:
        """The day on which whoever speaks of a file could know of it first. What was filed of another id, which a
        person found to be the same student, nobody could before that."""
        here = self.here(file)
        if here is None or self.came.of_id(file):
            return self.known_on
        return max(self.known_on, here.astimezone(ZONE).date())

    @property
    def key(self) -> str:
        return self.floor.evidence


@dataclass(frozen=True)
class Word:
    """What a person found or what happened: one row of the table `outcomes`, as it came.

    `assessed` are the keys of the evidence that it assessed, empty where it named none, and None where it came without
    a list, as an import of interviews held elsewhere does. `corrects` is the id of the word it supersedes. `file` is
    the file that it was put into, `joined_at` the moment at which it came to stand in another one, `joined_to`. Of one
    that is `withdrawn`, which withdrawn runs alone have brought, nobody answers.
    """

    word_id: str
    kind: str
    level: int
    observed_on: date
    received_at: datetime
    interviewer: str | None = None
    second_interviewer: str | None = None
    selection_reason: str | None = None
    saw_score: bool | None = None
    recorded_on: date | None = None
    assessed: tuple[str, ...] | None = None
    corrects: str | None = None
    door: str = SCREENING
    file: str = ""
    withdrawn: bool = False
    joined_at: datetime | None = None
    joined_to: str | None = None

    def heard_of(self, other: Self) -> bool:
        """Whether it can speak of what another word says: of the same file, or because a roster or a person had found
        the two to be one student's before it came in. Of what stood elsewhere it had seen nothing."""
        if self.file == other.file:
            return True
        return other.joined_to == self.file and other.joined_at is not None and other.joined_at <= self.received_at

    @property
    def of_nobody(self) -> Self:
        """It may raise, and closes, lowers and corrects nothing."""
        return replace(self, interviewer=None, second_interviewer=None, corrects=None)

    @property
    def known_on(self) -> date:
        return self.recorded_on or self.observed_on

    @property
    def since(self) -> datetime:
        """From when its clock runs: the moment it came in, and of a row of a screening the day it was recorded, never
        the moment of publication."""
        return day_start(self.known_on) if self.door == SCREENING else self.received_at

    @property
    def persons(self) -> frozenset[str]:
        """Who answers for it, as they are written: nobody without a first name."""
        if self.interviewer is None:
            return frozenset()
        return frozenset({self.interviewer, self.second_interviewer} - {None})  # type: ignore[arg-type]

    @property
    def signed(self) -> frozenset[str]:
        """The same to be counted: two persons differ in more than capitals."""
        return frozenset(one.casefold() for one in self.persons)

    @property
    def is_interview(self) -> bool:
        return self.kind == INTERVIEW and self.interviewer is not None

    @property
    def only_takes_back(self) -> bool:
        """The correction of a record on a page by nothing: it says nothing itself."""
        return self.door == PAGE and self.corrects is not None and self.interviewer is None

    @property
    def asks(self) -> bool:
        """A talk for a reason, in which was asked what was to be asked, unless the record says that nothing was."""
        return self.is_interview and not self.blind and self.assessed != ()

    @property
    def blind(self) -> bool:
        """A routine talk with a student drawn by lot: it saw nothing and closes nothing that it does not name."""
        return self.selection_reason == AUDIT


@dataclass(frozen=True)
class Contact:
    """A contact with the student or a guardian that came about; an attempt is none."""

    on: date
    received_at: datetime
    with_whom: str | None = None
    file: str = ""
    door: str = SCREENING


@dataclass(frozen=True)
class Attempt:
    """A try to reach a student or a guardian, as somebody recorded it on a page. `again_on` is the day on which to try,
    or to talk, again; `with_student` tells that it was not a guardian who was called, `file` is where it was put."""

    on: date
    received_at: datetime
    by: str
    reached: bool
    again_on: date | None = None
    with_student: bool = True
    file: str = ""


@dataclass(frozen=True)
class PlanStart:
    """The plan that is followed: since when, the totals at its beginning by questionnaire, and the days of the reviews
    since."""

    on: date
    baseline: Mapping[str, float]
    reviews: tuple[date, ...] = ()


@dataclass(frozen=True)
class CaseFacts:
    """What of a case bears on what is due: when somebody took it on, each time with the file in which they did, and the
    plan that is followed."""

    taken_on: tuple[tuple[str, datetime], ...] = ()
    plan: PlanStart | None = None


@dataclass(frozen=True)
class StudentFacts:
    """Everything about one student that the present is computed from.

    `assessment` is the one in force, of the newest run or of a record sent since; None where there is nothing in it to
    tell, and then `model_tier`, `margin`, `severity` and `screened` still say what it said. `model_since` is the moment
    at which the model's tier came about. A `stranger` is on no roster, or on none any more (`gone`); `reason` says why
    an import could not place somebody.
    """

    student_id: str
    school_id: str
    assessment: Assessment | None = None
    model_tier: Tier | None = None
    model_since: datetime | None = None
    margin: float | None = None
    severity: float = 0.0
    screened: bool = False
    pieces: tuple[Piece, ...] = ()
    words: tuple[Word, ...] = ()
    contacts: tuple[Contact, ...] = ()
    stranger: bool = False
    gone: bool = False
    reason: str | None = None
    withdrawn: Mapping[str, date] = field(default_factory=dict)  # scopes of consent that were taken back, and when
    assessment_id: str | None = None
    attempts: tuple[Attempt, ...] = ()
    case: CaseFacts = CaseFacts()

    @property
    def declined(self) -> bool:
        """Consent to screening is taken back."""
        return ConsentScope.SCREENING.code in self.withdrawn

    @property
    def as_consented(self) -> Self:
        """Without anything that a model said, where consent to that is taken back or over: it counts from then on, not
        from the next screening."""
        if not NO_MODEL & self.withdrawn.keys():
            return self
        said = None if self.assessment is None else self.assessment.without_model
        return replace(self, assessment=said, model_tier=None, model_since=None, margin=None)


def same_record(one: str | None, other: str | None) -> bool:
    """Whether two pieces of one key rest on the same record. What was filed without one may rest on any, but on none
    that somebody made on a page: that is always a record of its own."""
    if one is None or other is None:
        return not any(record is not None and record.startswith(OF_PAGE) for record in (one, other))
    return one == other


def day_start(day: date) -> datetime:
    """The moment from which a fact counts of which the day alone is known."""
    return datetime.combine(day, DAY_BEGINS, ZONE)
