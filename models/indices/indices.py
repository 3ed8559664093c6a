"""Few figures from many features: how the sheets stand, circumstances, reports, leave, what earlier talks found.

An index never falls where an adverse feature rises, nor where a sheet goes missing, so a model that is monotone in the
indices is monotone in the features. What an index adds to a margin is handed on to the features that it is made of, so
that a reason names these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.features.feature import Feature
from models.features.talks import NAMES as TALKS
from models.indices.effects import EFFECTS, Effect

Floats = NDArray[np.float64]
Inputs = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Index:
    """`direction` is 1 where raising it never lowers a score; `family` marks circumstances, which are kept apart."""

    name: str
    direction: Literal[0, 1]
    family: bool = False


SHEETS, EARLIER, NO_SHEET = Index("sheets", 1), Index("earlier_sheets", 1), Index("no_sheet", 1)
CIRCUMSTANCES, REPORTS, LEAVE = Index("circumstances", 1, family=True), Index("reports", 1), Index("leave", 1)
GROUPED = ((CIRCUMSTANCES, ("family",)), (REPORTS, ("concern",)), (LEAVE, ("leave",)))
PLAIN = (*(Index(name, 1) for name in TALKS), Index("female", 0), Index("age_years", 0), Index("stage", 0))
LOWEST = -2.0  # of a standardised total: the foot of a range that is held against its middle and a quarter of it
DIGITS = 6
INDICES = (SHEETS, EARLIER, NO_SHEET, CIRCUMSTANCES, REPORTS, LEAVE, *PLAIN)


@dataclass(frozen=True)
class Indices:
    """How the indices are made of p features: the places of totals, earlier totals and missing marks, of the same
    questionnaires in the same order, and for each of the others places with weights and most units."""

    totals: tuple[int, ...]
    earlier: tuple[int, ...]
    missing: tuple[int, ...]
    weighted: tuple[tuple[int, float, float, str], ...]  # place, log-odds a unit, most units, the index's name
    plain: tuple[int, ...]  # of `PLAIN`, in order; -1 where a model has no such feature
    features: int

    def values(self, values: Inputs) -> Floats:
        """The indices (n, q), in the order of `INDICES`."""
        found = np.zeros((len(values), len(INDICES)))
        missing = values[:, self.missing] == 1
        found[:, :2], found[:, 2] = LOWEST, 1.0  # where nobody was asked anything
        if self.totals:
            found[:, 0] = standing(_figures(values[:, self.totals]), missing)
            found[:, 1] = _figures(values[:, self.earlier]).max(axis=1)
            found[:, 2] = missing.all(axis=1)
        column = {index.name: place for place, index in enumerate(INDICES)}
        for place, weight, most, name in self.weighted:
            found[:, column[name]] += weight * np.minimum(values[:, place], most)
        for index, place in zip(PLAIN, self.plain, strict=True):
            if place >= 0:
                found[:, column[index.name]] = values[:, place]
        return found

    def spread(self, phi: Floats, values: Inputs) -> Floats:
        """Contributions (n, p) of features from those of indices (n, q), with the same sum. What an index adds goes to
        those of its features that raise it, in proportion; where none does, or it takes away, to the first of them that
        is known."""
        found, column = np.zeros((len(values), self.features)), {one.name: n for n, one in enumerate(INDICES)}
        values = values.astype(np.float64)
        missing = values[:, self.missing] == 1
        present, known = np.where(missing, -1.0, values[:, self.totals]), (~missing).astype(float)
        self._share(found, phi[:, 0], self.totals, present, known)
        self._share(found, phi[:, 1], self.earlier, values[:, self.earlier], known)
        self._share(found, phi[:, 2], self.missing, missing.astype(float), missing.astype(float))
        for index, _ in GROUPED:
            mine = [one for one in self.weighted if one[3] == index.name]
            places = tuple(place for place, *_ in mine)
            terms = np.array([w * np.minimum(values[:, place], most) for place, w, most, _ in mine]).T
            self._share(found, phi[:, column[index.name]], places, terms, np.ones((len(phi), len(places))))
        for index, place in zip(PLAIN, self.plain, strict=True):
            if place >= 0:
                found[:, place] += phi[:, column[index.name]]
        return found

    def _share(self, found: Floats, phi: Floats, places: tuple[int, ...], terms: Inputs, known: Floats) -> None:
        if not places:
            return
        raising = np.where(phi[:, None] > 0, np.maximum(terms, 0.0), 0.0)
        total = raising.sum(axis=1)
        lead = np.zeros((len(phi), len(places)))
        lead[np.arange(len(phi)), known.argmax(axis=1)] = 1.0
        share = np.where(total[:, None] > 0, raising / np.where(total > 0, total, 1.0)[:, None], lead)
        found[:, list(places)] += share * phi[:, None]


def indices_of(features: Sequence[Feature], effects: Sequence[Effect] = EFFECTS) -> Indices:
    """How indices are made of these features; what a dataset brings along itself is in none."""
    place = {feature.name: n for n, feature in enumerate(features) if feature.own is None}
    codes = [
        name.removesuffix("_total")
        for name, n in place.items()
        if features[n].group == "questionnaire" and name.endswith("_total") and features[n].score == "total"
    ]
    group = {feature.name: index.name for index, groups in GROUPED for feature in features if feature.group in groups}
    return Indices(
        tuple(place[f"{code}_total"] for code in codes),
        tuple(place[f"{code}_earlier_max"] for code in codes),
        tuple(place[f"{code}_missing"] for code in codes),
        tuple((place[one.name], one.log_odds, one.most, group[one.name]) for one in effects if one.name in place),
        tuple(place.get(index.name, -1) for index in PLAIN),
        len(features),
    )


def _figures(totals: Inputs) -> Floats:
    """Standardised totals without what rounding makes of them, so that a questionnaire more or less in a batch changes
    nobody's figure."""
    found: Floats = np.maximum(np.round(totals.astype(np.float64), DIGITS), LOWEST)
    return found


def standing(totals: Floats, missing: NDArray[np.bool_]) -> Floats:
    """How a student's current sheets stand on average (n,), from standardised totals (n, k) in which a sheet that is
    not there stands at its lowest.

    It is the highest mean of the sheets that are there together with none, some or all of the lowest figures of those
    that are not: more than the plain mean only at the very bottom, and so never less than if a missing sheet were there
    and at its lowest.
    """
    key = np.where(missing, totals - 1e6, totals)
    order = np.argsort(-key, axis=1, kind="stable")
    ordered = np.take_along_axis(totals, order, axis=1)
    means = np.cumsum(ordered, axis=1) / np.arange(1, totals.shape[1] + 1)
    there = np.maximum((~missing).sum(axis=1), 1)
    enough = np.arange(1, totals.shape[1] + 1) >= there[:, None]
    found: Floats = np.where(enough, means, -np.inf).max(axis=1)
    return found
