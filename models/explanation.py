"""Why now: contributions gathered into at most five plain sentences with the student's own numbers."""

from collections.abc import Mapping, Sequence

from data_schemas.calendar import day_to_date
from data_schemas.instruments import Instrument, Words, band_of
from models.assessment import GROUPS, Reason
from models.columns import NO_DAY
from models.features import Feature, Matrix
from models.risk_model import Contributions

MOST_REASONS = 5
BACKGROUND = Words(zh="年龄、年级等背景", en="background such as age and grade")
LEAST_CONTRIBUTION = 0.01  # log-odds; below it a sentence would say nothing


def reasons_of(
    row: int,
    matrix: Matrix,
    phi: Contributions,
    features: Sequence[Feature],
    instruments: Mapping[str, Instrument],
) -> tuple[Reason, ...]:
    """The strongest reasons of one student, raising and lowering, strongest first.

    What is missing speaks through one sentence for its source and never as an easing reason. Family flags speak
    together, as circumstances that may call for support.
    """
    values = dict(zip(matrix.names, matrix.values[row].tolist(), strict=True))
    values |= {name: float(figure[row]) for name, figure in matrix.shown.items()}
    topics: dict[str, list[int]] = {}
    for place, feature in enumerate(features):
        topics.setdefault(_topic(feature, values), []).append(place)
    reasons = []
    for topic, places in topics.items():
        contribution = float(phi.values[row, places].sum())
        lead = next(place for place in places if _leads(features[place], topic))
        day = matrix.days.get(features[lead].name)
        # A figure of leave that is known at least is said, also where its window reaches beyond the feed.
        unsaid = features[lead].group != "leave" or values[features[lead].name] == features[lead].lowest
        unknown = day is not None and day[row] == NO_DAY and unsaid
        if abs(contribution) < LEAST_CONTRIBUTION or not _speaks(features[lead], topic, contribution, values, unknown):
            continue
        reason = _reason(row, features[lead], contribution, values, matrix, instruments, features)
        if reason is not None:
            reasons.append(reason)
    reasons.sort(key=lambda reason: (-abs(reason.contribution), reason.feature))
    return tuple(reasons[:MOST_REASONS])


def group_sums(row: int, phi: Contributions, features: Sequence[Feature]) -> dict[str, float]:
    """Contributions by group; with the base value they sum to the margin."""
    sums = dict.fromkeys(GROUPS, 0.0)
    for place, feature in enumerate(features):
        sums[feature.group] += float(phi.values[row, place])
    return sums


def _topic(feature: Feature, values: Mapping[str, float]) -> str:
    """What a feature speaks for: its source's absence where that is missing and no more is known than the lowest."""
    if feature.missing is None or not _is_missing(feature, values) or values[feature.name] != feature.lowest:
        return feature.topic
    return feature.missing


def _is_missing(feature: Feature, values: Mapping[str, float]) -> bool:
    return feature.missing is not None and values[feature.missing] == 1.0


def _speaks(feature: Feature, topic: str, contribution: float, values: Mapping[str, float], unknown: bool) -> bool:
    """Whether there is something to say: absence only where it is one, nothing of what was never known, and no
    ease from a source without current data."""
    absent = _is_missing(feature, values)
    if absent and contribution < 0:
        return False
    return absent if topic == feature.missing else not unknown


def _leads(feature: Feature, topic: str) -> bool:
    return feature.name == topic or feature.topic == topic


def _reason(
    row: int,
    feature: Feature,
    contribution: float,
    values: Mapping[str, float],
    matrix: Matrix,
    instruments: Mapping[str, Instrument],
    features: Sequence[Feature],
) -> Reason | None:
    if feature.topic == "family":
        return _family_reason(contribution, values, features)
    if feature.topic == "context":
        return Reason("context", "context", None, contribution, BACKGROUND)
    value = values[feature.name]
    if feature.group == "concern" and 0 < value < 1:  # asked, and not known
        return None
    day = matrix.days.get(feature.name)
    on = day_to_date(int(day[row])).isoformat() if day is not None and day[row] != NO_DAY else ""
    band = _band(feature, value, instruments)
    text = Words(
        zh=feature.text.zh.format(value=value, date=on, band_zh=f"{band.zh}，" if band else ""),
        en=feature.text.en.format(value=value, date=on, band_en=f"{band.en}, " if band else ""),
    )
    return Reason(feature.name, feature.group, float(value), contribution, text)


def _band(feature: Feature, value: float, instruments: Mapping[str, Instrument]) -> Words | None:
    if feature.instrument not in instruments:
        return None
    band = band_of(instruments[feature.instrument].score(feature.score), value)
    return Words(zh=band.zh, en=band.en) if band else None


def _family_reason(contribution: float, values: Mapping[str, float], features: Sequence[Feature]) -> Reason | None:
    flags = [feature for feature in features if feature.group == "family" and values[feature.name] == 1.0]
    if not flags:
        return None
    text = Words(
        zh="家庭支持情况需要了解：" + "、".join(flag.text.zh for flag in flags),
        en="family circumstances that may call for support: " + ", ".join(flag.text.en for flag in flags),
    )
    return Reason("family", "family", float(len(flags)), contribution, text)
