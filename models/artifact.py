"""A trained model as a folder of text files: no pickle, a hash of each file, nothing of ours inside.

manifest.json      format version, name, version, data origin, how it was trained, SHA-256 of every other file
model.txt          LightGBM's own text format        } one of the two, and `kind` in the manifest says which
logistic.json      knots and heights of the splines  } (`models/scorer_files.py`)
indices.json       how the few figures that trees or lines read are made of the features, where they read such
calibration.json   the curve from margins to probabilities
band.json          how sure a probability is, at rising margins; absent before format 6
catalogue.json     features in order, with groups, directions and sentences
instruments.json   the questionnaires that the features were made for
policy.toml        the policy with the thresholds that were fixed at training
baselines.json     what the model is held against: the logistic regression
monitoring.json    counts of the training population, for later ones to be held against; absent before format 5
judged.json        the model that the report speaks of, where the one that serves was fitted again with the wave that it
                   was judged by; absent before format 8
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from data_schemas.instruments import Instrument
from models.calibration import Calibration
from models.explanation import Topics
from models.features import Feature, Recipe, catalogue_json, catalogue_of_json, in_words_of_today
from models.judged import judged_of_json, judged_text
from models.monitoring import Snapshot
from models.policy import Policy, parse_policy
from models.reference import Reference, reference_of_json
from models.risk_model import RiskModel
from models.scorer_files import scorer_files, scorer_of
from models.spline_model import SplineModel, spline_of_json
from models.tree_shap import TOLERANCE, Explainer, disagreement
from models.uncertainty import ProbabilityBand, band_of_json
from runxin.errors import Problem, bad_data

FORMAT_VERSION = 8
# 4 says in the manifest how contributions are found, 5 may hold monitoring.json, 6 band.json and a bent calibration, 7
# indices.json and features of earlier talks, 8 judged.json.
READABLE = (3, 4, 5, 6, 7, FORMAT_VERSION)
JUDGED = "judged.json"
MONITORING = "monitoring.json"
BAND = "band.json"
MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What the artifact says of itself. `training` holds the mode, label, split, counts and data fingerprint;
    `explanation` how contributions are found: "tables", "terms", or "pred_contrib" and what the tables do not cover;
    `seen` a sketch of hashes by which later data are recognised as already seen, without naming anyone."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())
    format_version: int
    name: str
    version: str
    kind: Literal["lightgbm", "logistic", "indices", "few_lines", "drawn_lines"]
    data_origin: Literal["local", "foreign", "synthetic"]
    created_at: str
    training: dict[str, Any]
    metrics: dict[str, Any]
    explanation: str = ""
    seen: tuple[str, ...] = ()
    files: dict[str, str] = {}


@dataclass(frozen=True)
class Artifact:
    """A loaded, verified model with everything that scoring needs. `sha256` is its manifest's hash, which stands
    for the whole; empty while only in memory. `judged` is the model that its report speaks of, None where that is this
    one."""

    manifest: Manifest
    model: RiskModel = field(repr=False)
    calibration: Calibration
    instruments: Mapping[str, Instrument] = field(repr=False)
    reference: Reference = field(repr=False)
    policy: Policy = field(repr=False)
    logistic: SplineModel = field(repr=False)
    sha256: str = ""
    monitoring: Snapshot | None = field(default=None, repr=False)
    band: ProbabilityBand | None = field(default=None, repr=False)
    judged: "Artifact | None" = field(default=None, repr=False)

    @property
    def as_judged(self) -> "Artifact":
        """The model that its report speaks of, under this one's version."""
        if self.judged is None:
            return self
        named = self.judged.manifest.model_copy(update={"version": self.manifest.version})
        return replace(self.judged, manifest=named)

    @property
    def features(self) -> tuple[Feature, ...]:
        return self.model.features

    @cached_property
    def topics(self) -> Topics:
        """What the sentences of its explanations speak for."""
        return Topics(self.features)

    @cached_property
    def recipe(self) -> Recipe:
        """What the model's feature matrix is made by."""
        return Recipe(self.features, self.instruments, self.reference, self.policy.staleness)


