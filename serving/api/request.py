"""What a platform sends to have a student assessed: raw rows, never features.

A list that is left out was not collected; an empty one was, and there is nothing in it.
"""

from typing import Annotated

from pydantic import Field

from data_schemas.codes import (
    Answer,
    Concern,
    ConsentScope,
    Contacted,
    FamilyFlag,
    LeaveReason,
    LeaveType,
    OutcomeKind,
    Respondent,
    ScoreUnit,
    Selection,
    Sex,
    Source,
    Stage,
    Tier,
)
from serving.api.fields import AsOf, CodeOf, Day, Id, Moment, RequestPart, Variant, Word

MOST_RECORDS = 5000
EvidenceKey = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]{1,120}$", examples=["R02:phq9:2:2026-11-19"])]
RecordId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SheetRow(RequestPart):
    """One filled questionnaire: an answer for each item in its order, null where it was left blank."""

    instrument: Word = Field(description="code of a questionnaire, such as phq9", examples=["phq9"])
    administered_on: Day
    submitted_at: Moment | None = None
    received_at: Moment | None = None
    source_event_id: Id | None = None
    respondent: Annotated[str, CodeOf(Respondent)] | None = None
    duration_s: Annotated[float, Field(ge=0)] | None = None
    coding_variant: Variant | None = Field(
        None, description="how the answers are coded, one of the questionnaire's codings; its own where left out"
    )
    answers: list[int | None] = Field(min_length=1, max_length=500)


class ScoreRow(RequestPart):
    """A total, or another score of a questionnaire, where a platform does not export answers. Scores of one day and
    respondent are one sheet."""

    instrument: Word
    scale: Word = Field(description="`total`, or the code of another of its scores", examples=["total"])
    value: float
    administered_on: Day
    received_at: Moment | None = None
    respondent: Annotated[str, CodeOf(Respondent)] | None = None
    unit: Annotated[str, CodeOf(ScoreUnit)] | None = Field(
        None, description="`raw` for the plain sum of the answers; what the questionnaire defines where left out"
    )
    coding_variant: Variant | None = Field(
        None, description="the coding of the answers that were summed; the questionnaire's own where left out"
    )


class LeaveRow(RequestPart):
    type: Annotated[str, CodeOf(LeaveType)]
    start_on: Day
    end_on: Day | None = Field(None, description="left out while it is still going on")
    half_days: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        None,
        description="0: withdrawn, none of it was taken. Of records with one type and start_on the one recorded last "
        "counts; a shortened leave is sent again with its new end_on",
    )
    reason_code: Annotated[str, CodeOf(LeaveReason)] | None = None
    recorded_on: Day | None = Field(None, description="when it became known; the as-of date where left out")


class LeaveTotal(RequestPart):
    """Days of leave in the `window_days` up to `until_on`, where a platform only has sums."""

    until_on: Day
    recorded_on: Day | None = Field(None, description="when it became known; the as-of date where left out")
    window_days: Annotated[int, Field(ge=1, le=800)]
    days: Annotated[float, Field(ge=0, le=366)]
    episodes: Annotated[int, Field(ge=0, le=366)] | None = None


class FamilyRow(RequestPart):
    flag: Annotated[str, CodeOf(FamilyFlag)]
    value: Annotated[str, CodeOf(Answer)]
    source: Annotated[str, CodeOf(Source)] | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    verified_by: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="who has verified it; what nobody has is not used by the model"
    )
    evidence_ref: Annotated[str, Field(max_length=64)] | None = None
    recorded_on: Day | None = None


class ConcernRow(RequestPart):
    kind: Annotated[str, CodeOf(Concern)]
    reported_on: Day
    value: Annotated[str, CodeOf(Answer)] | None = None
    source: Annotated[str, CodeOf(Source)] | None = None
    tier: Annotated[str, CodeOf(Tier)] | None = None
    recorded_on: Day | None = None
    source_event_id: Id | None = Field(
        None, description="the report's own id: two reports of one kind, day and source are told apart by it alone"
    )


class ContactRow(RequestPart):
    """Somebody of the school reached the student or a guardian; it settles errands of that day and before, and reports
    that came in before it, and is kept. A row that does not say who was reached was an attempt."""

    contacted_on: Day
    whom: Annotated[str, CodeOf(Contacted)] | None = None
    recorded_on: Day | None = None


