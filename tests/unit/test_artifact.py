"""A model as a folder of text files: what is written is read, and nothing else is accepted."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data_schemas.instruments import Words
from models import Artifact, load_artifact, manifest_sha256, save_artifact
from models.risk_model import contributions, margins
from runxin.errors import Kind, UserError
from tests.trained import FEATURES

VALUES = np.random.default_rng(5).integers(0, 9, (300, len(FEATURES))) / 2.0


@pytest.fixture
def folder(artifact: Artifact, tmp_path: Path) -> Path:
    save_artifact(artifact, tmp_path / "model")
    return tmp_path / "model"


def test_what_was_saved_scores_to_the_last_bit(artifact: Artifact, folder: Path) -> None:
    loaded = load_artifact(folder)
    assert np.array_equal(margins(loaded.model, VALUES).value, margins(artifact.model, VALUES).value)
    one = contributions(loaded.model, VALUES, margins(loaded.model, VALUES))
    other = contributions(artifact.model, VALUES, margins(artifact.model, VALUES))
    assert np.array_equal(one.values, other.values)
    assert one.base == other.base
    assert loaded.features == artifact.features
    assert loaded.calibration == artifact.calibration
    assert loaded.band == artifact.band
    assert loaded.policy == artifact.policy
    assert loaded.logistic == artifact.logistic
    assert {code: i.items for code, i in loaded.instruments.items()} == {"phq9": 9, "gad7": 7}
    assert loaded.manifest.model_copy(update={"files": {}}) == artifact.manifest


def test_the_model_that_was_judged_is_kept_beside_the_one_that_serves(artifact: Artifact, tmp_path: Path) -> None:
    told = artifact.manifest.model_copy(update={"training": {"labelled": 7}, "seen": ("a",), "version": "unregistered"})
    gentle = replace(artifact.calibration, slope=artifact.calibration.slope / 2)
    judged = replace(artifact, manifest=told, calibration=gentle)
    save_artifact(replace(artifact, judged=judged), tmp_path / "both")
    loaded = load_artifact(tmp_path / "both")
    assert loaded.calibration == artifact.calibration
    assert loaded.judged is not None
    assert loaded.as_judged.calibration == gentle
    assert loaded.as_judged.manifest.training == {"labelled": 7}
    assert loaded.as_judged.manifest.seen == ("a",)
    assert loaded.as_judged.manifest.version == artifact.manifest.version, "a report names the version that serves"
    assert np.array_equal(margins(loaded.as_judged.model, VALUES).value, margins(artifact.model, VALUES).value)
    assert artifact.as_judged is artifact, "where nothing was fitted again the report speaks of this one"


def test_an_older_model_says_the_sentences_of_today(artifact: Artifact, tmp_path: Path) -> None:
    """What was found untrue in a sentence is mended for models that were trained before; what they read stays."""
    old = tuple(
        replace(one, text=Words(zh="近一年请假 {value:g} 天", en="{value:g} days of leave"), instrument="", score="")
        for one in artifact.features
    )
    known = replace(artifact, model=replace(artifact.model, features=(*old[:-1], replace(old[-1], name="not_known"))))
    save_artifact(known, tmp_path / "old")
    loaded = load_artifact(tmp_path / "old").features
    assert loaded[:-1] == artifact.features[:-1]
    assert loaded[-1] == known.features[-1], "one that is not known any more keeps its own"


def test_the_folder_holds_text_of_the_declared_kind_and_no_pickle(artifact: Artifact, folder: Path) -> None:
    scorer = "model.txt" if artifact.manifest.kind == "lightgbm" else "logistic.json"
    common = {
        "manifest.json",
        "calibration.json",
        "band.json",
        "catalogue.json",
        "instruments.json",
        "reference.json",
        "policy.toml",
        "baselines.json",
    }
    assert {file.name for file in folder.iterdir()} == {*common, scorer}
    for file in folder.iterdir():
        text = file.read_text("utf-8")
        assert "\x00" not in text
        assert not any(word in text for word in ("models.", "training.", "pickle")), f"{file.name} names our code"


def test_the_manifest_speaks_for_the_whole(artifact: Artifact, folder: Path, tmp_path: Path) -> None:
    save_artifact(artifact, tmp_path / "again")
    assert manifest_sha256(folder) == manifest_sha256(tmp_path / "again"), "saving the same model gave another hash"
    with pytest.raises(FileExistsError):
        save_artifact(artifact, folder)


def change(name: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        file = folder / name
        file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))

    return act


@pytest.mark.parametrize(
    ("act", "file", "what"),
    [
        (change("calibration.json"), "calibration.json", "its SHA-256 differs"),
        (change("policy.toml"), "policy.toml", "its SHA-256 differs"),
        (lambda folder: (folder / "catalogue.json").unlink(), "catalogue.json", "is absent"),
        (lambda folder: (folder / "extra.bin").write_bytes(b"x"), "extra.bin", "does not know this file"),
    ],
    ids=["changed calibration", "changed policy", "absent", "extra"],
)
def test_a_changed_absent_or_foreign_file_is_refused_by_name(
    folder: Path, act: Callable[[Path], object], file: str, what: str
) -> None:
    act(folder)
    with pytest.raises(UserError, match="changed and is refused") as refused:
        load_artifact(folder)
    assert refused.value.kind is Kind.BAD_DATA
    assert [problem.file for problem in refused.value.problems] == [file]
    assert what in refused.value.problems[0].what


def test_a_changed_model_is_refused_by_name(artifact: Artifact, folder: Path) -> None:
    name = "model.txt" if artifact.manifest.kind == "lightgbm" else "logistic.json"
    change(name)(folder)
    with pytest.raises(UserError) as refused:
        load_artifact(folder)
    assert [problem.file for problem in refused.value.problems] == [name]


def test_another_format_and_no_manifest_are_refused(folder: Path, tmp_path: Path) -> None:
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**content, "format_version": 99}), "utf-8")
    with pytest.raises(UserError, match="another format") as newer:
        load_artifact(folder)
    assert "format 99, this program reads 3, 4, 5, 6" in str(newer.value.problems[0])
    manifest.write_text("{}", "utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        load_artifact(folder)
    with pytest.raises(UserError, match="no model artifact here"):
        load_artifact(tmp_path)


def test_a_matrix_of_another_width_or_with_an_infinity_is_a_bug(artifact: Artifact) -> None:
    with pytest.raises(ValueError, match="reads"):
        margins(artifact.model, VALUES[:, :-1])
    with pytest.raises(ValueError, match="infinite"):
        margins(artifact.model, np.full_like(VALUES, np.inf))
