"""Where more has come in within a fortnight, in one class, dormitory or school, than is usual for its size.

A scan over units: of each the students with something new in the last 14 days are counted and held against what was to
be expected, the larger of what the unit itself had in earlier fortnights and of its share of what all others at the
school have in this one: a screening wave raises all. Counts are not Poisson, since neighbours are screened on the same
day. By how much they scatter more is read from the school's own history (Pearson's statistic over all units and
earlier fortnights), and the tail is the exact one of a negative binomial with that variance. It is multiplied by the
number of units and kinds that were looked at (Bonferroni), and it must also be rarer than anything of its kind in the
school's history. `benchmarks/clusters.py` measures how often a note is false.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.assessment import Floor

WINDOW = 14  # days
HISTORY = 24 * 7  # days before the window that have to be on record
FEWEST = 3  # students: fewer are no cluster
FALSE_LISTS = 0.01  # of lists with a note while nothing is unusual
LEAST_EXPECTED = 0.05  # students in a fortnight: of a unit in which nothing has ever come in
REPORT, SHEET, LEAVE = "report", "sheet", "leave"
KINDS = (REPORT, SHEET, LEAVE)
CAUGHT = frozenset(["respiratory", "fever"])  # reasons of leave that pass through a class by themselves
CLASS, DORMITORY, SCHOOL = "class", "dormitory", "school"

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Happened:
    """Something new about a student: `kind` is "report" or "sheet" of safety evidence that a person reported or a
    questionnaire asked for, or "leave"; `on` is the day on which it was known."""

    student_id: str
    kind: str
    on: date


@dataclass(frozen=True)
class WatchedUnit:
    """A class, a dormitory or the whole school (`kind`), by its id."""

    kind: str
    unit_id: str
    members: frozenset[str]


@dataclass(frozen=True)
class Cluster:
    """A unit in which `students` have something new of a kind where some `expected` were usual."""

    unit: WatchedUnit
    kind: str
    students: int
    expected: float


def happened_of(student_id: str, floor: Floor, known_on: date) -> Happened | None:
    """What a piece of evidence counts as; None for what is no new safety evidence."""
    if floor.severity <= 0 or floor.lead or floor.history:
        return None
    return Happened(student_id, REPORT if ":concern:" in floor.evidence else SHEET, known_on)


def unusual(happened: Iterable[Happened], units: Sequence[WatchedUnit], today: date) -> tuple[Cluster, ...]:
    """The units of one school in which the last fortnight is unusual, the rarest first. Of a kind of which the first
    was known less than 24 weeks before it, nothing is told. What is known later than `today` does not count."""
    everyone = frozenset[str]().union(*(unit.members for unit in units))
    events: dict[str, dict[str, set[int]]] = {kind: {} for kind in KINDS}
    for one in happened:
        if one.on <= today:
            events[one.kind].setdefault(one.student_id, set()).add(one.on.toordinal())
    found: list[tuple[float, Cluster]] = []
    for kind, of_kind in events.items():
        first = min((min(days) for days in of_kind.values()), default=today.toordinal())
        days = today.toordinal() - first + 1
        if days < HISTORY + WINDOW:
            continue
        new = {who: [day - first for day in _apart(sorted(on))] for who, on in of_kind.items()}
        for level in (CLASS, DORMITORY, SCHOOL):
            looked_at = [one for one in units if one.kind == level and one.members]
            if looked_at:
                found += _scan(kind, looked_at, everyone, new, days, len(units) * len(KINDS))
    return tuple(cluster for _, cluster in sorted(found, key=lambda one: one[0]))


def _apart(days: Sequence[int]) -> list[int]:
    """Those that are new: not within a window of the one before."""
    kept: list[int] = []
    for day in days:
        if not kept or day - kept[-1] >= WINDOW:
            kept.append(day)
    return kept


def _scan(
    kind: str,
    units: Sequence[WatchedUnit],
    everyone: frozenset[str],
    events: Mapping[str, Sequence[int]],
    days: int,
    looks: int,
) -> list[tuple[float, Cluster]]:
    groups = [*(unit.members for unit in units), everyone]
    counts = np.zeros((len(groups), days))
    for row, members in enumerate(groups):
        for who in members & events.keys():
            for day in events[who]:
                counts[row, day] += 1
    total = np.cumsum(counts, axis=1)
    windows = total[:, WINDOW - 1 :].copy()
    windows[:, 1:] -= total[:, :-WINDOW]
    others, windows = windows[-1] - windows[:-1], windows[:-1]
    sizes = np.array([len(members) for members in groups], dtype=float)
    share = sizes[:-1] / np.maximum(sizes[-1] - sizes[:-1], 1.0)
    past, now = windows[:, : -2 * WINDOW + 1], windows[:, -1]  # what lies between is neither: it may be the same wave
    usual = np.maximum(past.mean(axis=1), LEAST_EXPECTED)[:, None]
    expected_of_all = np.maximum(usual, share[:, None] * others)
    expected_past, expected = expected_of_all[:, : past.shape[1]], expected_of_all[:, -1]
    scatter = max(1.0, float(((past - expected_past) ** 2).sum() / expected_past.sum()))
    rare = _tail(now, expected, scatter)
    rarest = float(_tail(past, expected_past, scatter).min())
    return [
        (p, Cluster(units[row], kind, int(now[row]), float(expected[row])))
        for row, p in enumerate(rare.tolist())
        if p * looks < FALSE_LISTS and p < rarest and now[row] >= FEWEST
    ]


def _tail(counts: Counts, expected: Counts, scatter: float) -> Counts:
    """The chance of so many students or more: Poisson, or a negative binomial whose variance is `scatter` times its
    mean. Counts that are too small for a cluster have the chance 1."""
    from scipy.special import betainc, gammainc  # paid by who looks for clusters

    at_least = np.maximum(counts, 1.0)
    if scatter > 1.001:
        p = betainc(at_least, expected / (scatter - 1), 1 - 1 / scatter)
    else:
        p = gammainc(at_least, expected)
    rare: Counts = np.where(counts >= FEWEST, p, 1.0)
    return rare
