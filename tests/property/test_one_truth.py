"""Whatever happens, every reader says what is so: random histories told to the product and to the obvious model."""

from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.examples import examples
from tests.new_stores import stores_on
from tests.obvious_facts import Answered, Enrolled, Fact, Screened
from tests.postgresql import MISSING, binaries
from tests.property.histories import histories
from tests.property.one_truth import walk
from tests.property.product_door import opened

DANGER = (3, 2, 2, 2, 2, 2, 2, 2, 3)


@pytest.mark.parametrize("school", ["sch-1", None])
def test_of_who_is_not_enrolled_yet_danger_waits_for_the_identity_and_not_for_the_day(
    tmp_path: Path, school: str | None
) -> None:
    history = (
        Enrolled(datetime(2026, 10, 20, 8), "S", "sch-1", enrolled_on=date(2026, 10, 31)),
        Enrolled(datetime(2026, 10, 20, 8), "T", "sch-1"),
        Screened(datetime(2026, 10, 22, 9), "run-1", date(2026, 10, 21), ("sch-1",)),
        Answered(datetime(2026, 11, 5, 9), "api", "S", school, DANGER, date(2026, 11, 5)),
        Screened(datetime(2026, 11, 6, 9), "run-2", date(2026, 11, 5), ("sch-1",)),
    )
    with opened(tmp_path / "home") as product:
        assert list(walk(history, product)) == []


@settings(
    max_examples=examples(25),
    phases=[Phase.explicit, Phase.generate],  # making a failing history smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories(most=10, pages=False))
def test_every_reader_says_what_is_so(tmp_path: Path, history: tuple[Fact, ...]) -> None:
    with opened(tmp_path / "home") as product:
        found = list(walk(history, product))
    assert not found, "\n".join(["", *found[:5], "of:", *map(str, history)])


@pytest.mark.whole
@settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories(most=10, pages=False))
def test_every_reader_says_it_on_postgresql_too(tmp_path: Path, history: tuple[Fact, ...]) -> None:
    if binaries() is None:
        pytest.skip(MISSING)
    with stores_on("postgresql"), opened(tmp_path / uuid4().hex) as product:
        found = list(walk(history, product))
    assert not found, "\n".join(["", *found[:5], "of:", *map(str, history)])
