"""What is said about one student on one day: the answer that lists, pages and the API are made of."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from data_schemas.codes import Code, Tier
from data_schemas.instruments import Words
from models.came import Came

GROUPS = ("questionnaire", "leave", "family", "concern", "talk", "context")


@dataclass(frozen=True)
class Reason:
    """One contribution to the margin, in log-odds, with the student's own number in a sentence."""

    feature: str
    group: str
    value: float | None
    contribution: float
    text: Words


class AnswerTime(Code):
    """Within what time a person answers a piece of evidence. Each rule's definition names one; the policy says how long
    each is (`[due]`). `MINUTES` and `RESPOND` ring until somebody answers; `RESPOND` tells of no sign of the student's
    own, and is then as the tier says. All but `RESPOND` and `TIER` are checked above the week's line."""

    MINUTES = ("minutes", "立即响应", "respond at once")
    RESPOND = ("respond", "立即响应，随后按等级安排", "respond at once, then as the tier says")
    SAME_DAY = ("same_day", "当日当面核查", "check in person the same school day")
    NEXT_DAY = ("next_day", "次日前当面访谈", "talk in person by the next school day")
    ASK = ("ask", "当面询问", "ask in person")
    TIER = ("tier", "按等级安排", "as the tier says")

    @property
    def rings(self) -> bool:
        return self in (AnswerTime.MINUTES, AnswerTime.RESPOND)


@dataclass(frozen=True)
class Floor:
    """A piece of evidence: a rule met by a sheet, a report or an event.

    `evidence` is its stable key (rule, kind, day), so that the same evidence is filed once. `record` tells what it
    rests on from others of the same key: of a report who said so, of a sheet a digest of the answers; None where that
    is not known. `evidence_on` is the day of the sheet or report, `known_on` the day it came in and `received_at` the
    moment, where that is on record.
    `severity` orders evidence within a tier, higher first; 0 is no safety evidence. `history` marks a sheet that was
    older than its recall window when it arrived: it is cleared by a person without a clock of minutes. `protection`
    locks any notice to guardians. `danger` marks the rules after which a student is not left alone. `own_concern` marks
    a person's own concern, which has a place of its own on the week's line. A `lead` is a report that opens no tier: it
    waits in 线索 until somebody has looked.
    """

    id: str
    tier: Tier
    evidence: str
    evidence_on: date
    known_on: date
    severity: int
    text: Words
    history: bool = False
    protection: bool = False
    answer: AnswerTime = AnswerTime.TIER
    danger: bool = False
    own_concern: bool = False
    lead: bool = False
    received_at: datetime | None = None
    record: str | None = None

    @property
    def urgent(self) -> bool:
        """Whether it is checked above the week's line."""
        return not self.history and self.answer not in (AnswerTime.RESPOND, AnswerTime.TIER)

    @property
    def rings(self) -> bool:
        """Whether it rings until somebody answers. An old sheet and a lead have no such clock."""
        return self.answer.rings and not (self.history or self.lead)

    @property
    def weight(self) -> tuple[int, int, bool]:
        """How much was seen in it."""
        return self.tier.ord, self.severity, not self.history


@dataclass(frozen=True)
class ScoreResult:
    """One further score of a sheet, such as a subscale; `value` is None where too many of its items are blank."""

    code: str
    name: Words
    value: float | None
    band: Words | None
    band_code: str | None
    polarity: str  # "adverse" | "protective" | "neutral"


@dataclass(frozen=True)
class CriticalResult:
    """One critical item of a sheet; `answer` is None where it was left blank."""

    item: int
    topic: str
    name: Words
    status: str  # "positive" | "negative" | "unknown"
    answer: int | None


@dataclass(frozen=True)
class ChangeResult:
    """From the sheet before to this one. `direction` is what it means for the student; `reliable` is None where no
    reliability or spread is known."""

    points: float
    direction: str  # "worse" | "better" | "same" | "unclear"
    index: float | None
    reliable: bool | None


@dataclass(frozen=True)
class InstrumentResult:
    """The newest sheet of one questionnaire. `total` is None where too many answers are blank; a void sheet has one and
    is not valid. `first` and `previous` are valid sheets that nothing speaks against; `passed_over` counts the sheets
    after `previous` that were left out for that. `outside_age` says so where the student was younger or older on its
    day than the ages it was made for; it is None where the age is not known."""

    code: str
    name: Words
    administered_on: date
    total: float | None
    least: float
    band: Words | None
    band_code: str | None
    valid: bool
    prorated: bool
    n_missing: int
    critical_status: str
    suicidality_covered: bool
    current: bool
    previous_total: float | None = None
    previous_on: date | None = None
    first_total: float | None = None
    first_on: date | None = None
    change: ChangeResult | None = None
    label: Words | None = None  # the short name
    share: float | None = None  # of the way from the best to the worst total there is
    scores: tuple[ScoreResult, ...] = ()
    critical_items: tuple[CriticalResult, ...] = ()
    soft_items: tuple[Words, ...] = ()
    invalid_reasons: tuple[str, ...] = ()
    suspect: tuple[str, ...] = ()
    respondent: str | None = None
    previous_band: Words | None = None
    previous_prorated: bool = False
    first_band: Words | None = None
    passed_over: int = 0
    outside_age: Words | None = None

    @property
    def scales_only(self) -> bool:
        """Scales that were worked out elsewhere, without a total: the student was screened, and has no band."""
        given = any(score.value is not None for score in self.scores)
        return self.total is None and "no_total" in self.invalid_reasons and given


