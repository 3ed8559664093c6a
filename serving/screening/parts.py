"""A screening's students assessed part by part: of a city only what is published is held at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models import Artifact, Assessment, ModelStatus, Policy, Records, assess
from models.changes import Earlier, changes
from models.subset import part_of
from runxin.errors import UserError
from serving.store import Packed, packed

AT_ONCE = 4096  # students: some 100 MiB of assessments
Progress = Callable[[int, int], None]  # students assessed so far, and of how many


def assessed(
    records: Records,
    rows: NDArray[np.intp],
    as_of: date,
    artifact: Artifact | None,
    policy: Policy,
    status: str,
    earlier: Mapping[str, Earlier],
    progress: Progress,
) -> tuple[list[Packed], ModelStatus]:
    """The students at these places, in order, each packed, with what changed since the screening `earlier`; and which
    model spoke. `records` know what is seen among classmates, so that a part says what the whole would."""
    if artifact is not None:
        manifest = artifact.manifest
        try:
            found = _in_parts(records, rows, as_of, artifact, policy, None, earlier, progress)
            return found, ModelStatus(manifest.name, manifest.version, policy.name, manifest.data_origin, "ok")
        except UserError:
            status = "unavailable"  # the model does not fit the data; if the data are at fault, the rules say so too
    found = _in_parts(records, rows, as_of, None, policy, status, {}, progress)
    return found, ModelStatus(None, None, policy.name, None, status)


def _in_parts(
    records: Records,
    rows: NDArray[np.intp],
    as_of: date,
    artifact: Artifact | None,
    policy: Policy,
    status: str | None,
    earlier: Mapping[str, Earlier],
    progress: Progress,
) -> list[Packed]:
    found: list[Packed] = []
    progress(0, len(rows))
    for begin in range(0, len(rows), AT_ONCE):
        here = rows[begin : begin + AT_ONCE]
        part = records if len(here) == len(records) else part_of(records, here)
        told = assess(part, as_of, artifact, policy, status=status)
        if artifact is not None and earlier:
            told = _with_changes(told, part, as_of, artifact, earlier)
        found += map(packed, told)
        progress(min(begin + AT_ONCE, len(rows)), len(rows))
    return found


def _with_changes(
    found: Sequence[Assessment], records: Records, as_of: date, artifact: Artifact, earlier: Mapping[str, Earlier]
) -> list[Assessment]:
    """With what changed since the screening before, for those whom a model ranked then and ranks now."""
    ranked = {one.student_id for one in found if one.margin is not None} & earlier.keys()
    moved = changes(records, as_of, artifact, {who: earlier[who] for who in ranked})
    return [replace(one, change=moved[one.student_id]) if one.student_id in moved else one for one in found]
