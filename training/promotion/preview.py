"""What a promotion would do to each school's week, before it is done: who enters and who leaves the list, in counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.codes import Tier
from data_schemas.dataset import Dataset
from data_schemas.school_days import Calendars
from evaluation.figures.grouping import groups_of
from evaluation.figures.groups import FEWEST_SHOWN
from evaluation.gates.gates import FloorCheck
from models import Artifact, Assessment, Policy, Records, assess, calendars_for, records_of
from models.features import build_features
from models.triage import ZONE, StudentFacts, plan_week, present_of, strengths_of
from models.triage.from_records import facts_of_assessments, open_of, with_filed
from models.triage.week import AUDIT
from runxin.errors import UserError, bad_data, refused

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Preview:
    """`counts` can go into JSON and name nobody; `entered` and `left` hold pseudonymous ids by school."""

    counts: dict[str, Any]
    floors: FloorCheck
    entered: dict[str, list[str]] = field(repr=False)
    left: dict[str, list[str]] = field(repr=False)


@dataclass(frozen=True)
class _Line:
    """A week with one model: each of n students' tier, and who stands on the list of the own school."""

    tier: Ints
    listed: Bools


def preview(
    dataset: Dataset,
    as_of: date,
    candidate: Artifact,
    champion: Artifact | None,
    policy: Policy,
    calendars: Calendars | None = None,
    on_file: Mapping[str, StudentFacts] | None = None,
) -> Preview:
    """Everyone enrolled on a day, assessed with the candidate and with the champion, or by rules alone where there is
    none or it may not rank these students.

    Evidence counts as open that nobody has assessed, by the dataset's own interviews and by what a service has
    `on_file` of the same students now. Raises `UserError`: refused where the candidate may not rank these students, bad
    data where nobody is enrolled.
    """
    origin = dataset.description.origin
    if candidate.manifest.data_origin != origin:
        raise refused(
            f"a {candidate.manifest.data_origin} model may not rank the {origin} students of this dataset",
            fix="name a dataset of students that it is to rank",
        )
    records = records_of(dataset, calendars)
    after = assess(records, as_of, candidate, policy)
    if not after:
        raise bad_data(f"nobody is enrolled on {as_of.isoformat()}", fix="choose another --as-of")
    before, against = _before(records, as_of, champion, origin, policy)
    place = {student: row for row, student in enumerate(records.ids)}
    rows = np.array([place[one.student_id] for one in after], dtype=np.int64)
    names, school = np.unique(records.students["school_id"][rows].astype(str), return_inverse=True)
    school_of = dict(zip((one.student_id for one in after), names[school].tolist(), strict=True))
    of_schools = calendars_for(dataset, calendars)
    known = on_file or {}
    old, new = (_line(one, records, as_of, school_of, of_schools, policy, known) for one in (before, after))
    entered, left = new.listed & ~old.listed, old.listed & ~new.listed
    matrix = build_features(records, candidate.recipe, date_to_day(as_of)).where(rows)
    groups = groups_of(matrix, candidate.instruments)
    ids = np.array([one.student_id for one in after], dtype=object)

    def by_school(some: Bools) -> dict[str, list[str]]:
        return {str(name): sorted(ids[some & (school == row)].tolist()) for row, name in enumerate(names)}

    def counted(inside: Bools) -> dict[str, int]:
        told = {"students": inside, "before": old.listed & inside, "after": new.listed & inside}
        told |= {"entered": entered & inside, "left": left & inside}
        return {name: int(some.sum()) for name, some in told.items()}

    def by_group(inside: Bools) -> dict[str, Any]:
        return {
            name: {group: counted(inside & (of == group)) for group in sorted(set(of[inside].tolist()) - {""})}
            for name, of in groups.items()
            if _shown(of[inside])
        }

    counts = {
        "dataset": dataset.description.name,
        "fingerprint": dataset.fingerprint,
        "as_of": as_of.isoformat(),
        "against": against,
        "policy": policy.name,
        "places": policy.list.weekly_slots - policy.list.audit_slots,
        "all": counted(np.ones(len(rows), dtype=bool)),
        "tiers": {"before": _tiers(old), "after": _tiers(new)},
        "higher": int((new.tier > old.tier).sum()),
        "lower": int((new.tier < old.tier).sum()),
        "groups": by_group(np.ones(len(rows), dtype=bool)),
        "schools": [
            {"school_id": str(name), **counted(school == row), "groups": by_group(school == row)}
            for row, name in enumerate(names)
        ],
    }
    return Preview(counts, _floors_held(records, as_of, policy, rows, after), by_school(entered), by_school(left))


def _before(
    records: Records, as_of: date, champion: Artifact | None, origin: str, policy: Policy
) -> tuple[list[Assessment], str | None]:
    """How the students stand now, and by which version; by none where the champion does not rank these students or does
    not fit their records, as when it serves."""
    if champion is not None and champion.manifest.data_origin == origin:
        try:
            return assess(records, as_of, champion, policy), champion.manifest.version
        except UserError:
            pass
    return assess(records, as_of, None, policy), None


def _shown(of: NDArray[Any]) -> bool:
    """Whether no group is smaller than may be shown: from the others and the sum a hidden one could be worked out."""
    return all(np.count_nonzero(of == group) >= FEWEST_SHOWN for group in set(of.tolist()) - {""})


def _floors_held(records: Records, as_of: date, policy: Policy, rows: Ints, after: Sequence[Assessment]) -> FloorCheck:
    """Floors are opened once more, apart from the assessments that they are held against."""
    day = date_to_day(as_of)
    floors = open_of(records, day, policy)
    below = crisis = 0
    for row, one in zip(rows.tolist(), after, strict=True):
        below += any(floor.tier.ord > one.tier.ord for floor in floors[row])
        crisis += (one.tier is Tier.CRISIS and one.tier_source == "model") or (
            one.own_tier is Tier.CRISIS and one.own_source == "model"
        )
    return FloorCheck(len(after), below, crisis)


def _line(
    found: Sequence[Assessment],
    records: Records,
    as_of: date,
    school_of: Mapping[str, str],
    calendars: Calendars,
    policy: Policy,
    on_file: Mapping[str, StudentFacts],
) -> _Line:
    """The week as the follow-up list would make it, without those drawn by lot, who are the same with any model."""
    evening = datetime.combine(as_of, time(23, 59), ZONE)
    facts = [
        with_filed(one, on_file.get(one.student_id)) for one in facts_of_assessments(found, records, as_of, school_of)
    ]
    listed: set[str] = set()
    tier: dict[str, int] = {}
    for school in sorted(set(school_of.values())):
        mine = present_of([one for one in facts if one.school_id == school], policy, calendars.of(school))
        ranked = any(one.margin is not None for one in facts if one.school_id == school)
        strength = strengths_of(mine)
        week = plan_week(mine, strength, school, policy.list.weekly_slots, ranked, policy, evening)
        listed |= {one.student_id for one, slot in week.line if slot != AUDIT}
        tier |= {one.student_id: one.tier.ord for one in mine}
    return _Line(
        np.array([tier[one.student_id] for one in found], dtype=np.int64),
        np.array([one.student_id in listed for one in found]),
    )


def _tiers(line: _Line) -> dict[str, int]:
    return {tier.code: int((line.tier == tier.ord).sum()) for tier in Tier}
