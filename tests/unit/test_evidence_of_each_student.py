"""What is found of one student changes nothing of another's evidence, though both carry the same key."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from serving.store import Store
from tests.factories import NOW, assessment, floor, present, publish
from tests.new_stores import new_store

LATER = NOW + timedelta(days=7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


def test_evidence_that_rises_for_one_rises_for_nobody_else(store: Store) -> None:
    mild, grave = floor("R13", Tier.PRIORITY, severity=50), floor("R13", Tier.CRISIS, severity=90)
    assert mild.evidence == grave.evidence
    other = floor("R01", Tier.PRIORITY, evidence="R01:phq9:1:2026-11-18")
    publish(
        store,
        [
            assessment("S-1", Tier.PRIORITY, tier_source="floor", floors=(mild, other)),
            assessment("S-2", Tier.PRIORITY, tier_source="floor", floors=(mild,)),
        ],
    )
    seen = [assessment("S-1", Tier.CRISIS, floors=(grave, other)), assessment("S-2", Tier.PRIORITY, floors=(mild,))]
    publish(store, seen, fingerprint="f2", as_of=date(2026, 11, 27), at=LATER)
    tiers = {student: [one.tier for one in present(store, student, LATER).floors] for student in ("S-1", "S-2")}
    assert tiers == {"S-1": [Tier.CRISIS, Tier.PRIORITY], "S-2": [Tier.PRIORITY]}
    assert [one.id for one in present(store, "S-1", LATER).floors] == ["R13", "R01"]


def test_of_equally_grave_evidence_the_newest_stands_first(store: Store) -> None:
    days = [date(2026, 11, day) for day in (12, 19, 16)]
    floors = tuple(floor("R02", evidence=f"R02:phq9:2:{day}", evidence_on=day, known_on=day) for day in days)
    publish(store, [assessment("S-1", Tier.CRISIS, tier_source="floor", floors=floors)])
    assert [one.evidence_on for one in present(store, "S-1", LATER).floors] == sorted(days, reverse=True)