class ConsentRow(RequestPart):
    """Kept: what is taken back stays so, for all records and screenings, until a consent given on a later day says
    otherwise, in a record or in a screening's dataset. Below 14 years a guardian's counts (`parent`, `mca`), from 14 on
    the student's own; one without `given_by` is taken as given by whom it has to be."""

    scope: Annotated[str, CodeOf(ConsentScope)]
    given_by: Annotated[str, CodeOf(Source)] | None = None
    given_on: Day
    withdrawn_on: Day | None = None
    valid_until: Day | None = Field(None, description="the last day it holds; until it is withdrawn where left out")


class FeedRow(RequestPart):
    """How far a table reaches: outside it a value is missing, not empty."""

    table: Word
    covered_from: Day
    covered_to: Day


class FeatureValue(RequestPart):
    """A value of a feature that the operator's own dataset declares."""

    name: Word = Field(description="a feature that the serving model was trained with")
    value: float
    observed_on: Day
    recorded_on: Day | None = None


class ScoreRequest(RequestPart):
    """One student's records."""

    student_id: Id
    as_of: AsOf | None = Field(None, description="the day of the assessment; today where left out")
    school_id: Id | None = Field(
        None, description="the list that a student goes to who is on none yet; without it, every school's"
    )
    class_id: Id | None = None
    stage: Annotated[str, CodeOf(Stage)]
    grade: Annotated[int, Field(ge=1, le=13)] | None
    sex: Annotated[str, CodeOf(Sex)]
    age_years: Annotated[float, Field(ge=3, le=30)] | None = None
    birth_date: Day | None = None
    boarding: bool | None = None
    enrolled_on: Day | None = Field(None, description="leave is counted against the school days since then")
    responses: list[SheetRow] | None = Field(None, max_length=500)
    scores: list[ScoreRow] | None = Field(None, max_length=2000)
    leaves: list[LeaveRow] | None = Field(None, max_length=5000)
    leave_totals: list[LeaveTotal] | None = Field(None, max_length=1000)
    family: list[FamilyRow] | None = Field(None, max_length=1000)
    concerns: list[ConcernRow] | None = Field(None, max_length=2000)
    contacts: list[ContactRow] | None = Field(None, max_length=1000)
    consents: list[ConsentRow] | None = Field(None, max_length=100)
    features: list[FeatureValue] | None = Field(None, max_length=1000)
    feeds: list[FeedRow] | None = Field(None, max_length=100)


class BatchRequest(RequestPart):
    """Records of a whole school or grade. A record at fault is reported by its place and spoils no other."""

    records: list[ScoreRequest] = Field(max_length=MOST_RECORDS)


class OutcomeRow(RequestPart):
    """What a person found or what happened, as a row of the table `outcomes`."""

    student_id: Id
    school_id: Id | None = Field(None, description="for a student who is on no list yet")
    observed_on: Day
    kind: Annotated[str, CodeOf(OutcomeKind)]
    level: Annotated[int, Field(ge=0, le=3)] = Field(
        description="0 routine, 1 watch, 2 priority, 3 crisis, as the person found it: never a tier of the model's"
    )
    selection_reason: Annotated[str, CodeOf(Selection)] | None = None
    selection_prob: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="with what chance the student came to be interviewed; without it the label weighs nothing"
    )
    recorded_on: Day | None = Field(
        None,
        description="when it became known; today where left out. Of two requests "
        "the later arrival counts, whatever day it states",
    )
    interviewer: Id | None = Field(None, description="a pseudonymous id; without one nothing is closed")
    second_interviewer: Id | None = Field(None, description="danger is closed by two persons only")
    saw_score: bool | None = Field(None, description="whether the interviewer had seen the score before")
    assessed: list[EvidenceKey] | None = Field(
        None,
        max_length=100,
        description="the evidence that was assessed, as answers name it, none of it of a later day than the interview; "
        "left out, what was known before the day of the interview; an empty list closes nothing. What comes in "
        "afterwards is open, under the same key too",
    )
    corrects: RecordId | None = Field(
        None, description="the `record_id` of the record that this one takes the place of"
    )


class OutcomesRequest(RequestPart):
    """Outcomes, recorded together or not at all."""

    outcomes: list[OutcomeRow] = Field(min_length=1, max_length=MOST_RECORDS)
