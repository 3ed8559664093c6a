"""Reference figures of questionnaires: mean and spread of each score by stage and sex, as they stood at training.

Scores of different questionnaires are never one scale. What the model reads of a score is how far it lies from the
student's own stage and sex on that very questionnaire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.instruments import Instrument
from models.columns import Columns
from models.records import Records

Floats = NDArray[np.float64]
FEWEST = 30  # sheets of a group; with fewer the stage as a whole, then everyone, is the group
EVERYONE = "all"
SMALLEST_SHARE = 0.01  # a spread below this share of the score's range is no spread


@dataclass(frozen=True)
class Group:
    """Mean and standard deviation, in the score's own points, of n sheets."""

    mean: float
    sd: float
    n: int


@dataclass(frozen=True)
class Reference:
    """By questionnaire, score and group: `junior|female`, `junior`, and `all`."""

    groups: Mapping[str, Mapping[str, Mapping[str, Group]]]

    def of(self, instrument: Instrument, score: str, students: "Grouped") -> tuple[Floats, Floats]:
        """Mean and standard deviation for each student: those of stage and sex, or of the narrowest group that is
        known. Without any group the middle and a quarter of the range stand in."""
        low, high = instrument.range_of(score)
        known = self.groups.get(instrument.code, {}).get(score, {})
        default = known.get(EVERYONE, Group((low + high) / 2, (high - low) / 4, 0))
        found = [_nearest(known, name, default) for name in students.names]
        pairs = np.array([(group.mean, group.sd) for group in found]).reshape(-1, 2)[students.place]
        return pairs[:, 0], pairs[:, 1]

    def sd_of(self, instrument: str, score: str, name: str) -> float | None:
        """The spread in the group of that name, None where nothing is known of the score."""
        known = self.groups.get(instrument, {}).get(score, {})
        return _nearest(known, name, known[EVERYONE]).sd if EVERYONE in known else None

    def to_json(self) -> dict[str, Any]:
        return {
            code: {
                score: {name: [group.mean, group.sd, group.n] for name, group in groups.items()}
                for score, groups in scores.items()
            }
            for code, scores in self.groups.items()
        }


def reference_of_json(content: Mapping[str, Any]) -> Reference:
    """Read what `to_json` wrote; raises `TypeError` or `ValueError` where the form is another."""
    return Reference(
        {
            code: {
                score: {name: Group(float(mean), float(sd), int(n)) for name, (mean, sd, n) in groups.items()}
                for score, groups in scores.items()
            }
            for code, scores in content.items()
        }
    )


def make_reference(
    records: Records, instruments: Mapping[str, Instrument], until: int, students: NDArray[np.bool_]
) -> Reference:
    """From the newest valid sheet of each of `students` (n,) that was received by the end of day `until`."""
    grouped = group(records.students)
    names = np.array(grouped.names, dtype=object)[grouped.place]
    found: dict[str, dict[str, dict[str, Group]]] = {}
    for code, instrument in instruments.items():
        sheets = records.sheets.get(code)
        if sheets is None:
            continue
        rows = np.flatnonzero(sheets.known(until) & sheets.scores.valid & students[sheets.student])
        rows = rows[np.lexsort([sheets.day[rows], sheets.student[rows]])]
        last = np.append(np.diff(sheets.student[rows]) != 0, True)[: len(rows)]
        rows = rows[last]
        mine = names[sheets.student[rows]]
        found[code] = {
            score.code: _groups(sheets.scores.values[rows, place], mine, instrument.range_of(score.code))
            for place, score in enumerate(instrument.scores)
        }
    return Reference(found)


@dataclass(frozen=True)
class Grouped:
    """The finest group of each of n students: `place` (n,) points into `names`."""

    names: tuple[str, ...]
    place: NDArray[np.intp]


def group(students: Columns) -> Grouped:
    """Students by stage and sex."""
    places: dict[tuple[Any, Any], int] = {}
    pairs = zip(students["stage"], students["sex"], strict=True)
    found = [places.setdefault(pair, len(places)) for pair in pairs]
    return Grouped(tuple(f"{stage}|{sex}" for stage, sex in places), np.array(found, dtype=np.intp))


def _groups(values: Floats, names_of: NDArray[Any], span: tuple[float, float]) -> dict[str, Group]:
    smallest = (span[1] - span[0]) * SMALLEST_SHARE
    stage = np.array([name.partition("|")[0] for name in names_of], dtype=object)
    found = {}
    for names, fewest in ((names_of, FEWEST), (stage, FEWEST), (np.full(len(values), EVERYONE, dtype=object), 2)):
        for name in sorted(set(names)):
            mine = values[(names == name) & ~np.isnan(values)]
            if len(mine) >= fewest:
                found[name] = Group(float(mine.mean()), max(float(mine.std(ddof=1)), smallest), len(mine))
    return found


def _nearest(known: Mapping[str, Group], name: str, default: Group) -> Group:
    return known.get(name) or known.get(name.partition("|")[0]) or default
