"""The parts of the policy that say how work is planned and recorded. They place no student."""

from datetime import time
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from data_schemas.codes import DutyRole, FamilyFlag, Stage
from models.policy_part import PolicyPart, packaged


class CasePolicy(PolicyPart):
    """How work on a case is recorded: for how long a record may be undone, after how many tries in vain somebody else
    takes over, and in which weeks after a plan began its answer is looked at."""

    undo_minutes: int = Field(10, ge=0)
    attempts_before_other: int = Field(3, ge=1)
    again_days: int = Field(7, ge=1)
    response_weeks: tuple[int, ...] = (4, 8)


class DutyPolicy(PolicyPart):
    """From when until when lessons are, in which somebody is to be on duty, and how many days ahead a roster is looked
    over for gaps."""

    lessons_from: time = time(8)
    lessons_until: time = time(17)
    look_ahead_days: int = Field(28, ge=1, le=366)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lessons_from >= self.lessons_until:
            raise ValueError("lessons_until is later than lessons_from")
        return self


class DutiesPolicy(PolicyPart):
    """Within how many days the duties of the city's plan are done where the plan names no day, whose families have
    special circumstances, when the seasons of 升学 and 就业 are (month-day), and which duties are switched `off`."""

    off: tuple[str, ...] = ()
    special_flags: tuple[str, ...] = Field(default_factory=lambda: tuple(packaged("duties")["special_flags"]))
    first_visit_days: int = Field(30, ge=1)
    plan_days: int = Field(14, ge=1)
    handover_days: int = Field(14, ge=1)
    leave_school_days: int = Field(5, ge=0)
    referral_days: int = Field(14, ge=1)
    remind_days: int = Field(14, ge=0)
    refresh_days: int = Field(30, ge=1)
    graduation: tuple[str, str] = ("05-15", "07-10")
    employment: tuple[str, str] = ("05-01", "06-30")

    @field_validator("special_flags")
    @classmethod
    def _flags(cls, stated: tuple[str, ...]) -> tuple[str, ...]:
        if not set(stated) <= set(FamilyFlag.codes()):
            raise ValueError(f"circumstances: {', '.join(FamilyFlag.codes())}")
        return stated


class WavePolicy(PolicyPart):
    """What a wave is planned by: who on duty holds checks of the same day and how many minutes of a day each can give
    to them, the share of students by stage who are to be checked where the school has no wave to go by, and from how
    many sheets on a class has a share of its own."""

    check_roles: tuple[str, ...] = (DutyRole.COUNSELOR.code,)
    check_minutes_a_person: int = Field(120, ge=0)
    positive_share: dict[str, float] = Field(default_factory=lambda: dict(packaged("waves")["positive_share"]))
    fewest_sheets: int = Field(20, ge=1)

    @field_validator("check_roles")
    @classmethod
    def _known(cls, stated: tuple[str, ...]) -> tuple[str, ...]:
        if not set(stated) <= set(DutyRole.codes()):
            raise ValueError(f"roles of a duty roster: {', '.join(DutyRole.codes())}")
        return stated

    @field_validator("positive_share")
    @classmethod
    def _every_stage(cls, stated: dict[str, float]) -> dict[str, float]:
        if set(stated) != set(Stage.codes()) or not all(0 <= share <= 1 for share in stated.values()):
            raise ValueError(f"a share between 0 and 1 for each of {', '.join(Stage.codes())}")
        return stated


class ReadingPolicy(PolicyPart):
    """Whose record somebody may open without asking: of all students of the school, or not of those whose case was
    "assigned" to somebody else; how long an approval, an opening in danger and a request last; and from how many
    students' records within so many hours an alert is raised."""

    caseload: Literal["assigned", "school"] = "assigned"
    open_days: int = Field(7, ge=1)
    danger_hours: int = Field(24, ge=1)
    request_days: int = Field(14, ge=1)
    alert_students: int = Field(60, ge=1)
    alert_hours: int = Field(24, ge=1)
