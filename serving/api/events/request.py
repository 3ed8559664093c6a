"""What a platform sends when something happened: events of one student, each a row of the tables that `/score` takes.

Nobody has to send again what was sent before: an event is read beside everything on record.
"""

from typing import Annotated, Literal

from pydantic import Field

from data_schemas.codes import LeaveReason, Sex, Stage
from serving.api.fields import CodeOf, Day, Id, RequestPart
from serving.api.request import ConcernRow, LeaveRow, SheetRow

MOST_EVENTS = 100
OWN_EVENT = ("suspension", "resumption", "discharge")  # kinds of leave that are events of their own


class LeaveEvent(LeaveRow):
    """Leave that was entered or approved, or an absence. A suspension, the return from one and a return from hospital
    are events of their own."""

    event: Literal["leave"]


class SheetEvent(SheetRow):
    """A questionnaire that was filled in."""

    event: Literal["sheet"]


class ConcernEvent(ConcernRow):
    """What somebody noticed and reported."""

    event: Literal["concern"]


class RosterEvent(RequestPart):
    """Who the student is, as far as it is said. It is read with this event and all that follow; at which school and in
    which class a student stands on the list, the school's roster alone says."""

    event: Literal["roster"]
    stage: Annotated[str, CodeOf(Stage)] | None = None
    grade: Annotated[int, Field(ge=1, le=13)] | None = None
    class_id: Id | None = None
    sex: Annotated[str, CodeOf(Sex)] | None = None
    birth_date: Day | None = None
    boarding: bool | None = None
    enrolled_on: Day | None = Field(None, description="leave is counted against the school days since then")


class DischargeEvent(RequestPart):
    """The student is back at school after a stay in hospital."""

    event: Literal["discharge"]
    returned_on: Day = Field(description="the first day back at school")
    reason_code: Annotated[str, CodeOf(LeaveReason)] | None = None
    recorded_on: Day | None = Field(None, description="when it became known; today where left out")


class SuspensionEvent(RequestPart):
    """The student's enrolment is suspended (休学)."""

    event: Literal["suspension"]
    start_on: Day
    end_on: Day | None = Field(None, description="left out while no end is set")
    reason_code: Annotated[str, CodeOf(LeaveReason)] | None = None
    recorded_on: Day | None = Field(None, description="when it became known; today where left out")


class ResumptionEvent(RequestPart):
    """The student is back from a suspension (复学)."""

    event: Literal["resumption"]
    returned_on: Day = Field(description="the first day back at school")
    recorded_on: Day | None = Field(None, description="when it became known; today where left out")


Event = Annotated[
    LeaveEvent | SheetEvent | ConcernEvent | RosterEvent | DischargeEvent | SuspensionEvent | ResumptionEvent,
    Field(discriminator="event"),
]


class EventsRequest(RequestPart):
    """What happened to one student. Recorded together or not at all."""

    student_id: Id
    school_id: Id | None = Field(
        None, description="the list that a student goes to who is on none yet; without it, every school's"
    )
    entered_by: Literal["counselor", "staff", "guardian", "student", "program"] = Field(
        "program", description="who stands before the program that sends it: prompts are for counselors and staff alone"
    )
    events: list[Event] = Field(min_length=1, max_length=MOST_EVENTS)
