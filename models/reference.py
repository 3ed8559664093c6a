"""Reference figures of questionnaires: mean and spread of each score by stage and sex, as they stood at training.

Scores of different questionnaires are never one scale. What the model reads of a score is how far it lies from the
student's own stage and sex on that very questionnaire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.codes import Sex, Stage
from data_schemas.instruments import Instrument
from models.columns import Columns
from models.leave_reference import LeaveReference, leave_reference_of_json
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
    """`groups` by questionnaire, score and group: `junior|female`, `junior`, and `all`; `leave` by stage and month."""

    groups: Mapping[str, Mapping[str, Mapping[str, Group]]]
    leave: LeaveReference = field(default_factory=LeaveReference)

    def of(self, instrument: Instrument, score: str) -> list[tuple[float, float]]:
        """Mean and standard deviation for each of `GROUPS`: those of stage and sex, or of the narrowest group that is
        known. Without any group the middle and a quarter of the range stand in."""
        known, default = self.groups.get(instrument.code, {}).get(score, {}), self.everyone(instrument, score)
        found = [_nearest(known, name, default) for name in GROUPS]
        return [(group.mean, group.sd) for group in found]

    def everyone(self, instrument: Instrument, score: str = "total") -> Group:
        """Everyone's figures; the middle and a quarter of the range where none are known."""
        low, high = instrument.range_of(score)
        known = self.groups.get(instrument.code, {}).get(score, {})
        return known.get(EVERYONE, Group((low + high) / 2, (high - low) / 4, 0))

    def sd_of(self, instrument: str, score: str, name: str) -> float | None:
        """The spread in the group of that name, None where nothing is known of the score."""
        known = self.groups.get(instrument, {}).get(score, {})
        return _nearest(known, name, known[EVERYONE]).sd if EVERYONE in known else None

    def to_json(self) -> dict[str, Any]:
        scores = {
            code: {
                score: {name: [group.mean, group.sd, group.n] for name, group in groups.items()}
                for score, groups in scores.items()
            }
            for code, scores in self.groups.items()
        }
        return {"scores": scores, "leave": self.leave.to_json()}


def reference_of_json(content: Mapping[str, Any]) -> Reference:
    """Read what `to_json` wrote; raises `KeyError`, `TypeError` or `ValueError` where the form is another."""
    return Reference(
        {
            code: {
                score: {name: Group(float(mean), float(sd), int(n)) for name, (mean, sd, n) in groups.items()}
                for score, groups in scores.items()
            }
            for code, scores in content["scores"].items()
        },
        leave_reference_of_json(content["leave"]),
    )


def make_reference(
    records: Records, instruments: Mapping[str, Instrument], until: int, students: NDArray[np.bool_]
) -> Reference:
    """From the newest valid sheet of each of `students` (n,) that was received by the end of day `until`."""
    names = np.array(GROUPS, dtype=object)[group_of(records.students)]
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


GROUPS = tuple(f"{stage}|{sex}" for stage in Stage.codes() for sex in Sex.codes())


def group_of(students: Columns) -> NDArray[np.intp]:
    """The finest group of each student (n,), as a place in `GROUPS`: by stage and sex."""
    place: NDArray[np.intp] = students["stage"].astype(np.intp) * len(Sex) + students["sex"]
    return place


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
