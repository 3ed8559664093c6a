"""The operator's policy: a frozen object read from TOML, packaged default first, RUNXIN_HOME's own over it."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from data_schemas.codes import Stage
from models.crisis_policy import CrisisPolicy
from models.policy_part import PACKAGED, PolicyPart, packaged
from models.work_policy import CasePolicy, DutiesPolicy, DutyPolicy, ReadingPolicy, WavePolicy
from runxin.errors import Problem, bad_data


class Model(PolicyPart):
    enabled: bool


class Capacity(PolicyPart):
    priority_share: float = Field(gt=0, lt=0.5)
    watch_share: float = Field(gt=0, lt=0.9)


class Thresholds(PolicyPart):
    """Calibrated probabilities from which the model places a student in a tier; fixed at promotion."""

    watch: float = Field(gt=0, lt=1)
    priority: float = Field(gt=0, lt=1)


class Family(PolicyPart):
    cap: float = Field(ge=0)


class Staleness(PolicyPart):
    grace_days: int = Field(ge=0)
    history_days: int = Field(ge=0)


class ResponseQuality(PolicyPart):
    """When a sheet counts as suspect. `conflict_zero` at 0 together with one of `conflict_with` at its figure or above,
    within `conflict_days`, is asked about."""

    seconds_an_item: float = Field(ge=0)
    same_answer_share: float = Field(gt=0, le=1)
    class_percentile: float = Field(gt=0, lt=1)
    conflict_days: int = Field(ge=0)
    conflict_zero: tuple[str, ...]
    conflict_with: dict[str, float]


class Questionnaires(PolicyPart):
    """Which questionnaires a school uses `together`: of a student who has answered one of a set, the others of that set
    are expected, and no other set is. A questionnaire in no set stands alone."""

    together: tuple[tuple[str, ...], ...] = (("phq9", "gad7"),)


class ListPolicy(PolicyPart):
    weekly_slots: int = Field(ge=1)
    concern_slots: int = Field(ge=0)
    audit_slots: int = Field(ge=0)
    minutes_per_check: int = Field(ge=1)
    minutes_per_interview: int = Field(default=45, ge=1)
    without_model: Literal["questionnaires", "published"] = "questionnaires"  # as before there was another order


class Floors(PolicyPart):
    R01: bool
    R02: bool
    R03: bool
    R04: bool
    R05: bool
    R06: bool
    R07: bool
    R08: bool
    R09: bool
    R10: bool
    R11: bool
    R12: bool
    R13: bool
    R14: bool
    R15: bool = True  # as packaged, for a policy that was written before the rule was there
    R16: bool
    R17: bool
    R18: bool = True
    R19: bool
    R20: bool
    leave_long: bool
    leave_frequent: bool
    leave_return: bool
    suspension_expired: bool
    instruments: bool
    off: tuple[str, ...]
    two_instruments: Literal["off", "watch", "priority"]
    flag_rate_limit: float = Field(gt=0, lt=1)


class FloorWindows(PolicyPart):
    self_harm_days: int
    suspension_days: int
    modifier_total: float
    two_instruments_days: int
    resumption_days: int
    leave_days: int
    peer_event_days: int = 30
    lead_days: int = 182


class LeaveRules(PolicyPart):
    """From how much leave a person looks: school days, times, and a share of the term; `frequent_above` by stage."""

    long_days: float = Field(gt=0)
    long_term_share: float = Field(gt=0, le=1)
    frequent_above: dict[str, float]
    frequent_episodes: int = Field(ge=1)
    frequent_days: float = Field(gt=0)
    return_times: int = Field(ge=1)
    return_terms: int = Field(ge=1)
    unexcused_watch: int = Field(ge=1)
    unexcused_priority: int = Field(ge=1)
    expired_escalates: int = Field(ge=0)

    @model_validator(mode="after")
    def _every_stage(self) -> "LeaveRules":
        if sorted(self.frequent_above) != sorted(Stage.codes()):
            raise ValueError(f"frequent_above needs a figure for each of {', '.join(Stage.codes())}")
        return self


class Tasks(PolicyPart):
    """Errands beside the list; for `school_days` after what gave rise to one it is asked for."""

    contact_unexcused: bool
    ask_return: bool
    school_days: int = Field(ge=1)
    visit_school_days: int = Field(10, ge=1)


class DuePolicy(PolicyPart):
    immediate_minutes: int
    check_minutes: int = Field(60, ge=1)
    ask_school_days: int
    low_level_school_days: int
    lead_school_days: int = 1
    safety_question_school_days: int
    priority_school_days: int
    watch_school_days: int
    retest_days: int


class Monitoring(PolicyPart):
    """From what difference between a run and the training population `runxin monitor` raises an alarm."""

    psi_watch: float = Field(gt=0)
    psi_alarm: float = Field(gt=0)
    missing_rise: float = Field(gt=0, lt=1)
    tier_change: float = Field(gt=0, lt=1)
    chance: float = Field(gt=0, lt=1)
    fewest_students: int = Field(ge=10)
    quiet: tuple[str, ...]
    fewest_outcomes: int = Field(ge=5)
    intercept_off: float = Field(gt=0)
    slope_low: float = Field(gt=0, lt=1)
    slope_high: float = Field(gt=1)
    auroc_fall: float = Field(gt=0, lt=0.5)


class Promotion(PolicyPart):
    """What `runxin promote` holds a model to, and `pia_id`, the operator's name for the impact assessment that was made
    of it (个人信息保护影响评估), empty where there is none yet."""

    pia_id: str
    leaking_auroc: float = Field(gt=0.5, le=1)
    slope_low: float = Field(gt=0, lt=1)
    slope_high: float = Field(gt=1)
    largest_gap: float = Field(gt=0, lt=1)
    widest_gap: float = Field(gt=0, lt=1)
    as_good: float = Field(ge=0, lt=0.5)
    fewest_outcomes: int = Field(ge=1)
    # Not in policies from before the served list was judged, whose artifacts are replayed with them.
    smallest_difference: float = Field(default=0.02, ge=0, lt=1)
    least_known: float = Field(default=0.5, ge=0, le=1)
    most_without_chance: float = Field(default=0.05, ge=0, le=1)
    widest_slope: float = Field(default=0.6, gt=0)
    fewest_effective: int = Field(default=50, ge=1)
    request_days: int = Field(ge=1)


PLACES_NO_STUDENT = {"thresholds", "monitoring", "promotion", "crisis", "casework", "duty", "waves", "reading"}
ConcernUse = Literal["evidence", "lead", "class_task", "off"]


class ConsentPolicy(PolicyPart):
    """Whether it is looked at who gave a consent (`models.consent`); not by a policy from before the rule."""

    by_age: bool = False


class Policy(PolicyPart):
    """Every number that is a decision. `thresholds` is absent until a model is promoted with one."""

    version: str
    model: Model
    capacity: Capacity
    family: Family
    staleness: Staleness
    response_quality: ResponseQuality
    list: ListPolicy
    floors: Floors
    floor_windows: FloorWindows
    leave: LeaveRules
    tasks: Tasks
    due: DuePolicy
    monitoring: Monitoring = Field(default_factory=lambda: Monitoring.model_validate(packaged("monitoring")))
    promotion: Promotion = Field(default_factory=lambda: Promotion.model_validate(packaged("promotion")))
    questionnaires: Questionnaires = Questionnaires()
    crisis: CrisisPolicy = CrisisPolicy()
    casework: CasePolicy = CasePolicy()
    duty: DutyPolicy = DutyPolicy()
    duties: DutiesPolicy = Field(default_factory=DutiesPolicy)
    waves: WavePolicy = Field(default_factory=WavePolicy)
    reading: ReadingPolicy = ReadingPolicy()
    consent: ConsentPolicy = ConsentPolicy()
    concerns: dict[str, ConcernUse] = Field(default_factory=lambda: dict(packaged("concerns")))
    thresholds: Thresholds | None = None

    @field_validator("concerns", mode="before")
    @classmethod
    def _every_kind(cls, stated: Any) -> Any:
        """A kind that is not named does what it does as packaged. What is danger opens evidence or is switched off,
        and no other kind opens evidence, since it has no rule."""
        if not isinstance(stated, dict):
            return stated
        known = packaged("concerns")
        for kind, use in stated.items():
            if kind not in known:
                raise ValueError(f"there is no kind of concern {kind!r}")
            if use != "off" and (use == "evidence") != (known[kind] == "evidence"):
                what = "evidence or off" if known[kind] == "evidence" else "lead, class_task or off"
                raise ValueError(f"{kind} is {what}")
        return {**known, **stated}

    @property
    def name(self) -> str:
        """The version with a short hash of the content: two policies of one name that differ are seen to. What
        raises an alarm, what a promotion asks for and how work is planned and recorded are left out: they place no
        student. So is what a policy that was written by an older version does not say."""
        content = self.model_dump_json(exclude_unset=True, exclude=PLACES_NO_STUDENT)
        return f"{self.version}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def read_policy(own: Path | None = None) -> Policy:
    """The packaged policy with the operator's file over it, key by key; raises `UserError` naming the key at fault."""
    merged = tomllib.loads(PACKAGED.read_text("utf-8"))
    if own is not None and own.exists():
        try:
            mine = tomllib.loads(own.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise bad_data("the policy is not TOML", [Problem(str(error), file=str(own))]) from error
        for key, part in mine.items():
            merged[key] = (
                {**merged[key], **part} if isinstance(merged.get(key), dict) and isinstance(part, dict) else part
            )
    return parse_policy(merged, str(own or PACKAGED.name))


def parse_policy(content: dict[str, object], file: str) -> Policy:
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        problems = [Problem(f["msg"], file=file, column=".".join(str(part) for part in f["loc"])) for f in faults]
        raise bad_data("the policy is at fault", problems) from error
