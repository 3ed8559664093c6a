"""A run against the training population, both as counts: what lies apart by more than chance and the limits allow.

Nothing here sees a student: two snapshots give the same answer in whatever order their rows came.
"""

from collections.abc import Sequence
from fnmatch import fnmatch
from typing import Any, Literal

from data_schemas.codes import Stage
from evaluation.monitoring.drift import distance, psi, psi_by_chance, psi_ceiling, share_ceiling
from evaluation.monitoring.histograms import shown_together
from evaluation.monitoring.snapshot import EVERYONE, watched
from models.features import Feature
from models.monitoring import Histogram, PredictionSummary, Snapshot
from models.policy import Monitoring

State = Literal["steady", "watch", "alarm", "quiet", "too_few", "absent"]
Row = dict[str, Any]


def compare(then: Snapshot, now: Snapshot, features: Sequence[Feature], limits: Monitoring) -> dict[str, Any]:
    """By feature, group of features, source and stage of school: how far apart, how far chance alone goes, and a state.

    `watch` and `alarm` are beyond the limit and beyond chance; `quiet` would ring and is not to; `too_few` and `absent`
    cannot be told. Raises `KeyError` where `now` was not counted into the bins of `then`.
    """
    compared = watched(features)
    loud = sum(not _is_quiet(feature.name, limits) for feature in compared)
    # Shared out over all that may ring (Bonferroni), so that the whole rings by chance this seldom.
    chance = limits.chance / max(loud + len(then.missing) + 2 * len(then.scores), 1)
    enough = now.students >= limits.fewest_students
    found = {f.name: _feature(f, then, now, limits, chance, enough) for f in compared}
    return {
        "features": found,
        "groups": _groups(compared, found),
        "missing": {source: _missing(source, then, now, limits, chance, enough) for source in now.missing},
        "scores": {
            name: _scored(then.scores[name], now.scores.get(name), limits, chance)
            for name in (EVERYONE, *Stage.codes())
            if name in then.scores
        },
    }


def _feature(
    feature: Feature, then: Snapshot, now: Snapshot, limits: Monitoring, chance: float, enough: bool
) -> dict[str, Any]:
    before, after = then.features[feature.name], now.features[feature.name]
    n, m = _students(before, then), _students(after, now)
    row: Row = {"group": feature.group, "psi": None, "by_chance": None, "distance": None, "state": "too_few"}
    if before.n and not after.n:
        return {**row, "state": "absent"}
    if not enough or not before.n or m < limits.fewest_students:
        return row
    row |= _apart(before, after, n, m, limits, chance)
    if row["state"] in ("watch", "alarm") and _is_quiet(feature.name, limits):
        row["state"] = "quiet"
    return row


def _apart(then: Histogram, now: Histogram, n: float, m: float, limits: Monitoring, chance: float) -> Row:
    index, bins = psi(then, now), len(then.counts)
    expected = psi_by_chance(bins, n, m)
    beyond = index > psi_ceiling(bins, n, m, chance)
    state: State = "steady"
    if beyond and index - expected >= limits.psi_alarm:
        state = "alarm"
    elif beyond and index - expected >= limits.psi_watch:
        state = "watch"
    before, after = shown_together(then, now)
    return {
        "psi": round(index, 3),
        "by_chance": round(expected, 3),
        "distance": round(distance(then, now), 2) + 0.0,  # no minus before a nought
        "state": state,
        "edges": [round(edge, 4) + 0.0 for edge in before.edges],
        "then": [round(count / then.n, 3) for count in before.counts],
        "now": [round(count / now.n, 3) for count in after.counts],
    }


def _groups(features: Sequence[Feature], found: dict[str, Row]) -> dict[str, Any]:
    """What a group of features comes to: the mean and the largest index beyond chance, and which ring."""
    groups: dict[str, Any] = {}
    for group in dict.fromkeys(feature.group for feature in features):
        mine = {f.name: found[f.name] for f in features if f.group == group}
        beyond = {name: row["psi"] - row["by_chance"] for name, row in mine.items() if row["psi"] is not None}
        most = max(beyond, key=lambda name: beyond[name]) if beyond else None
        groups[group] = {
            "features": len(mine),
            "mean_beyond_chance": round(sum(beyond.values()) / len(beyond), 3) if beyond else None,
            "most": most,
            "most_beyond_chance": round(beyond[most], 3) if most else None,
            **{state: [n for n, row in mine.items() if row["state"] == state] for state in ("watch", "alarm", "quiet")},
        }
    return groups


def _missing(source: str, then: Snapshot, now: Snapshot, limits: Monitoring, chance: float, enough: bool) -> Row:
    before, after = then.missing[source] / max(then.n, 1), now.missing[source] / max(now.n, 1)
    limit = max(limits.missing_rise, share_ceiling(before, after, then.students, now.students, chance))
    state: State = "too_few" if not enough else "alarm" if after - before > limit else "steady"
    if state == "alarm" and _is_quiet(source, limits):
        state = "quiet"
    return {"then": round(before, 3), "now": round(after, 3), "limit": round(limit, 3), "state": state}


def _scored(then: PredictionSummary, now: PredictionSummary | None, limits: Monitoring, chance: float) -> Row:
    if now is None or now.students < limits.fewest_students or not then.margin.counts:
        return {"students": now.students if now else 0, "state": "too_few"}
    margin = _apart(then.margin, now.margin, then.students, now.students, limits, chance)
    probability = _apart(then.probability, now.probability, then.students, now.students, limits, chance)
    before, after = (1 - one.tiers["routine"] / one.n for one in (then, now))
    limit = max(limits.tier_change, share_ceiling(before, after, then.students, now.students, chance))
    return {
        "students": now.students,
        "state": margin["state"],
        "margin": margin,
        "probability": {name: probability[name] for name in ("edges", "then", "now")},
        "mean_probability": {"then": then.mean_probability, "now": now.mean_probability},
        "tiers": {
            code: {"then": round(then.tiers[code] / then.n, 3), "now": round(now.tiers[code] / now.n, 3)}
            for code in then.tiers
        },
        "lifted": {
            "then": round(before, 3),
            "now": round(after, 3),
            "limit": round(limit, 3),
            "state": "alarm" if abs(after - before) > limit else "steady",
        },
    }


def alarms_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What rings, in the order of a reader: what is not there, what came in, what the model made of it."""
    rings = [
        {"kind": "missing", "name": source, "stage": None, "value": row["now"], "then": row["then"]}
        for source, row in found["missing"].items()
        if row["state"] == "alarm"
    ]
    rings += [
        {"kind": "feature", "name": name, "stage": None, "value": row["psi"], "distance": row["distance"]}
        for name, row in sorted(found["features"].items(), key=lambda one: -(one[1]["psi"] or 0))
        if row["state"] == "alarm"
    ]
    for name, row in found["scores"].items():
        stage = None if name == EVERYONE else name
        if row["state"] == "alarm":
            rings.append({"kind": "score", "name": "margin", "stage": stage, "value": row["margin"]["psi"]})
        if row.get("lifted", {}).get("state") == "alarm":
            lifted = row["lifted"]
            rings.append(
                {"kind": "tier", "name": "lifted", "stage": stage, "value": lifted["now"], "then": lifted["then"]}
            )
    return rings


def _students(histogram: Histogram, whole: Snapshot) -> float:
    """About how many different students stand behind a histogram: a student may be there on several days."""
    return histogram.n * whole.students / max(whole.n, 1)


def _is_quiet(name: str, limits: Monitoring) -> bool:
    return any(fnmatch(name, pattern) for pattern in limits.quiet)
