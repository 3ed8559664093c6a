"""Every feature is declared whole: what it is, which way it points, what it says, how sensitive it is, its source."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data_schemas.calendar import date_to_day
from data_schemas.instruments import packaged_instruments
from data_schemas.tables import Sensitivity
from models import read_policy, records_of_requests
from models.features import Feature, Recipe, build_features, catalogue_json, catalogue_of_json, full_catalogue
from models.reference import Reference
from tests.students import AS_OF, student

ROOT = Path(__file__).parents[2]
KNOWN = packaged_instruments()
FEATURES = full_catalogue(KNOWN.values())
# What a sentence says without a number: yes or no, and circumstances.
NUMBERLESS = ("yes or no", "0 no, 0.1 not known, 1 yes")


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_says_what_it_is(feature: Feature) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", feature.name)
    assert feature.unit, "no unit"
    assert feature.source, "no source"
    assert feature.direction in (0, 1)
    assert feature.sensitivity is not Sensitivity.OPEN, "nothing about one child is open"
    shown = {"value": 1.5, "date": "2026-04-03", "band_zh": "", "band_en": ""}
    for text in (feature.text.zh, feature.text.en):
        said = text.format(**shown)
        assert "{" not in said
        assert ("{value" in text) or feature.unit in NUMBERLESS, "the student's own number is not in it"
    assert re.search(r"[一-鿿]", feature.text.zh) or feature.group == "questionnaire", "no Chinese"


def test_names_are_distinct_and_what_says_missing_is_there() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    for feature in FEATURES:
        assert feature.missing is None or feature.missing in names
    for feature in FEATURES:
        if feature.missing == feature.name:
            assert feature.direction == 1, "what is missing never lowers a score"


def test_the_matrix_has_every_feature_and_nothing_else() -> None:
    recipe = Recipe(FEATURES, KNOWN, Reference({}), read_policy().staleness)
    matrix = build_features(records_of_requests([student(), student()]), recipe, date_to_day(AS_OF))
    assert matrix.names == tuple(feature.name for feature in FEATURES)
    assert matrix.values.dtype == np.float32
    assert matrix.values.shape == (2, len(FEATURES))


def test_models_read_what_one_more_day_of_leave_cannot_lower() -> None:
    kept_out = {feature.name for feature in FEATURES if not feature.modelled}
    assert {"leave_trend_20", "monfri_share_60", "leave_episodes_20", "excess_vs_class_60"} <= kept_out
    assert "leave_rate_pctl_60" not in kept_out
    assert {feature.group for feature in FEATURES if not feature.modelled} == {"leave"}


def test_the_catalogue_comes_back_from_an_artifact_as_it_was() -> None:
    assert catalogue_of_json(catalogue_json(FEATURES)) == FEATURES


def test_suspected_violence_is_no_feature() -> None:
    text = " ".join(f"{one.name} {one.text.en}" for one in FEATURES)
    assert not re.search(r"violence|abuse|neglect|self.?harm|suicid(?!ality)|threat", text), "a protection matter"


def test_the_page_is_written_from_the_catalogue() -> None:
    command = [sys.executable, "scripts/feature_page.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, f"renew it: PYTHONPATH=. python scripts/feature_page.py {done.stderr}"
