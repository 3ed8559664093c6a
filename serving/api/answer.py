"""What a platform is told of a student. Values, texts and totals are for keys with the `explain` scope only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from data_schemas.instruments import Words
from models.assessment import GROUPS, Assessment, ModelStatus, Uncertainty
from models.triage import Piece, Present
from serving.api.answer_due import LeadGiven, RetestGiven, TaskGiven, due_given, lead_given, retest_given, task_given
from serving.api.answer_instruments import InstrumentGiven, instrument_given
from serving.api.answer_parts import DueGiven, Given, WordsGiven, words
from serving.today import Due

TierCode = Literal["routine", "watch", "priority", "crisis"]

CaseCode = Literal["new", "acknowledged", "in_contact", "plan", "referred", "watching", "review", "closed"]

NOTICE = Words(
    zh="筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认。",
    en="A screening result is not a diagnosis. It helps a counselor to plan conversations and has to be confirmed.",
)
SYNTHETIC = Words(
    zh="模型由合成数据训练，仅供演示。", en="The model was trained on synthetic data and is for demonstration only."
)
ON_DUTY = Words(zh="值班心理教师", en="the counselor on duty")


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
    text: WordsGiven | None


class GroupContributions(Given):
    """Sums of the contributions, in log-odds; that of the family group is what its cap left of it."""

    questionnaire: float
    leave: float
    family: float
    concern: float
    talk: float = Field(0.0, description="what earlier interviews found")
    context: float


class UncertaintyGiven(Given):
    """A band around the probability. `needs_person` where it reaches over the threshold of a tier: the model cannot
    tell on which side."""

    low: float | None
    high: float | None
    needs_person: bool


class FloorGiven(Given):
    """A safety rule's open evidence, which no model or missing value lowers. `evidence` is its key, by which an
    interview says what it assessed. Under `protection` no notice goes to guardians. `acknowledge_by` is null where the
    evidence is not urgent."""

    id: str
    evidence: str
    tier: TierCode
    text: WordsGiven | None
    protection: bool
    received_at: datetime
    acknowledge_by: datetime | None


class DataQualityGiven(Given):
    """What the tier rests on. `missing` names sources without current data in the record. `retest` is what is to be
    repeated or asked now, from everything on record."""

    confidence: Literal["ok", "low"]
    retest: tuple[RetestGiven, ...]
    missing: tuple[str, ...]


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
    who: WordsGiven


class Notice(Given):
    zh: str
    en: str
    synthetic: bool


class ScoreAnswer(Given):
    """The assessment of one student on one day: an order of work, not a diagnosis."""

    student_id: str
    as_of: date
    blind: bool = Field(description="Drawn by lot for a routine talk: until it is recorded nobody sees a tier.")
    tier: TierGiven | None
    tier_source: Literal["model", "floor", "human"] | None
    student: Literal["on_list", "identity_to_check"]
    probability: float | None
    uncertainty: UncertaintyGiven | None
    margin: float | None
    base_value: float | None
    reasons: tuple[ReasonGiven, ...]
    group_contributions: GroupContributions | None
    family_capped: float | None = Field(description="What the cap took from the family group, in log-odds.")
    floors: tuple[FloorGiven, ...]
    leads: tuple[LeadGiven, ...]
    instruments: tuple[InstrumentGiven, ...]
    data_quality: DataQualityGiven
    tasks: tuple[TaskGiven, ...]
    due: DueGiven | None = Field(description="The next step; null of a blind student and where nothing is due.")
    case: CaseCode | None = Field(
        description="Where the case stands, as on the list; null of a blind student. A dry run tells what is on record."
    )
    model: ModelGiven
    degraded: bool = Field(description="A model that should have spoken could not; rules and people's words stand.")
    recorded: bool
    entry_id: str | None
    urgent: Urgent | None
    notice: Notice


@dataclass(frozen=True)
class Recorded:
    """Under which id an assessment was put on record, None where it was not, and whether the roster has the student."""

    entry_id: str | None
    on_roster: bool


def answer_of(
    assessment: Assessment,
    present: Present,
    due: Due,
    filing: Recorded,
    case: CaseCode,
    blind: bool,
    explain: bool,
    name_of: Callable[[str], str],
) -> ScoreAnswer:
    """The answer to a key with or without the `explain` scope: the same shape, null where it may not see.

    Tier, evidence, reports and what is to be done are those of the student now, from everything on record; probability,
    reasons and questionnaires are those of the record that was sent. Of a `blind` student neither is told, but for the
    errands, without their reasons.
    """
    a, told = assessment, explain and not blind
    sums, tier = a.group_contributions, present.tier
    state: Literal["pending", "confirmed"] = "confirmed" if present.confirmed else "pending"
    reasons = () if blind else a.reasons
    if present.open:  # what eases would read as comfort
        reasons = tuple(reason for reason in reasons if reason.contribution > 0)
    return ScoreAnswer(
        student_id=a.student_id,
        as_of=a.as_of,
        blind=blind,
        tier=None if blind else TierGiven(ord=tier.ord, code=tier.code, zh=tier.zh, state=state),
        tier_source=None if blind else present.source,
        student="on_list" if filing.on_roster else "identity_to_check",
        probability=a.probability if told else None,
        uncertainty=None if blind else _uncertainty(a.uncertainty, explain),
        margin=a.margin if told else None,
        base_value=a.base_value if told else None,
        reasons=tuple(
            ReasonGiven(
                feature=reason.feature,
                group=reason.group,
                value=reason.value if explain else None,
                contribution=reason.contribution if explain else None,
                text=words(reason.text) if explain else None,
            )
            for reason in reasons
        ),
        group_contributions=GroupContributions(**{group: sums[group] for group in GROUPS if group in sums})
        if told and sums
        else None,
        family_capped=a.family_capped if told else None,
        floors=() if blind else tuple(_floors(present, explain, name_of)),
        leads=() if blind else tuple(lead_given(one, present, explain, name_of) for one in present.leads),
        instruments=() if blind else tuple(instrument_given(result, explain) for result in a.instruments),
        data_quality=DataQualityGiven(
            confidence=a.data_quality.confidence,
            retest=tuple(retest_given(retest, explain) for retest in (() if blind else present.retests)),
            missing=a.data_quality.missing,
        ),
        tasks=tuple(task_given(task, told) for task in present.tasks),
        due=None if blind or present.clock is None else due_given(due, explain),
        case=None if blind else case,
        model=model_given(a.model),
        degraded=a.model.status == "unavailable",
        recorded=filing.entry_id is not None,
        entry_id=filing.entry_id,
        urgent=None if blind or filing.entry_id is None else _urgent(present),
        notice=notice_of(a.model.data_origin),
    )


def _floors(present: Present, explain: bool, name_of: Callable[[str], str]) -> Iterator[FloorGiven]:
    """Open evidence, each key once, with the earliest moment by which its piece has to be acknowledged."""
    by_key: dict[str, list[Piece]] = {}
    for one in present.open:
        by_key.setdefault(one.piece.key, []).append(one.piece)
    clocks = {(clock.start, clock.why): clock.by for clock in present.clocks if clock.urgent}
    for key, pieces in by_key.items():
        gravest, first = pieces[0].floor, min(one.received_at for one in pieces)
        ends = [clocks.get((one.received_at, one.floor.text)) for one in pieces]
        by = min((end for end in ends if end is not None), default=None)
        yield FloorGiven(
            id=gravest.id,
            evidence=name_of(key),
            tier=gravest.tier.code,
            text=words(gravest.text) if explain else None,
            protection=any(one.floor.protection for one in pieces),
            received_at=first,
            acknowledge_by=by,
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


def _urgent(present: Present) -> Urgent | None:
    """Danger has a clock from receipt on. Evidence that was old when it arrived has none."""
    rings = {one.piece.floor.text for one in present.open if one.piece.floor.rings}
    clocks = [c for c in present.clocks if c.urgent and c.why in rings and c.by is not None]
    if not clocks or clocks[0].by is None:
        return None
    return Urgent(acknowledge_by=clocks[0].by, who=words(clocks[0].who or ON_DUTY))


def model_given(model: ModelStatus) -> ModelGiven:
    return ModelGiven(
        name=model.name,
        version=model.version,
        policy=model.policy,
        data_origin=model.data_origin,
        status=model.status,
    )
