"""The one way from records to assessments: nightly screening, a batch and a single request all come through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import Tier
from data_schemas.instruments import Instrument
from data_schemas.own_features import OwnFeature
from models.artifact import Artifact
from models.assessment import Assessment, Floor, ModelStatus, Reason, Task, Uncertainty
from models.calibration import probabilities
from models.columns import NO_DAY
from models.consent import may_score
from models.doubtful_sheets import Suspicion, doubted_students, look_around, suspicions, without_sheets
from models.explanation import Explained, explained, reasons_of
from models.features import Matrix, build_features
from models.floors import floors_of, leads
from models.policy import Policy, Thresholds
from models.published_order import PublishedOrder, published_order
from models.quality import Reading, read_quality
from models.records import Records
from models.risk_model import Margins, contributions, margins
from models.sentences import doubts_of
from models.suspensions import suspended
from models.tasks import open_tasks
from models.tiers import highest, model_tiers
from models.triage.evidence import standings
from models.triage.facts import Word
from models.triage.from_records import pieces_of_records, words_of_records
from models.triage.words import asked_on, human_level, in_force, seen_on
from models.uncertainty import bounds, needs_a_person
from runxin.errors import Problem, bad_data

Bools = NDArray[np.bool_]
PUBLISHED = "published"  # the policy's word for that order where no model ranks
EXPLAINED_AT_ONCE = 8192  # students


class _Scored:
    """What the model says of every student; a student without consent is not asked for.

    A suspect sheet may raise a tier and never lowers one: where a student has one, the tier is the higher of those with
    and without it. The margin is that of all sheets, so that a more adverse answer never lowers it.
    """

    def __init__(
        self,
        records: Records,
        as_of: int,
        artifact: Artifact,
        suspect: Mapping[str, Suspicion],
        by_age: bool,
    ) -> None:
        _same_inputs(records, artifact)
        thresholds = artifact.policy.thresholds
        if thresholds is None:
            raise bad_data("the model has no thresholds", [Problem("no [thresholds]", file="policy.toml")])
        self.artifact = artifact
        self.may = may_score(records, as_of, by_age)
        self.matrix: Matrix = build_features(records, artifact.recipe, as_of)
        self.margins: Margins = margins(artifact.model, self.matrix.values)
        self.probability = probabilities(artifact.calibration, self.margins.value)
        self.tiers = _tiers(artifact, thresholds, self.margins)
        if artifact.band is not None:
            self._bounds = bounds(artifact.band, self.margins.value, self.probability)
            self._open = needs_a_person(*self._bounds, thresholds)
        doubted = doubted_students(records, suspect)
        if doubted.any():
            without = build_features(without_sheets(records, suspect), artifact.recipe, as_of)
            rest = margins(artifact.model, without.values[doubted])
            self.tiers[doubted] = np.maximum(self.tiers[doubted], _tiers(artifact, thresholds, rest))

        self._topics = artifact.topics
        self._block = -1
        self._explained: Explained

    def uncertainty(self, row: int) -> Uncertainty | None:
        """How sure the probability is; None of an artifact that does not know."""
        if self.artifact.band is None:
            return None
        low, high = self._bounds
        return Uncertainty(float(low[row]), float(high[row]), bool(self._open[row]))

    def explained(self, row: int) -> tuple[Explained, int]:
        """A block of explanations and the row's place in it. One block is kept, so that memory does not grow with the
        number of students who are asked for in order."""
        block, place = divmod(row, EXPLAINED_AT_ONCE)
        if self._block != block:
            rows = slice(block * EXPLAINED_AT_ONCE, (block + 1) * EXPLAINED_AT_ONCE)
            part, scored = self.matrix.where(rows), self.margins.where(rows)
            phi = contributions(self.artifact.model, part.values, scored)
            self._block, self._explained = block, explained(self._topics, part, phi, scored.overflow)
        return self._explained, place


def _tiers(artifact: Artifact, thresholds: Thresholds, scored: Margins) -> NDArray[np.int64]:
    probability = probabilities(artifact.calibration, scored.value)
    return model_tiers(probability, probabilities(artifact.calibration, scored.without_family), thresholds)


def assess(
    records: Records,
    as_of: date,
    artifact: Artifact | None,
    policy: Policy,
    *,
    status: str | None = None,
) -> list[Assessment]:
    """Assess every enrolled student at the end of `as_of`, in the order of the records.

    Without an artifact the floors and people's words alone decide; `status` then says why (`none` or
    `unavailable`). Raises `UserError` where a questionnaire differs from the one the model was trained on.
    """
    day = date_to_day(as_of)
    proven = [
        [*floors, *told] for floors, told in zip(*(of(records, day, policy) for of in (floors_of, leads)), strict=True)
    ]
    said = [_said(words) for words in words_of_records(records, day)]
    seen = np.array([NO_DAY if one.asked is None else date_to_day(one.asked) for one in said], dtype=np.int64)
    around = records.around or look_around(records, day, policy.response_quality)
    expected = around.answered if artifact is None else tuple(artifact.instruments)
    suspect = suspicions(replace(records, around=around), day, policy.response_quality)
    tasks = open_tasks(records, day, policy, seen)
    reference = artifact.reference if artifact is not None else None
    readings = read_quality(records, day, policy, expected, suspect, seen, reference)
    asked = artifact is not None and policy.model.enabled and len(records) > 0
    scored = _Scored(records, day, artifact, suspect, policy.consent.by_age) if artifact is not None and asked else None
    order = published_order(records, day, policy) if not asked and policy.list.without_model == PUBLISHED else None
    # Who is not scored for want of consent is not told apart by the status either.
    here = _model_status(scored.artifact if scored is not None else None, policy, status)
    gone, found = suspended(records, day), []
    for row in np.flatnonzero(enrolled(records, day)):
        mine = scored if scored is not None and scored.may[row] else None
        found.append(
            _assessment(
                int(row), records, as_of, proven[row], readings[row], tasks[row], said[row], mine, here, gone, order
            )
        )
    return found


@dataclass(frozen=True)
class _Said:
    """What people had said of a student: the words in force, the tier they set, the day of the last interview and of
    the last that was no blind one by lot."""

    words: tuple[Word, ...]
    level: int
    seen: date | None
    asked: date | None


def _said(words: Sequence[Word]) -> _Said:
    standing = in_force(words)
    return _Said(tuple(standing), human_level(standing), seen_on(standing), asked_on(standing))


def enrolled(records: Records, as_of: int) -> Bools:
    """Who is at school on the day: an empty date is no bound."""
    began, left = records.students["enrolled_on"], records.students["left_on"]
    at_school: Bools = (began <= as_of) & ((left == NO_DAY) | (left > as_of))
    return at_school


def _assessment(
    row: int,
    records: Records,
    as_of: date,
    proven: Sequence[Floor],
    reading: Reading,
    tasks: Sequence[Task],
    words: _Said,
    scored: _Scored | None,
    status: ModelStatus,
    gone: Mapping[int, tuple[date, date | None]],
    order: PublishedOrder | None,
) -> Assessment:
    since, until = gone.get(row, (None, None))
    stands = standings(pieces_of_records(proven), words.words)
    floors = [one.piece.floor for one in stands if one.is_open and not one.piece.floor.lead]
    model = list(Tier)[int(scored.tiers[row])] if scored is not None else None
    floor = max((floor.tier for floor in floors), key=lambda tier: tier.ord, default=None)
    human = list(Tier)[words.level] if words.level >= 0 else None
    tier, source = highest(model, floor, human)
    own_tier, own_source = highest(model, None, human)
    said, place = scored.explained(row) if scored is not None else (None, 0)
    eases = not floors and since is None
    reasons: tuple[Reason, ...] = ()
    if scored is not None and said is not None:
        reasons = _reasons(place, said, scored.artifact, reading, eases)
    elif order is not None:
        reasons = order.reasons(row, reading, eases)
    return Assessment(
        student_id=str(records.ids[row]),
        as_of=as_of,
        tier=tier,
        tier_source=source,
        own_tier=own_tier,
        own_source=own_source,
        confirmed=source == "human",
        probability=float(scored.probability[row]) if scored is not None else None,
        margin=float(scored.margins.value[row]) if scored is not None else None,
        base_value=said.base if said is not None else None,
        reasons=reasons,
        group_contributions=said.groups(place) if said is not None else None,
        family_capped=float(said.capped[place]) if said is not None else None,
        floors=tuple(floors),
        instruments=reading.instruments,
        data_quality=reading.quality,
        model=status,
        screened=reading.screened,
        severity=reading.severity if order is None else float(order.order[row]),
        changed_on=day_to_date(reading.changed) if reading.changed != NO_DAY else None,
        last_interview_on=words.seen,
        tasks=tuple(tasks),
        uncertainty=scored.uncertainty(row) if scored is not None else None,
        model_tier=model,
        leads=tuple(one.piece.floor for one in stands if one.is_open and one.piece.floor.lead),
        proven=tuple(proven),
        suspended_since=since,
        suspended_until=until,
    )


def _reasons(place: int, said: Explained, artifact: Artifact, reading: Reading, easing: bool) -> tuple[Reason, ...]:
    """While a floor is open or the student is suspended no easing reason is shown: it would read as comfort that nobody
    has given."""
    expected = {result.code for result in reading.instruments} | set(reading.quality.missing)
    unasked = set(artifact.instruments) - expected
    return reasons_of(
        place, said, artifact.instruments, easing=easing, unasked=unasked, doubts=doubts_of(reading.instruments)
    )


def _model_status(artifact: Artifact | None, policy: Policy, status: str | None) -> ModelStatus:
    if artifact is None:
        return ModelStatus(None, None, policy.name, None, status or "none")
    manifest = artifact.manifest
    return ModelStatus(manifest.name, manifest.version, policy.name, manifest.data_origin, "ok")


def _same_inputs(records: Records, artifact: Artifact) -> None:
    for code, trained in artifact.instruments.items():
        sheets = records.sheets.get(code)
        if sheets is not None and sheets.instrument is not trained and _key(sheets.instrument) != _key(trained):
            problem = Problem(f"{code} is coded otherwise than the questionnaire the model was trained on")
            raise bad_data("the questionnaire and the model do not belong together", [problem])
    trained_own = {feature.name: feature for feature in artifact.recipe.own}
    for feature in records.declared:
        if feature.name in trained_own and _reads(feature) != _reads(trained_own[feature.name]):
            problem = Problem(f"{feature.name} is declared otherwise than the model was trained with", "features.toml")
            raise bad_data("the features and the model do not belong together", [problem])


def _reads(own: OwnFeature) -> tuple[object, ...]:
    return own.group, own.adverse, own.low, own.high, own.holds_days


def _key(instrument: Instrument) -> tuple[object, ...]:
    """What the scores depend on; names, bands and sources may change without another model."""
    keys = tuple(
        score.model_copy(update={"bands": (), "zh": "", "en": "", "source": "", "parts": ()})
        for score in instrument.scores
    )
    codings = tuple((one.variant, one.low, one.high, one.shift, one.flipped) for one in instrument.codings)
    return instrument.items, codings, instrument.turned, instrument.most_missing, keys
