"""A word that one school filed of an id closes nothing that stood in another file of it, once the two are joined."""

from datetime import UTC, datetime, timedelta

import pytest

from data_schemas.codes import Tier
from serving.store.tables import evidence, outcomes
from tests.api_state import Api
from tests.integration.test_whose_file import (
    DANGER,
    IDENTITY,
    api,
    in_queue,
    listed,
    now,
    score,
    screen,
    tell,
    today,
    word,
)

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


def day_before(api: Api, student_id: str, days: int) -> None:
    """What is on file of a student is from so many days ago."""
    day, moment = today() - timedelta(days=days), datetime.now(UTC) - timedelta(days=days)
    with api.state.store.writing() as connection:
        known = {"evidence_on": day, "known_on": day, "received_at": moment, "filed_at": moment}
        connection.execute(evidence.update().where(evidence.c.student_id == student_id).values(**known))


@pytest.mark.parametrize("listed", [False, True], ids=["without a list", "by name"])
def test_a_word_of_the_students_own_file_closes_nothing_of_one_that_is_joined_later(api: Api, listed: bool) -> None:
    """B's two persons speak with their student Q; at A somebody has sent danger under the same id."""
    screen(api, "B", ["Q"])
    score(api, "Q")
    day_before(api, "Q (A)", 2)
    keys = sorted(one.piece.key for one in now(api, "Q (A)").open)
    said = word("Q", **({"assessed": keys[0]} if listed else {}))
    screen(api, "B", ["Q", "P"], outcomes=[said])
    screen(api, "A", ["A-1", "Q"])
    joined = now(api, "Q")
    assert (sorted(one.piece.key for one in joined.open), joined.tier) == (keys, Tier.CRISIS)
    screen(api, "A", ["A-1", "Q"], outcomes=[said, word("Q", interviewer="I-3", second_interviewer="I-4")])
    assert now(api, "Q").tier is Tier.ROUTINE, "who speaks after that has seen it"


def test_two_talks_that_name_nothing_do_not_become_two_that_do(api: Api) -> None:
    score(api, "Q")
    day_before(api, "Q (A)", 4)
    for who in ("I-1", "I-2"):
        screen(api, "A", [f"A-{who}"], outcomes=[word("Q", interviewer=who, second_interviewer=None)])
    apart = now(api, "Q (A)")
    assert (apart.tier, apart.lacks) == (Tier.CRISIS, "second_person")
    screen(api, "A", ["A-1", "Q"])
    joined = now(api, "Q")
    assert (joined.tier, joined.lacks) == (Tier.CRISIS, "second_person")
    assert {one.assessed for one in joined.words} == {None}, "a row says what it said"


def test_whom_a_roster_names_no_more_and_a_person_holds_at_priority_is_asked_about(api: Api) -> None:
    found = {"observed_on": today(), "kind": "interview", "interviewer": "I-1"}
    told = [{"student_id": one, "level": level, **found} for one, level in (("A-2", 2), ("A-3", 1))]
    screen(api, "A", ["A-1", "A-2", "A-3"], outcomes=told)
    screen(api, "A", ["A-1", "A-4"])
    assert in_queue(api, "A", IDENTITY) == {"A-2"}
    (line,) = listed(api, "A").queues[IDENTITY]
    assert "名册中不再有此编号" in [words.zh for words in line.why]


@pytest.mark.parametrize(("kind", "level", "tier"), [("crisis_event", 3, Tier.CRISIS), ("referral", 2, Tier.PRIORITY)])
def test_what_was_found_of_a_stranger_is_settled_by_no_talk_from_before_a_roster_joined_the_two(
    api: Api, kind: str, level: int, tier: Tier
) -> None:
    """A's key tells of an event of two days ago; B's two persons, whose student has the id, find theirs well today."""
    day = str(today() - timedelta(days=2))
    tell(api, word("Q", level, kind, observed_on=day, recorded_on=day), key=("A",))
    moment = datetime.now(UTC) - timedelta(days=2)
    with api.state.store.writing() as connection:
        connection.execute(outcomes.update().where(outcomes.c.student_id == "Q (A)").values(received_at=moment))
    screen(api, "B", ["Q"])
    tell(api, word("Q"), key=("B",))
    screen(api, "A", ["A-1", "Q"])
    joined = now(api, "Q")
    assert (joined.tier, joined.in_review, len(joined.words)) == (tier, level == 3, 2)
    tell(api, word("Q", interviewer="I-3", second_interviewer="I-4"), key=("A", "B"))
    after = now(api, "Q")
    assert (after.in_review, after.tier) == (False, Tier.PRIORITY if level == 3 else Tier.ROUTINE), "who speaks now"
