"""Which tier holds: the highest of model, open floors and people, with limits on the model."""

import numpy as np
import pytest

from data_schemas.codes import Tier
from data_schemas.instruments import packaged_instruments
from models import Artifact
from models.policy import Thresholds
from models.tiers import highest, model_tiers
from tests.students import assessed, by_rules, eight, flag, interview, phq9, sheet, student

AT = Thresholds(watch=0.2, priority=0.5)


def tiers(probability: float, without_family: float) -> Tier:
    return list(Tier)[int(model_tiers(np.array([probability]), np.array([without_family]), AT)[0])]


def test_the_four_tiers_and_their_order() -> None:
    """一般, 关注, 重点, 危机: an order of work by words and ordinals 0 to 3."""
    assert [(tier.ord, tier.code, tier.zh) for tier in Tier] == [
        (0, "routine", "一般"),
        (1, "watch", "关注"),
        (2, "priority", "重点"),
        (3, "crisis", "危机"),
    ]


@pytest.mark.parametrize(
    ("probability", "tier"),
    [(0.0001, Tier.ROUTINE), (0.19, Tier.ROUTINE), (0.2, Tier.WATCH), (0.49, Tier.WATCH), (0.5, Tier.PRIORITY)],
)
def test_the_model_places_by_fixed_probabilities(probability: float, tier: Tier) -> None:
    assert tiers(probability, probability) is tier


def test_the_model_never_sets_crisis() -> None:
    assert tiers(1 - 1e-6, 1 - 1e-6) is Tier.PRIORITY


@pytest.mark.parametrize(
    ("probability", "without_family", "tier"),
    [
        (0.9, 0.19, Tier.WATCH),
        (0.9, 0.2, Tier.PRIORITY),
        (0.3, 0.1, Tier.WATCH),
        (0.1, 0.1, Tier.ROUTINE),
    ],
)
def test_family_alone_is_never_above_watch(probability: float, without_family: float, tier: Tier) -> None:
    """Where nothing but family circumstances speaks, the tier ends at 关注 (未成年人保护法 29)."""
    assert tiers(probability, without_family) is tier


def test_every_family_flag_at_once_is_watch_at_most(artifact: Artifact) -> None:
    """The same, from records to tier, with a trained model."""
    from data_schemas.codes import FamilyFlag

    burdened = student(responses=[phq9(0), sheet("gad7", [0] * 7)], family=[flag(one) for one in FamilyFlag.codes()])
    said = assessed([burdened], artifact)[0]
    assert said.tier.ord <= Tier.WATCH.ord
    assert said.tier_source == "model"


@pytest.mark.parametrize(
    ("model", "floor", "human", "expected"),
    [
        (None, None, None, (Tier.ROUTINE, "model")),
        (Tier.WATCH, None, None, (Tier.WATCH, "model")),
        (Tier.WATCH, Tier.PRIORITY, None, (Tier.PRIORITY, "floor")),
        (Tier.PRIORITY, Tier.WATCH, None, (Tier.PRIORITY, "model")),
        (Tier.WATCH, None, Tier.ROUTINE, (Tier.WATCH, "model")),
        (Tier.ROUTINE, Tier.WATCH, Tier.PRIORITY, (Tier.PRIORITY, "human")),
        (Tier.PRIORITY, Tier.PRIORITY, Tier.PRIORITY, (Tier.PRIORITY, "human")),
        (Tier.PRIORITY, Tier.PRIORITY, Tier.WATCH, (Tier.PRIORITY, "floor")),
        (Tier.ROUTINE, Tier.CRISIS, Tier.ROUTINE, (Tier.CRISIS, "floor")),
    ],
)
def test_the_highest_holds(
    model: Tier | None, floor: Tier | None, human: Tier | None, expected: tuple[Tier, str]
) -> None:
    """tier = max(model, open floors, human); of equals the person goes first, then the floor, then the model."""
    assert highest(model, floor, human) == expected


@pytest.mark.parametrize(("level", "tier"), list(enumerate(Tier)))
def test_a_persons_level_is_a_tier(level: int, tier: Tier) -> None:
    said = by_rules(student(outcomes=[interview(level=level)]))
    assert said.tier is tier
    assert said.confirmed == (tier is not Tier.ROUTINE)


@pytest.mark.parametrize(
    ("total", "found"),
    [(9, None), (10, Tier.WATCH), (14, Tier.WATCH), (15, Tier.PRIORITY), (19, Tier.PRIORITY), (20, Tier.PRIORITY)],
)
def test_floors_of_a_phq9_total(total: int, found: Tier | None) -> None:
    """10 opens 关注, 15 opens 重点: the total alone never opens 危机."""
    said = by_rules(student(responses=[phq9(0, eight(total))]))
    assert [floor.tier for floor in said.floors] == ([found] if found else [])


@pytest.mark.parametrize(("total", "found"), [(14, None), (15, Tier.WATCH), (21, Tier.WATCH)])
def test_floors_of_a_gad7_total(total: int, found: Tier | None) -> None:
    answers = [min(3, max(0, total - 3 * place)) for place in range(7)]
    said = by_rules(student(responses=[sheet("gad7", answers)]))
    assert [floor.tier for floor in said.floors] == ([found] if found else [])


def test_a_sheet_without_a_total_counts_with_what_it_proves() -> None:
    said = by_rules(student(responses=[phq9(0, [3, 3, 3, 3, 3, None, None, None])]))
    assert [floor.id for floor in said.floors] == ["phq9-total-15"]
    assert said.floors[0].text.zh == "PHQ-9 至少 15 分，有漏答（2026-04-03）"


def test_instrument_floors_name_their_source() -> None:
    for instrument in packaged_instruments().values():
        assert bool(instrument.floors) != bool(instrument.no_floor), f"{instrument.code}: floors, or why there is none"
        for floor in instrument.floors:
            assert instrument.sources[floor.source].text
