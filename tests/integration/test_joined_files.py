"""A word that one school filed of an id closes nothing that stood in another file of it, once the two are joined."""

from datetime import UTC, datetime, timedelta

import pytest

from data_schemas.codes import Tier
from serving.store.tables import evidence
from tests.api_state import Api
from tests.integration.test_whose_file import DANGER, api, now, screen, today, word

__all__ = ["api"]  # the fixture


@pytest.mark.parametrize("named", [False, True])
def test_whoever_spoke_had_never_seen_what_stood_in_the_other_file(api: Api, named: bool) -> None:
    """Danger of yesterday at B; at A, which has no such student yet, two persons speak with the id today."""
    screen(api, "B", ["Q"], sheets=[("Q", DANGER)])
    day, moment = today() - timedelta(days=1), datetime.now(UTC) - timedelta(days=1)
    earlier = {"evidence_on": day, "known_on": day, "received_at": moment, "filed_at": moment}
    with api.state.store.writing() as connection:
        connection.execute(evidence.update().where(evidence.c.student_id == "Q").values(**earlier))
    before = {one.piece for one in now(api, "Q").open}
    assert before
    said = word("Q", **({"assessed": next(iter(before)).key} if named else {}))
    screen(api, "A", ["A-1"], outcomes=[said])
    assert {one.piece for one in now(api, "Q").open} == before, "it counts for nobody else"
    screen(api, "A", ["A-1", "Q"])
    student = now(api, "Q")
    assert (student.tier, student.facts.stranger, len(student.words)) == (Tier.CRISIS, False, 1)
    assert {one.piece for one in student.open} == before
