"""The table of moves: each state, role and turn against what it lets through, and the diagram that is drawn from it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from serving.access import Role, User
from serving.cases.case import CaseNow, case_from, open_moves
from serving.cases.workflow import BY_MOVE, CLOSED, MOVES, CaseState, Need, Who, diagram, table
from serving.store.case_events import CaseEvent

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WANG, LI = User("wang", Role.COUNSELOR, ("school-01",)), User("li", Role.COUNSELOR, ("school-01",))
GU = User("gu", Role.SUPERVISOR, ("school-01",))
ELSEWHERE = User("zhao", Role.COUNSELOR, ("school-02",))
PAGE = Path(__file__).parents[2] / "docs" / "workflow.md"


def case(*moves: str | dict[str, Any], evidence: int | None = None) -> CaseNow:
    """A case by its moves, an hour apart; `evidence` came in so many hours after the first."""
    events = []
    for place, one in enumerate(moves):
        given = {"move": one} if isinstance(one, str) else one
        plain: dict[str, Any] = {"student_id": "S-1", "school_id": "school-01", "done_by": "wang"}
        plain |= {"done_at": AT + timedelta(hours=place), "event_id": place + 1}
        events.append(CaseEvent(**plain | given))
    return case_from("S-1", events, None if evidence is None else AT + timedelta(hours=evidence, minutes=1))


def may_do(one: CaseNow, user: User, needs: tuple[Need, ...] = ()) -> set[str]:
    return {found.move.code for found in open_moves(one, user, "school-01", needs) if not found.lacking}


WAYS: dict[str, tuple[str, ...]] = {
    "new": (),
    "acknowledged": ("acknowledge",),
    "in_contact": ("acknowledge", "contact"),
    "plan": ("contact", "plan"),
    "referred": ("contact", "refer"),
    "watching": ("contact", "watch"),
    "review": ("contact", "plan", "review"),
    "closed": ("contact", "close"),
}


@pytest.mark.parametrize("state", CaseState, ids=lambda one: one.code)
def test_a_state_offers_the_moves_of_the_table_and_no_other(state: CaseState) -> None:
    one = case(*WAYS[state.code])
    assert one.state is state
    by_hand = {move.code for move in MOVES if state in move.sources and move.who is Who.ANYBODY}
    waiting = {"answered", "returned"} if one.referral is None else set()
    assert may_do(one, WANG) == by_hand - waiting - {"ask_approval"}
    assert may_do(one, WANG, (Need.APPROVAL,)) == by_hand - waiting - {"close"} - (
        {"ask_approval"} if state is CLOSED else set()
    )
    assert may_do(one, ELSEWHERE) == set(), "another school's counselor does nothing"
    assert may_do(one, User("head", Role.PRINCIPAL, ("school-01",))) == set()
    assert may_do(one, User("root", Role.ADMINISTRATOR)) == set()


@pytest.mark.parametrize("move", MOVES, ids=lambda one: one.code)
def test_a_move_leads_where_the_table_says_and_keeps_the_state_where_it_says_none(move: Any) -> None:
    for source in move.sources:
        after = case(*WAYS[source.code], move.code)
        assert after.state is (move.target or source)


def test_every_state_is_reached_and_an_open_one_can_always_be_closed_in_the_end() -> None:
    reached = {CaseState.NEW} | {move.target for move in MOVES if move.target is not None}
    assert reached == set(CaseState)
    for state in CaseState:
        if state is not CLOSED:
            seen, stack = set(), [state]
            while stack:
                here = stack.pop()
                if here in seen:
                    continue
                seen.add(here)
                stack += [move.target for move in MOVES if here in move.sources and move.target is not None]
            assert CLOSED in seen, state


def test_who_takes_a_case_on_has_it_until_it_is_assigned_or_accepted() -> None:
    assert case("acknowledge").holder == "wang"
    assert case("contact").holder == "wang"
    assert case("acknowledge", {"move": "contact", "done_by": "li"}).holder == "wang"
    assert case("acknowledge", {"move": "assign", "person": "li"}).holder == "li"
    offered = case("acknowledge", {"move": "offer", "person": "li"})
    assert offered.holder == "wang", "an offer moves nothing"
    assert case("acknowledge", {"move": "offer", "person": "li"}, {"move": "decline", "done_by": "li"}).holder == "wang"
    taken = case("acknowledge", {"move": "offer", "person": "li"}, {"move": "accept", "done_by": "li"})
    assert (taken.holder, taken.offer) == ("li", None)


def test_an_offer_is_answered_by_whom_it_was_made_to_and_taken_back_by_who_made_it() -> None:
    to_li = case("contact", {"move": "offer", "person": "li"})
    assert {"accept", "decline"} <= may_do(to_li, LI)
    assert {"accept", "decline"} & may_do(to_li, WANG) == set()
    assert "take_back_offer" in may_do(to_li, WANG)
    assert "take_back_offer" not in may_do(to_li, LI)
    assert "offer" not in may_do(to_li, WANG), "one at a time"
    to_school = case("contact", {"move": "offer", "to_school": "school-02"})
    assert may_do(to_school, ELSEWHERE) == {"accept", "decline"}
    assert {"accept", "decline"} & may_do(to_school, LI) == set()


def referred(**details: Any) -> dict[str, Any]:
    return {"move": "refer", "details": {"to": "medical", "told": ["identity"], **details}}


def test_a_referral_that_tells_more_waits_for_a_supervisor_who_did_not_ask() -> None:
    plain = case("contact", referred())
    assert plain.referrals[0].status == "sent"
    more = case("contact", referred(told=["identity", "talks"]))
    assert more.referrals[0].status == "awaits_approval"
    assert {"approve", "refuse"} <= may_do(more, GU)
    assert {"approve", "refuse"} & (may_do(more, WANG) | may_do(more, LI)) == set()
    own = case("contact", referred(told=["talks"]) | {"done_by": "gu"})
    assert "approve" not in may_do(own, GU)
    approve = {"move": "approve", "answers": 2, "done_by": "gu"}
    assert case("contact", referred(told=["talks"]), approve).referrals[0].status == "sent"
    refuse = {"move": "refuse", "answers": 2, "done_by": "gu"}
    assert case("contact", referred(told=["talks"]), refuse).referrals[0].status == "refused"
    assert case("contact", referred(told=["talks"], danger=True)).referrals[0].status == "sent", "danger does not wait"


def test_a_referral_is_answered_and_comes_back() -> None:
    sent = ("contact", referred())
    answered = {"move": "answered", "answers": 2, "details": {"answer": "accepted", "by": "市四院 陈医生"}}
    one = case(*sent, answered)
    assert (one.referrals[0].status, one.referrals[0].answered_by, one.state.code) == (
        "accepted",
        "市四院 陈医生",
        "referred",
    )
    back = case(*sent, answered, {"move": "returned", "answers": 2})
    assert (back.referrals[0].status, back.state.code, back.referral) == ("returned", "review", None)
    assert back.referrals[0].answered_by == "市四院 陈医生"


def test_closing_is_held_back_while_anything_is_missing() -> None:
    one = case("contact")
    assert "close" in may_do(one, WANG)
    assert "close" not in may_do(one, WANG, (Need.EVIDENCE,))
    (held,) = [found for found in open_moves(one, WANG, "school-01", (Need.EVIDENCE,)) if found.move.code == "close"]
    assert held.lacking == (Need.EVIDENCE,)


def test_only_new_evidence_opens_a_closed_case_and_no_time_does() -> None:
    assert case("contact", "close", evidence=0).state is CaseState.CLOSED
    again = case("contact", "close", evidence=1)
    assert (again.state, again.holder) == (CaseState.NEW, "wang")
    assert case("contact", "close", "reopen").state is CaseState.IN_CONTACT


def test_approval_of_closing_ends_with_the_case() -> None:
    asked = case("contact", "ask_approval")
    assert (asked.approval, asked.to_approve is not None) == ("asked", True)
    approve = {"move": "approve", "answers": 2, "done_by": "gu"}
    assert case("contact", "ask_approval", approve).approval == "approved"
    assert case("contact", "ask_approval", approve, "close", "reopen").approval is None


def test_an_approval_speaks_of_what_was_known_when_it_was_given() -> None:
    moves = ("contact", "ask_approval", {"move": "approve", "done_by": "gu"})
    assert case(*moves, evidence=1).approval == "approved"
    late = case(*moves, evidence=2)
    assert (late.approval, late.to_approve) == (None, None)
    assert "ask_approval" in may_do(late, WANG, (Need.APPROVAL,)), "it is asked for anew"
    assert case(*moves[:2], evidence=5).approval == "asked", "whoever is asked sees what came in"


def test_the_page_of_the_docs_is_drawn_from_the_table() -> None:
    """Where it is stale, `diagram()` and `table()` of serving/cases/workflow.py say what belongs there."""
    said = PAGE.read_text("utf-8")
    assert f"```mermaid\n{diagram()}\n```" in said
    assert table() in said
    for need in Need:
        assert f"| {need.zh} | {need.en} |" in said
    assert set(BY_MOVE) == {move.code for move in MOVES}
