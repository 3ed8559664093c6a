"""The whole way on a real file: the National Survey of Children's Health 2018, ages 12 to 17, parent report.

One survey, one informant, one moment: the figures are optimistic beside a prospective task.
"""

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from data_schemas.mapping import import_files
from models import Artifact, read_policy
from training.evaluate import evaluate
from training.train import Options, train

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("RUNXIN_REAL_DATA", ROOT.parent / "shared" / "data"))
FILE = FOLDER / "nsch_2018_age6_17.parquet"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Artifact, dict[str, Any]]:
    if not FILE.is_file():
        pytest.skip(f"the public file is not there: put {FILE.name} into the folder that RUNXIN_REAL_DATA names")
    mapping = ROOT / "examples" / "nsch" / "mapping.toml"
    dataset = import_files(mapping, [FILE], tmp_path_factory.mktemp("nsch") / "out").dataset
    artifact = train(dataset, read_policy(), Options(resamples=20), lambda step: None).artifact
    return artifact, evaluate(dataset, artifact, all_rows=False, resamples=20)


def test_it_ranks_as_well_as_the_survey_allows(done: tuple[Artifact, dict[str, Any]]) -> None:
    _, figures = done
    assert figures["auroc"]["value"] >= 0.88
    gain = figures["baselines"]["sum_score"]["auroc_gain_of_model"]
    assert gain["value"] >= 0.08, "no better than adding up the five answers"
    assert gain["low"] > 0.04


def test_its_probabilities_mean_what_they_say(done: tuple[Artifact, dict[str, Any]]) -> None:
    _, figures = done
    assert 0.9 <= figures["calibration_slope"]["value"] <= 1.1
    assert abs(figures["calibration_intercept"]["value"]) <= 0.2
    assert figures["base_rate"]["value"] == pytest.approx(0.08, abs=0.015)


def test_it_was_judged_by_children_it_has_not_seen(done: tuple[Artifact, dict[str, Any]]) -> None:
    artifact, figures = done
    assert figures["in_sample"] is False
    assert figures["rows"].startswith("held out from training by hash")
    assert figures["mode"] == artifact.manifest.training["mode"] == "concurrent"
    assert figures["synthetic"] is False
    assert artifact.manifest.data_origin == "foreign"
    assert figures["n"] == pytest.approx(12_500 / 5, rel=0.06)


def test_no_diagnosis_or_treatment_question_was_read(done: tuple[Artifact, dict[str, Any]]) -> None:
    _, figures = done
    columns = figures["columns"]
    leaking = [c for c in columns["source_inputs"] if fnmatch(c.lower(), "k2q*") or fnmatch(c.lower(), "k4q*")]
    assert leaking == [], "these columns give the outcome away"
    assert columns["source_inputs"], "nothing is said about what was read"
    assert figures["filter"], "the age filter must stand beside the figures"