def save_artifact(artifact: Artifact, folder: Path) -> None:
    """Write the folder, the manifest with its hashes last; raises `FileExistsError` where it is already there."""
    folder.mkdir(parents=True)
    files = {
        "calibration.json": _json(asdict(artifact.calibration)),
        "catalogue.json": _json(catalogue_json(artifact.features)),
        "instruments.json": _json({code: i.model_dump(mode="json") for code, i in artifact.instruments.items()}),
        "reference.json": _json(artifact.reference.to_json()),
        "policy.toml": tomli_w.dumps(artifact.policy.model_dump(mode="json", exclude_none=True)),
        "baselines.json": _json({"logistic": artifact.logistic.to_json()}),
    }
    if artifact.band is not None:
        files[BAND] = _json(artifact.band.to_json())
    if artifact.monitoring is not None:
        files[MONITORING] = _json(artifact.monitoring.model_dump(mode="json"))
    if artifact.judged is not None:
        files[JUDGED] = judged_text(artifact.judged)
    files |= scorer_files(artifact.model.scorer)
    hashes = {}
    for name, text in files.items():
        content = text.encode("utf-8")
        (folder / name).write_bytes(content)
        hashes[name] = hashlib.sha256(content).hexdigest()
    manifest = artifact.manifest.model_copy(update={"files": hashes})
    (folder / MANIFEST).write_bytes(_json(manifest.model_dump(mode="json")).encode("utf-8"))


def manifest_sha256(folder: Path) -> str:
    """The hash that stands for the whole artifact, since the manifest holds the others."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def load_artifact(folder: Path) -> Artifact:
    """Read and verify an artifact; raises `UserError` naming the file that is absent, foreign or was changed, and where
    its explanations are not those of LightGBM itself on a few rows."""
    texts, manifest, sha256 = read_verified(folder)
    try:
        instruments = {
            code: Instrument.model_validate(content) for code, content in json.loads(texts["instruments.json"]).items()
        }
        features = in_words_of_today(catalogue_of_json(json.loads(texts["catalogue.json"])), instruments)
        policy = parse_policy(tomllib.loads(texts["policy.toml"]), "policy.toml")
        artifact = Artifact(
            manifest=manifest,
            model=RiskModel(features, scorer_of(manifest.kind, texts), policy.family.cap),
            calibration=Calibration(**json.loads(texts["calibration.json"])),
            instruments=instruments,
            reference=reference_of_json(json.loads(texts["reference.json"])),
            policy=policy,
            logistic=spline_of_json(json.loads(texts["baselines.json"])["logistic"]),
            sha256=sha256,
            monitoring=Snapshot.model_validate_json(texts[MONITORING]) if MONITORING in texts else None,
            band=band_of_json(json.loads(texts[BAND])) if BAND in texts else None,
        )
        if JUDGED in texts:
            artifact = replace(artifact, judged=judged_of_json(json.loads(texts[JUDGED]), artifact))
    except (KeyError, TypeError, ValueError) as error:
        raise bad_data(
            "a model artifact has another form than its version says", [Problem(type(error).__name__, file=str(folder))]
        ) from error
    _check_explanations(artifact.model)
    return artifact


def _check_explanations(model: RiskModel) -> None:
    if not isinstance(model.explainer, Explainer) or isinstance(model.plain, SplineModel):
        return
    apart = disagreement(model.explainer, model.plain)
    if apart > TOLERANCE:
        problem = Problem(f"contributions differ from LightGBM's own by {apart:.2g}", file="model.txt")
        raise bad_data("the model's explanations are not to be trusted, so it is refused", [problem])


def read_verified(folder: Path) -> tuple[dict[str, str], Manifest, str]:
    """The texts of an artifact whose files are those that its manifest names, with the manifest and its SHA-256."""
    path = folder / MANIFEST
    if not path.is_file():
        raise bad_data("there is no model artifact here", [Problem("no manifest.json", file=str(folder))])
    stated = path.read_bytes()
    try:
        manifest = Manifest.model_validate_json(stated)
    except ValidationError as error:
        problem = Problem("not a manifest of this version", file=str(path))
        raise bad_data("a model artifact cannot be read", [problem]) from error
    if manifest.format_version not in READABLE:
        reads = ", ".join(map(str, READABLE))
        problem = Problem(f"format {manifest.format_version}, this program reads {reads}", file=str(path))
        raise bad_data("a model artifact of another format", [problem])
    problems, texts = [], {}
    present = {file.name for file in folder.iterdir()} - {MANIFEST}
    for name in sorted(set(manifest.files) | present):
        if name not in manifest.files:
            problems.append(Problem("the manifest does not know this file", file=name))
        elif name not in present:
            problems.append(Problem("this file is absent", file=name))
        else:
            content = (folder / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != manifest.files[name]:
                problems.append(Problem("this file is not the one that was saved: its SHA-256 differs", file=name))
            else:
                texts[name] = content.decode("utf-8")
    if problems:
        raise bad_data("the model artifact was changed and is refused", problems, fix="promote the model again")
    return texts, manifest, hashlib.sha256(stated).hexdigest()


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
