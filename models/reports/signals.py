"""What classes tell without naming anybody: short sleep, leave, and what changed between two screenings, each a share
with its interval. What the plan calls 熔断 begins with such a measurement; it says nothing of any one student."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from data_schemas.codes import Code
from models.small_counts import about, told


class Signal(Code):
    SLEEP = ("sleep", "睡眠不足", "short sleep")
    LEAVE = ("leave", "近两周请假", "leave in the last two weeks")
    CHANGE = ("change", "两次筛查之间", "between two screenings")


@dataclass(frozen=True)
class ClassPart:
    """`n` of `of` students."""

    n: int
    of: int


@dataclass(frozen=True)
class ClassShare:
    """A share as it is told, with the interval of 95 % (Wilson; of a change Newcombe's). `stands_out` where the class
    lies above its school, or above itself before, by more than chance would do it in any of so many classes."""

    share: float
    low: float
    high: float
    of: int
    stands_out: bool


CONFIDENCE = 0.95
FEWEST = 10  # students of a class: of fewer no share is told, to whomever


def class_shares(parts: Mapping[str, ClassPart], least: int) -> dict[str, ClassShare | None]:
    """By class; None where it is not told. The sum is the school's, so that a class is hidden with another one."""
    shown = _told(parts, least)
    n, of = (sum(one.n for one in parts.values()), sum(one.of for one in parts.values()))
    z = _z(len(parts))
    found: dict[str, ClassShare | None] = {}
    for class_id, one in shown.items():
        if one is None:
            found[class_id] = None
            continue
        low, high = wilson(one, _z(1))
        found[class_id] = ClassShare(one.n / one.of, low, high, one.of, of > 0 and wilson(one, z)[0] > n / of)
    return found


def class_changes(
    before: Mapping[str, ClassPart], now: Mapping[str, ClassPart], least: int
) -> dict[str, ClassShare | None]:
    """By class, by how much a share has grown, of classes that there were before."""
    was, has = _told(before, least), _told(now, least)
    z = _z(len(now))
    found: dict[str, ClassShare | None] = {}
    for class_id, earlier in was.items():
        one = has.get(class_id)
        if class_id not in has:
            continue
        if one is None or earlier is None:
            found[class_id] = None
            continue
        low, high = _grown(earlier, one, _z(1))
        found[class_id] = ClassShare(
            one.n / one.of - earlier.n / earlier.of, low, high, one.of, _grown(earlier, one, z)[0] > 0
        )
    return found


def wilson(part: ClassPart, z: float) -> tuple[float, float]:
    """Wilson's score interval of a share."""
    p, n = part.n / part.of, part.of
    middle, width = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - width) / (1 + z * z / n)), min(1.0, (middle + width) / (1 + z * z / n))


def _grown(before: ClassPart, now: ClassPart, z: float) -> tuple[float, float]:
    """Newcombe's hybrid score interval of the difference of two shares (1998, method 10)."""
    p, q = before.n / before.of, now.n / now.of
    (low, high), (low_now, high_now) = wilson(before, z), wilson(now, z)
    d = q - p
    return d - sqrt((q - low_now) ** 2 + (high - p) ** 2), d + sqrt((high_now - q) ** 2 + (p - low) ** 2)


def _told(parts: Mapping[str, ClassPart], least: int) -> dict[str, ClassPart | None]:
    """Classes of which enough is known, as they are told: the students of a share, and those of whom it is one."""
    counts = told({class_id: one.n for class_id, one in parts.items()}, least)
    found: dict[str, ClassPart | None] = {}
    for class_id, one in parts.items():
        n, of = counts[class_id], about(one.of, least)
        rest = about(one.of - one.n, least)
        known = one.of >= FEWEST and n is not None and of is not None and rest is not None
        found[class_id] = ClassPart(min(n, of), of) if known and n is not None and of is not None else None
    return found


def _z(comparisons: int) -> float:
    """Of a two-sided interval, widened for as many comparisons (Bonferroni)."""
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(comparisons, 1))
