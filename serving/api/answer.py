"""What a platform is told of a student. Values, texts and totals are for keys with the `explain` scope only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from data_schemas.codes import Tier
from data_schemas.instruments import Words as Sentence
from models.assessment import GROUPS, Assessment, Floor, ModelStatus, Uncertainty
from models.policy import Policy
from serving.api.answer_instruments import InstrumentGiven, instrument_given
from serving.api.answer_parts import Given, Words

TierCode = Literal["routine", "watch", "priority", "crisis"]

NOTICE = Sentence(
    zh="筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认。",
    en="A screening result is not a diagnosis. It helps a counselor to plan conversations and has to be confirmed.",
)
SYNTHETIC = Sentence(
    zh="模型由合成数据训练，仅供演示。", en="The model was trained on synthetic data and is for demonstration only."
)
ON_DUTY = Sentence(zh="值班心理教师", en="the counselor on duty")


class TierGiven(Given):
    """How soon a person looks at a student. `pending` until a person has confirmed it."""

    ord: Literal[0, 1, 2, 3]
    code: TierCode
    zh: str
    state: Literal["pending", "confirmed"]


class ReasonGiven(Given):
    """One contribution to the margin, in log-odds."""

    feature: str
    group: str
    value: float | None
    contribution: float | None
    text: Words | None


class GroupContributions(Given):
    """Sums of the contributions, in log-odds; that of the family group is what its cap left of it."""

    questionnaire: float
    leave: float
    family: float
    concern: float
    context: float


class UncertaintyGiven(Given):
    """A band around the probability. `needs_person` where it reaches over the threshold of a tier: the model cannot
    tell on which side."""

    low: float | None
    high: float | None
    needs_person: bool


class FloorGiven(Given):
    """A safety rule's open evidence, which no model or missing value lowers."""

    id: str
    tier: TierCode
    text: Words | None


class RetestGiven(Given):
    instrument: str
    why: str
    text: Words


class DataQualityGiven(Given):
    """What the tier rests on. `missing` names sources without current data."""

    confidence: Literal["ok", "low"]
    retest: tuple[RetestGiven, ...]
    missing: tuple[str, ...]


class TaskGiven(Given):
    """An errand beside the list, such as a call on the day of an absence."""

    kind: Literal["contact_unexcused", "ask_return"]
    on: date
    due_on: date
    text: Words | None


class ModelGiven(Given):
    """Which model spoke: `none` where no model may rank, `unavailable` where it failed to load."""

    name: str | None
    version: str | None
    policy: str
    data_origin: str | None
    status: Literal["ok", "none", "unavailable"]


class Urgent(Given):
    """Who has to acknowledge open danger, and by when."""

    acknowledge_by: datetime
    who: Words


class Notice(Given):
    zh: str
    en: str
    synthetic: bool


class ScoreAnswer(Given):
    """The assessment of one student on one day: an order of work, not a diagnosis."""

    student_id: str
    as_of: date
    tier: TierGiven
    tier_source: Literal["model", "floor", "human"]
    probability: float | None
    uncertainty: UncertaintyGiven | None
    margin: float | None
    base_value: float | None
    reasons: tuple[ReasonGiven, ...]
    group_contributions: GroupContributions | None
    family_capped: float | None = Field(description="What the cap took from the family group, in log-odds.")
    floors: tuple[FloorGiven, ...]
    instruments: tuple[InstrumentGiven, ...]
    data_quality: DataQualityGiven
    tasks: tuple[TaskGiven, ...]
    model: ModelGiven
    recorded: bool
    entry_id: str | None
    urgent: Urgent | None
    notice: Notice


@dataclass(frozen=True)
class Filing:
    """Whether an assessment was put on record, and when it was received."""

    received_at: datetime
    entry_id: str | None


def answer_of(assessment: Assessment, filing: Filing, policy: Policy, explain: bool) -> ScoreAnswer:
    """The answer to a key with or without the `explain` scope: the same shape, null where it may not see."""
    a = assessment
    sums = a.group_contributions
    return ScoreAnswer(
        student_id=a.student_id,
        as_of=a.as_of,
        tier=TierGiven(ord=a.tier.ord, code=a.tier.code, zh=a.tier.zh, state="confirmed" if a.confirmed else "pending"),
        tier_source=a.tier_source,
        probability=a.probability if explain else None,
        uncertainty=_uncertainty(a.uncertainty, explain),
        margin=a.margin if explain else None,
        base_value=a.base_value if explain else None,
        reasons=tuple(
            ReasonGiven(
                feature=reason.feature,
                group=reason.group,
                value=reason.value if explain else None,
                contribution=reason.contribution if explain else None,
                text=words(reason.text) if explain else None,
            )
            for reason in a.reasons
        ),
        group_contributions=GroupContributions(**{group: sums[group] for group in GROUPS})
        if explain and sums
        else None,
        family_capped=a.family_capped if explain else None,
        floors=tuple(
            FloorGiven(id=floor.id, tier=floor.tier.code, text=words(floor.text) if explain else None)
            for floor in a.floors
        ),
        instruments=tuple(instrument_given(result, explain) for result in a.instruments),
        data_quality=DataQualityGiven(
            confidence=a.data_quality.confidence,
            retest=tuple(
                RetestGiven(instrument=retest.instrument, why=retest.why, text=words(retest.text))
                for retest in a.data_quality.retest
            ),
            missing=a.data_quality.missing,
        ),
        tasks=tuple(
            TaskGiven(kind=task.kind, on=task.on, due_on=task.due_on, text=words(task.text) if explain else None)
            for task in a.tasks
        ),
        model=model_given(a.model),
        recorded=filing.entry_id is not None,
        entry_id=filing.entry_id,
        urgent=_urgent(a.floors, filing, policy),
        notice=notice_of(a.model.data_origin),
    )


def notice_of(data_origin: str | None) -> Notice:
    """The sentence that stands beside every result, with a mark where the model knows only made-up students."""
    synthetic = data_origin == "synthetic"
    if not synthetic:
        return Notice(zh=NOTICE.zh, en=NOTICE.en, synthetic=False)
    return Notice(zh=NOTICE.zh + SYNTHETIC.zh, en=f"{NOTICE.en} {SYNTHETIC.en}", synthetic=True)


def _uncertainty(found: Uncertainty | None, explain: bool) -> UncertaintyGiven | None:
    if found is None:
        return None
    low, high = (found.low, found.high) if explain else (None, None)
    return UncertaintyGiven(low=low, high=high, needs_person=found.needs_person)


def _urgent(floors: Iterable[Floor], filing: Filing, policy: Policy) -> Urgent | None:
    """Danger has a clock from receipt on. Evidence that was old when it arrived has none, nor has a dry run."""
    if filing.entry_id is None or not any(floor.tier is Tier.CRISIS and not floor.history for floor in floors):
        return None
    by = filing.received_at + timedelta(minutes=policy.due.immediate_minutes)
    return Urgent(acknowledge_by=by, who=words(ON_DUTY))


def words(text: Sentence) -> Words:
    return Words(zh=text.zh, en=text.en)


def model_given(model: ModelStatus) -> ModelGiven:
    return ModelGiven(
        name=model.name,
        version=model.version,
        policy=model.policy,
        data_origin=model.data_origin,
        status=model.status,
    )
