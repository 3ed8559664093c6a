"""One assessment replayed: put in the trail, made again, compared."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from models import Artifact, archived_artifact
from runxin.errors import Kind, UserError
from serving.replay.context import code_fingerprint, library_versions, read_context
from serving.replay.differences import Difference, differences
from serving.replay.rebuild import rebuilt
from serving.store import (
    AuditEvent,
    Store,
    assessment_to_json,
    find_kept,
    inputs_of,
    is_erased,
    write_audit,
)

READ, ERASED = "assessment.replayed", "erased"


@dataclass(frozen=True)
class Replay:
    """`outcome` is `identical`, `different` or `erased`; of an erased one nothing else is known.

    `model` is the archived model's hash, None where rules decided alone. `made_by` and `replayed_by` name code and
    libraries, so that a difference which they explain is told from one that they do not.
    """

    outcome: str
    as_of: date | None = None
    model: str | None = None
    policy: str | None = None
    made_by: dict[str, str] | None = None
    replayed_by: dict[str, str] | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def same_code(self) -> bool:
        return self.made_by == self.replayed_by


def replay_assessment(
    store: Store,
    archive: Path,
    assessment_id: str,
    now: datetime,
    actor: str,
    purpose: str = "quality_audit",
    model_of: Callable[[Path, str], Artifact] = archived_artifact,
) -> Replay:
    """Make an assessment again from its stored inputs, policy, calendars, questionnaires and archived model, which
    `model_of` opens.

    A person's record is read for it, so the reading is put in the trail first. Raises `UserError`: not found, or bad
    data naming what is missing or was changed.
    """
    kept = find_kept(store, assessment_id)
    if kept is None or kept.erased:
        if kept is not None or is_erased(store, assessment_id):
            write_audit(store, AuditEvent(now, actor, READ, purpose, detail=ERASED))
            return Replay(ERASED)
        fix = "runxin list --json, the foot of a student's page and answers of the API show ids"
        raise UserError(Kind.NOT_FOUND, "there is no assessment of this id", fix=fix)
    write_audit(store, AuditEvent(now, actor, READ, purpose, kept.student_id))
    rows = inputs_of(store, kept)
    school = kept.school_id if kept.run else rows.get("school_id")
    made = read_context(store, kept.context or "", school)
    artifact = None if made.model is None else model_of(archive, made.model)
    again = rebuilt(kept, rows, made, artifact)
    # As it would be read from the store, so that nothing is told apart that the store does not tell apart.
    found = tuple(differences(kept.assessment, json.loads(json.dumps(assessment_to_json(again)))))
    return Replay(
        outcome="different" if found else "identical",
        as_of=again.as_of,
        model=made.model,
        policy=made.policy.name,
        made_by={"code": made.code, **made.libraries},
        replayed_by={"code": code_fingerprint(), **library_versions()},
        differences=found,
    )