@dataclass(frozen=True)
class Retest:
    """A questionnaire to be repeated, or something to be asked in person: a skipped critical item, or how safe a
    student is who answers high on a questionnaire that does not ask. Its clock runs from `since`, the day on which the
    sheet came in or went out of date; assessments of before do not have it, and then from the sheet's own day.
    `came` says into which file the record was put that brought it, None of a screening's."""

    instrument: str
    why: str  # "critical_blank" | "safety_question" | "void" | "suspect" | "unscored" | "stale"
    text: Words
    since: date | None = None
    came: Came | None = None


@dataclass(frozen=True)
class DataQuality:
    """`confidence` is low where something that the tier rests on is missing, stale, unscored or outside the ages that a
    questionnaire was made for. Leave and concerns are missing, too, of a student who was mostly not at school."""

    confidence: str  # "ok" | "low"
    retest: tuple[Retest, ...] = ()
    missing: tuple[str, ...] = ()  # sources without current data: an instrument's code, "leave", "family", "concern"


@dataclass(frozen=True)
class Task:
    """Something to be done beside the list, such as a call on the day of an absence; `on` is the day it is about. A
    contact or an interview of the day `since` or later (of a report: of a later day) has done it, if it was told once
    the task was here: `came` says when and into which file the record was put that asks for it, None of a screening's.
    It moves nobody on the list."""

    # "contact_unexcused" | "ask_return" | "visit" (必访必问) | "class_visit" (by class, no entry) | "bullying"
    kind: str
    on: date
    due_on: date
    text: Words
    who: Words | None = None  # who does it
    since: date | None = None
    came: Came | None = None


@dataclass(frozen=True)
class MarginChange:
    """From an earlier screening to this assessment, in log-odds. `records` is what came in since, `time` what grew
    older, both by group; `model` is another model, or records that were corrected since. Together they are `margin`,
    the change of the margin. `reasons` are what moved most, with today's words."""

    since: date
    margin: float
    records: dict[str, float]
    time: dict[str, float]
    model: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ModelStatus:
    """Which model spoke. `status` is `none` where no model may rank here, `unavailable` where it failed to load."""

    name: str | None
    version: str | None
    policy: str
    data_origin: str | None
    status: str  # "ok" | "none" | "unavailable"


@dataclass(frozen=True)
class Uncertainty:
    """How sure the probability is: a band around it. `needs_person` where it reaches over the threshold of a tier, so
    that the model cannot tell on which side the student belongs."""

    low: float
    high: float
    needs_person: bool


@dataclass(frozen=True)
class Assessment:
    """One student as of one day. Margin and base value are log-odds; contributions sum to margin − base value.

    The family group's contribution is what is left of it under the cap, which took `family_capped` away."""

    student_id: str
    as_of: date
    tier: Tier
    tier_source: str  # "model" | "floor" | "human"
    own_tier: Tier  # the tier without its open floors: what holds once they are assessed
    own_source: str  # "model" | "human"
    confirmed: bool  # a person has set or confirmed the tier
    probability: float | None
    margin: float | None
    base_value: float | None
    reasons: tuple[Reason, ...]
    group_contributions: dict[str, float] | None
    floors: tuple[Floor, ...]
    instruments: tuple[InstrumentResult, ...]
    data_quality: DataQuality
    model: ModelStatus
    screened: bool  # there is a current, scored sheet
    severity: float  # for ordering without a model, 0 to 1: by published effects, or share of the highest total
    family_capped: float | None = None
    change: MarginChange | None = None
    changed_on: date | None = None  # newest evidence
    last_interview_on: date | None = None
    tasks: tuple[Task, ...] = ()
    uncertainty: Uncertainty | None = None
    model_tier: Tier | None = None  # what the model alone says; None where no model spoke
    leads: tuple[Floor, ...] = ()  # reports that open no tier
    proven: tuple[Floor, ...] = ()  # all evidence in the records, assessed or not, leads among it; filed apart
    suspended_since: date | None = None  # 休学 that is going on
    suspended_until: date | None = None  # None where it has no end yet

    @property
    def undecided(self) -> bool:
        """The tier is the model's own and lies so near to another that a person has to tell."""
        return self.tier_source == "model" and self.uncertainty is not None and self.uncertainty.needs_person

    @property
    def without_model(self) -> Self:
        """The same where no model is asked: what sheets, reports and people say stands."""
        return replace(
            self,
            probability=None,
            margin=None,
            base_value=None,
            reasons=(),
            group_contributions=None,
            family_capped=None,
            change=None,
            uncertainty=None,
            model_tier=None,
        )
