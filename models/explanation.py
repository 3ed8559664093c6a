"""Why now: contributions gathered by what one sentence speaks for, and at most five sentences with the student's own
numbers, raising ones before easing ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Instrument, Words
from models.assessment import GROUPS, Reason
from models.compiled import compiled
from models.features import Feature, Matrix
from models.features.catalogue import YES_OR_NO
from models.features.leave_catalogue import SHARE
from models.features.marks import BLANK_ITEM, NOT_SEEN
from models.features.readable import COUNTED
from models.risk_model import Contributions
from models.sentences import (
    Doubt,
    age_and_sex,
    day_of,
    feature_sentence,
    known_in_part,
    mark_of,
    questionnaire_of,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# What a sentence depends on: the feature's place, its figure, day and mark, and for bands age and sex.
Said = tuple[int, float, int | None, int, float | None, str | None]
MOST_REASONS = 5
ADDED_LATER = frozenset({"talk"})  # a model without features of it says nothing of it
BACKGROUND = Words(zh="年龄、年级等背景", en="background such as age and grade")
CAPPED = Words(zh="（这一组合计已封顶）", en=" (together held to a cap)")
# Their sentences speak of an absence, an end, other students: without one there is nothing that they could say.
PRESUPPOSING = frozenset(["leave_rate_pctl_60", "longest_leave_365", "days_past_suspension"])
LEAST_SHOWN = 0.0005  # a share below it would read as 0.0 %
LEAST_CONTRIBUTION = 0.01  # log-odds; below it a sentence would say nothing


class Topics:
    """What sentences speak for: features of one topic together, and a source's absence for all that it leaves at its
    lowest."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = features
        self.names = tuple(dict.fromkeys(t for f in features for t in (f.topic, f.missing) if t is not None))
        number, place = {name: n for n, name in enumerate(self.names)}, {f.name: n for n, f in enumerate(features)}
        self.of = np.array([number[feature.topic] for feature in features], dtype=np.int64)
        self.when_missing = np.array([number[f.missing] if f.missing else -1 for f in features], dtype=np.int64)
        self.indicator = np.array([place[f.missing] if f.missing else -1 for f in features], dtype=np.int64)
        self.lowest = np.array([feature.lowest for feature in features])
        self.group = np.array([GROUPS.index(feature.group) for feature in features], dtype=np.int64)
        self.leads = tuple(
            next(n for n, feature in enumerate(features) if topic in (feature.name, feature.topic))
            for topic in self.names
        )
        self.by_name = np.argsort(np.argsort(np.array(self.names)))  # the place of each among the names in order


@dataclass(frozen=True)
class Explained:
    """n students: `figures` (n, p) as sentences show them, contributions by topic (n, t) and by group (n, 6), what the
    cap took from the family group (n), and the base value, all in log-odds."""

    topics: Topics
    matrix: Matrix
    figures: Floats
    by_topic: Floats
    by_group: Floats
    capped: Floats
    base: float

    @cached_property
    def strongest(self) -> tuple[list[int], list[int], list[float]]:
        """Of all students the topics that say enough, strongest first, with what they add; where those of each student
        begin, and where the last one's end."""
        rows, topics = np.nonzero(np.abs(self.by_topic) >= LEAST_CONTRIBUTION)
        sums = self.by_topic[rows, topics]
        order = np.lexsort((self.topics.by_name[topics], -np.abs(sums), rows))
        begins = np.searchsorted(rows, np.arange(len(self.by_topic) + 1))
        return begins.tolist(), topics[order].tolist(), sums[order].tolist()

    @cached_property
    def sentences(self) -> dict[Said, Words]:
        """Sentences that were made before: many students have the same figures."""
        return {}

    def groups(self, row: int) -> dict[str, float]:
        """With the base value they sum to the margin."""
        return self.named(self.by_group[row])

    def named(self, sums: Floats) -> dict[str, float]:
        """Sums (6,) by the names of their groups, those that no older model knows only where this one does."""
        known = {feature.group for feature in self.topics.features}
        return {
            group: one
            for group, one in zip(GROUPS, sums.tolist(), strict=True)
            if group in known or group not in ADDED_LATER
        }


def explained(topics: Topics, matrix: Matrix, phi: Contributions, overflow: Floats) -> Explained:
    """Gather the contributions `phi` to margins from which the family cap took `overflow` (n)."""
    figures = matrix.values.astype(np.float64)
    for name, figure in matrix.shown.items():
        if name in matrix.names:
            figures[:, matrix.names.index(name)] = figure
    by_topic, by_group = np.zeros((len(figures), len(topics.names))), np.zeros((len(figures), len(GROUPS)))
    places = (topics.of, topics.when_missing, topics.indicator, topics.lowest, topics.group)
    _gather(figures, phi.values, places, by_topic, by_group)
    return Explained(topics, matrix, figures, by_topic, by_group, overflow, phi.base)


@compiled
def _gather(
    figures: Floats, phi: Floats, places: tuple[Ints, Ints, Ints, Floats, Ints], by_topic: Floats, by_group: Floats
) -> None:
    """What is missing speaks for its source where no more is known of it than the lowest."""
    of, when_missing, indicator, lowest, group = places
    for row in range(len(phi)):
        for place in range(phi.shape[1]):
            topic = of[place]
            if indicator[place] >= 0 and figures[row, indicator[place]] == 1.0 and figures[row, place] == lowest[place]:
                topic = when_missing[place]
            by_topic[row, topic] += phi[row, place]
            by_group[row, group[place]] += phi[row, place]


