"""One of a thing is named as one, in every English sentence that counts."""

import re

import pytest

from data_schemas.instruments import packaged_instruments
from models.features import full_catalogue
from models.plurals import one_of


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("absent for 1 days of the last 20 school days", "absent for 1 day of the last 20 school days"),
        ("absent for 21 days in the last year", "absent for 21 days in the last year"),
        ("absent for 0.1 days", "absent for 0.1 days"),
        ("+1 days of absence against the 20 before", "+1 day of absence against the 20 before"),
        ("absent on 1 Mondays or Fridays", "absent on 1 Monday or Friday"),
        ("longest absence in the last year: 1 school days", "longest absence in the last year: 1 school day"),
        ("often on leave: 3 days in 1 episodes", "often on leave: 3 days in 1 episode"),
        ("PHQ-1 days", "PHQ-1 days"),
        ("1 dayspring", "1 dayspring"),
    ],
)
def test_what_is_one_is_named_as_one(said: str, right: str) -> None:
    assert one_of(said) == right


def test_no_reason_counts_one_as_many() -> None:
    """Every sentence of a feature with the figure 1."""
    for feature in full_catalogue(packaged_instruments().values()):
        said = one_of(feature.text.en.format(value=1.0, date="2026-03-05", band_en=""))
        assert not re.search(r"(?<![\d.])\b1 (?:school )?(?!yes|is|was|as|of)(?:\w+s)\b", said), said
