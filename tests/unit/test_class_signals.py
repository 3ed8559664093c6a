"""Signals of classes: intervals as they are published, what stands out, and what is not told."""

import pytest

from models.reports import ClassPart, class_changes, class_shares
from models.reports.signals import wilson

Z = 1.959964
SCHOOL = {f"七({n})班": ClassPart(9, 45) for n in range(1, 20)}


def test_intervals_are_those_of_the_papers() -> None:
    """Newcombe, Statist. Med. 17 (1998) 857 (score, example 81 of 263) and 873 (method 10, 56/70 and 48/80)."""
    assert wilson(ClassPart(81, 263), Z) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    grown = class_changes({"a": ClassPart(48, 80)}, {"a": ClassPart(56, 70)}, 0)["a"]
    assert grown is not None
    assert (grown.share, grown.low, grown.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert grown.stands_out


def test_one_class_far_above_its_school_stands_out_and_no_other() -> None:
    found = class_shares(SCHOOL | {"八(1)班": ClassPart(30, 45)}, 0)
    assert {name for name, one in found.items() if one and one.stands_out} == {"八(1)班"}
    alone = class_shares(SCHOOL | {"八(1)班": ClassPart(15, 45)}, 0)
    assert not any(one and one.stands_out for one in alone.values()), "one in three is not rare among twenty classes"


def test_small_classes_and_small_counts_are_not_told() -> None:
    found = class_shares(
        {
            "a": ClassPart(20, 45),
            "b": ClassPart(3, 45),
            "c": ClassPart(43, 45),
            "d": ClassPart(20, 40),
            "e": ClassPart(5, 9),
        },
        5,
    )
    assert found["b"] is None, "three students"
    assert found["c"] is None, "two who are not"
    assert found["e"] is None, "a class of nine"
    two = class_shares({"a": ClassPart(20, 45), "b": ClassPart(3, 45), "d": ClassPart(25, 45)}, 5)
    assert [name for name, one in two.items() if one is None] == ["a", "b"], (
        "not to be worked out from the school's sum"
    )
    exact = class_shares({"a": ClassPart(1, 45), "e": ClassPart(5, 9)}, 0)
    assert exact["a"] is not None, "who sees the students may count them"
    assert exact["e"] is None


def test_a_class_that_was_not_there_before_has_no_change() -> None:
    found = class_changes({"a": ClassPart(10, 40)}, {"a": ClassPart(11, 40), "b": ClassPart(10, 40)}, 0)
    assert set(found) == {"a"}
    assert class_changes({"a": ClassPart(1, 40)}, {"a": ClassPart(11, 40)}, 5) == {"a": None}