def reasons_of(
    row: int,
    said: Explained,
    instruments: Mapping[str, Instrument],
    *,
    easing: bool = True,
    unasked: Collection[str] = (),
    doubts: Mapping[str, Doubt] | None = None,
) -> tuple[Reason, ...]:
    """The strongest reasons of one student: first those that raise, then those that ease, strongest first.

    What is missing speaks through one sentence for its source and never as an easing reason. Family flags speak
    together, as circumstances that may call for support. Without `easing` only what raises is said. That one of the
    questionnaires `unasked` is missing is no reason: another school uses it. A questionnaire among `doubts` gives no
    ease.
    """
    unsaid = {f"{code}_missing" for code in unasked}
    begins, topics, sums = said.strongest
    reasons: list[Reason] = []
    for at in range(begins[row], begins[row + 1]):
        topic = topics[at]
        if (sums[at] < 0 and not easing) or said.topics.names[topic] in unsaid:
            continue
        reason = topic_reason(row, topic, sums[at], said, instruments, doubts)
        if reason is not None:
            reasons.append(reason)
        if len(reasons) == MOST_REASONS:
            break
    return tuple(sorted(reasons, key=lambda reason: reason.contribution < 0))


def topic_reason(
    row: int,
    topic: int,
    contribution: float,
    said: Explained,
    instruments: Mapping[str, Instrument],
    doubts: Mapping[str, Doubt] | None = None,
) -> Reason | None:
    """What a topic says of a student, for a contribution or a change of one; None where there is nothing to say."""
    place = said.topics.leads[topic]
    feature, value = said.topics.features[place], float(said.figures[row, place])
    if not _speaks(row, topic, contribution, said) or (contribution < 0 and not _eases(feature, doubts or {})):
        return None
    if contribution < 0 and known_in_part(row, feature, said.matrix):
        return None  # what is known at least may be more
    if feature.topic == "family":
        return _family_reason(row, contribution, said)
    if feature.topic == "context":
        return Reason("context", "context", None, contribution, BACKGROUND)
    text = _sentence(row, place, value, said, instruments, doubts or {})
    known = None if mark_of(row, feature, said.matrix) == BLANK_ITEM else value
    return Reason(feature.name, feature.group, known, contribution, text)


def _sentence(
    row: int,
    place: int,
    value: float,
    said: Explained,
    instruments: Mapping[str, Instrument],
    doubts: Mapping[str, Doubt],
) -> Words:
    feature, matrix = said.topics.features[place], said.matrix
    if feature.score and questionnaire_of(feature) in doubts:
        return feature_sentence(row, feature, value, matrix, instruments, doubts)
    days = matrix.days.get(feature.name)
    whose = age_and_sex(row, matrix) if feature.score else (None, None)
    key = (place, value, None if days is None else int(days[row]), mark_of(row, feature, matrix), *whose)
    if key not in said.sentences:
        said.sentences[key] = feature_sentence(row, feature, value, matrix, instruments)
    return said.sentences[key]


def _speaks(row: int, topic: int, contribution: float, said: Explained) -> bool:
    """Whether there is something to say: absence only where it is one, nothing of what was never known, and no
    ease from a source without current data."""
    place = said.topics.leads[topic]
    feature = said.topics.features[place]
    absent = feature.missing is not None and said.figures[row, said.topics.indicator[place]] == 1.0
    if absent and contribution < 0:
        return False
    if said.topics.names[topic] == feature.missing:
        return bool(absent)
    return says_something(row, feature, float(said.figures[row, place]), said.matrix)


def says_something(row: int, feature: Feature, value: float, matrix: Matrix) -> bool:
    """Whether a figure is known, and its sentence true of it: one that says that something is so is not said of a 0."""
    if feature.unit == YES_OR_NO and feature.own is None and value != 1.0:
        return False
    if (feature.name in PRESUPPOSING or feature.group == "talk") and value < LEAST_SHOWN:
        return False
    if mark_of(row, feature, matrix) == NOT_SEEN:
        return False
    if feature.own is None and feature.group == "concern" and 0 < value < 1:  # asked, and not known
        return False
    if feature.name not in matrix.days or day_of(row, feature, matrix) is not None:
        return True
    # What is known at least is said, also where its window is not known as a whole; a share of such a window is none.
    return feature.own is None and feature.group in COUNTED and value != feature.lowest and feature.unit != SHARE


def _eases(feature: Feature, doubts: Mapping[str, Doubt]) -> bool:
    """Whether a feature may be a reason that eases: nothing from a sheet in doubt, no history, no circumstance that
    calls for support, and no earlier talk: what it found is never comfort, nor that it found nothing."""
    history = feature.name.endswith("_earlier_max")
    return questionnaire_of(feature) not in doubts and not history and feature.topic not in ("family", "talk")


def _family_reason(row: int, contribution: float, said: Explained) -> Reason | None:
    figures = zip(said.topics.features, said.figures[row].tolist(), strict=True)
    flags = [feature.text for feature, value in figures if feature.group == "family" and value == 1.0]
    if not flags:
        return None
    capped = said.capped[row] > 0
    text = Words(
        zh="家庭支持情况需要了解：" + "、".join(flag.zh for flag in flags) + (CAPPED.zh if capped else ""),
        en="family circumstances that may call for support: "
        + ", ".join(flag.en for flag in flags)
        + (CAPPED.en if capped else ""),
    )
    return Reason("family", "family", float(len(flags)), contribution, text)
