"""Whatever happens, every reader says what is so: random histories told to the product and to the obvious model."""

from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.new_stores import stores_on
from tests.obvious_facts import Fact
from tests.postgresql import MISSING, binaries
from tests.property.histories import histories
from tests.property.one_truth import walk
from tests.property.product_door import opened


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],  # making a failing history smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories(most=10, pages=False))
def test_every_reader_says_what_is_so(tmp_path: Path, history: tuple[Fact, ...]) -> None:
    with opened(tmp_path / "home") as product:
        found = list(walk(history, product))
    assert not found, "\n".join(["", *found[:5], "of:", *map(str, history)])


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
