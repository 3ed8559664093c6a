"""Consent that is taken back, or over, counts from its day on: for what stands as for what comes."""

from datetime import date

import pytest

from models.assessment import MarginChange, Uncertainty
from serving.store import Consent, taken_back_of
from tests.factories import assessment
from tests.triage_facts import PRIORITY, TIER, WATCH, day, piece, present, rule

SCOPE = "model_score"


def given(on: int, until: int | None = None, gone: int | None = None) -> Consent:
    return Consent(SCOPE, day(on), None if gone is None else day(gone), None if until is None else day(until))


# What is on record, and since when it covers nothing on day 0; None while it does.
CONSENTS: list[tuple[str, list[Consent], int | None]] = [
    ("nothing", [], None),
    ("given", [given(-9)], None),
    ("taken back", [given(-9, gone=-2)], -2),
    ("taken back today", [given(-9, gone=0)], 0),
    ("taken back from tomorrow", [given(-9, gone=1)], None),
    ("taken back and given again", [given(-9, gone=-2), given(-1)], None),
    ("given again on the same day", [given(-9, gone=-2), given(-2)], -2),
    ("on its last day", [given(-9, until=0)], None),
    ("after its last day", [given(-9, until=-1)], 0),
    ("over, and another lasts", [given(-2, until=-1), given(-9)], None),
    ("over twice", [given(-9, until=-7), given(-6, until=-3)], -2),
    ("taken back, then given for a time that is over", [given(-9, gone=-8), given(-7, until=-3)], -8),
    ("only taken back", [Consent(SCOPE, None, day(-4))], -4),
]


@pytest.mark.parametrize(("rows", "since"), [row[1:] for row in CONSENTS], ids=[row[0] for row in CONSENTS])
def test_since_when_a_scope_is_not_consented_to(rows: list[Consent], since: int | None) -> None:
    other = Consent("research", day(-9))
    expected: dict[str, date] = {} if since is None else {SCOPE: day(since)}
    assert taken_back_of([*rows, other], day(0)) == taken_back_of([other, *reversed(rows)], day(0)) == expected


@pytest.mark.parametrize("scope", ["model_score", "screening"])
def test_what_a_model_said_ends_with_the_consent_to_it(scope: str) -> None:
    """It counts from then on: neither tier nor reasons, place or deadline of the model stand until the next list."""
    band = Uncertainty(0.1, 0.4, True)
    said = assessment("S-1", TIER[PRIORITY], uncertainty=band, change=MarginChange(day(-7), 0.4, {}, {}, 0.1, ()))
    scored = {"assessment": said, "model": PRIORITY, "margin": 1.0}
    assert present(**scored).tier is TIER[PRIORITY]
    assert present(**scored, withdrawn={"research": day(0)}).tier is TIER[PRIORITY]
    one = present(pieces=[piece(rule(level=WATCH))], **scored, withdrawn={scope: day(0)})
    assert (one.tier, one.source, one.undecided, one.facts.margin) == (TIER[WATCH], "floor", False, None)
    assert [clock.source for clock in one.clocks] == ["evidence"]
    left = one.facts.assessment
    assert left is not None
    assert (left.reasons, left.probability, left.margin, left.base_value, left.group_contributions) == ((),) + (
        None,
    ) * 4
    assert (left.uncertainty, left.change, left.model_tier, left.family_capped) == (None,) * 4
    assert (left.instruments, left.model, left.data_quality) == (said.instruments, said.model, said.data_quality)
