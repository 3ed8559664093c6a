"""Assessments of two screenings of a city are rebuilt bit for bit from what was stored with them."""

import hashlib
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import Artifact, archive_artifact, read_policy, save_artifact
from serving.replay.context import Made, read_context
from serving.replay.differences import Difference, differences
from serving.replay.rebuild import rebuilt
from serving.screening import publish_screening
from serving.store import Store, assessment_to_json, find_kept, inputs_of
from serving.store.tables import assessments
from tests.factories import NOW
from tests.new_stores import new_store
from tests.replayable import FIRST, SECOND, replayable_city, with_later_rows


def ids_of(store: Store, run_id: str) -> list[str]:
    mine = sa.select(assessments.c.assessment_id).where(assessments.c.run_id == run_id)
    with store.reading() as connection:
        return list(connection.scalars(mine.order_by(assessments.c.student_id)))


KINDS = ["booster", "splines", None]


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_students_of_a_city(kind: str | None, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    artifact: Artifact | None = None
    if kind is not None:
        save_artifact(request.getfixturevalue(kind), tmp_path / "model")
        artifact = archive_artifact(tmp_path / "model", tmp_path / "models")
    city = replayable_city(tmp_path / "city")
    later = with_later_rows(city, tmp_path / "later")
    store, policy = new_store(tmp_path / "home"), read_policy()
    runs = [publish_screening(store, city, FIRST, artifact, policy, NOW).run_id]
    runs.append(publish_screening(store, later, SECOND, artifact, policy, NOW).run_id)
    differing: dict[str, list[Difference]] = {}
    in_class = changed = replayed = 0
    made: dict[tuple[str, str], Made] = {}
    for assessment_id in [one for run_id in runs for one in ids_of(store, run_id)]:
        kept = find_kept(store, assessment_id)
        assert kept is not None
        conspicuous = "in_class" in inputs_of(store, kept)
        # A sixth of the students for each kind of model, others for each, and all whom their class says something of.
        if not conspicuous and int(hashlib.sha256(kept.student_id.encode()).hexdigest(), 16) % 6 != KINDS.index(kind):
            continue
        assert kept.context is not None
        key = (kept.context, kept.school_id)
        if key not in made:
            made[key] = read_context(store, *key)
        rows = inputs_of(store, kept)
        again = rebuilt(kept, rows, made[key], artifact)
        found = list(differences(kept.assessment, json.loads(json.dumps(assessment_to_json(again)))))
        in_class += conspicuous
        replayed += 1
        changed += again.change is not None
        if found:
            differing[assessment_id] = found
    assert differing == {}
    assert in_class >= 2, "no sheet was conspicuous in its class: nothing was tried"
    assert replayed > 50
    assert (changed > 20) is (artifact is not None)
