"""The only doorway to MLflow: runs, the registry, and fetching a registered model.

MLflow is imported when it is first needed, with its telemetry switched off before that.
"""

import hashlib
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models import Artifact, load_artifact, manifest_sha256, save_artifact
from models.scored_frame import OUTPUTS
from runxin import __version__
from runxin.errors import refused, unavailable, usage
from runxin.settings import Settings
from training.logged_run import ABOUT, LoggedRun

MODEL = "runxin"
CHAMPION, CANDIDATE = "champion", "candidate"
FOLDER, INSIDE = "model", Path("artifacts") / "runxin"  # a run's model, and the artifact inside it
DIGITS = 36  # of a digest: MLflow keeps no more
HASH_TAG = "manifest_sha256"
REPORT, REPORT_TAG = "report/report.json", "report_sha256"
MONITORING = "runxin-monitoring"


@dataclass(frozen=True)
class Registered:
    """A version in the registry and where its run is."""

    version: str
    model_uri: str
    run_id: str


def _mlflow() -> Any:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    import mlflow

    with warnings.catch_warnings():  # of MLflow's own type hints
        warnings.simplefilter("ignore")
        import mlflow.pyfunc
    return mlflow


@contextmanager
def _connected(settings: Settings) -> Iterator[Any]:
    """An MLflow client; what the server or its database refuses becomes one clear sentence."""
    mlflow = _mlflow()
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError  # of MLflow's own database, which it hands on as it is

    settings.home.mkdir(parents=True, exist_ok=True)
    # MLflow writes the address into the environment, from where the next reading of settings would take it.
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(settings.tracking_uri)
    try:
        yield mlflow
    except (MlflowException, ConnectionError, SQLAlchemyError) as error:
        if getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST":
            raise usage("MLflow knows no such model version", fix="`runxin train` prints the version") from error
        raise unavailable(
            f"MLflow did not answer as expected: {type(error).__name__}: {str(error).splitlines()[0]}",
            fix="check MLFLOW_TRACKING_URI, or unset it to use the store under RUNXIN_HOME",
        ) from error
    finally:
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        if before is not None:
            os.environ["MLFLOW_TRACKING_URI"] = before


def check_tracking(settings: Settings) -> None:
    """Raise `UserError` (unavailable) where MLflow does not answer: better before the training than after."""
    with _connected(settings) as mlflow:
        mlflow.MlflowClient().search_experiments(max_results=1)


def log_training(
    settings: Settings,
    artifact: Artifact,
    told: LoggedRun,
    write_files: Callable[[Artifact, Path], dict[str, float]],
) -> tuple[Registered, Artifact]:
    """Log a run with what is `told` of it, the files that `write_files` puts into a folder and the figures that it
    answers with; register the artifact as a model that `mlflow.pyfunc` loads, and return it with its version written
    in."""
    with _connected(settings) as mlflow, tempfile.TemporaryDirectory() as scratch:
        client = mlflow.MlflowClient()
        mlflow.set_experiment(experiment_id=_experiment(client, settings))
        with mlflow.start_run(run_name=told.name, description=told.description or None, tags=told.tags) as run:
            mlflow.log_params(told.parameters)
            mlflow.log_metrics(told.metrics)
            _log_data(mlflow, told)
            for trial in told.trials:
                with mlflow.start_run(run_name=trial.name, nested=True, tags={"taken": str(trial.taken).lower()}):
                    mlflow.log_params(trial.parameters)
                    mlflow.log_metrics(trial.metrics)
            version = _new_version(client, run, told)
            named = artifact.manifest.model_copy(update={"version": version})
            artifact = replace(artifact, manifest=named)
            files = Path(scratch) / "files"
            files.mkdir()
            mlflow.log_metrics(write_files(artifact, files))
            mlflow.log_artifacts(str(files))
            folder = Path(scratch) / INSIDE.name
            save_artifact(artifact, folder)
            _save_model(mlflow, artifact, told, folder, Path(scratch) / FOLDER)
            mlflow.log_artifacts(str(Path(scratch) / FOLDER), FOLDER)
            tags = {HASH_TAG: manifest_sha256(folder), **told.tags}
            if (files / REPORT).is_file():
                tags[REPORT_TAG] = _sha256((files / REPORT).read_bytes())
            for name, value in tags.items():
                client.set_model_version_tag(MODEL, version, name, value)
            client.set_registered_model_alias(MODEL, CANDIDATE, version)
            return Registered(version, f"models:/{MODEL}/{version}", run.info.run_id), artifact


def _log_data(mlflow: Any, told: LoggedRun) -> None:
    """The dataset by its name and digest, as learned from and as judged by; nothing of what it holds."""
    if not told.digest:
        return
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    source = CodeDatasetSource({"mlflow.source.name": "runxin train", "data_fingerprint": told.digest})
    data: Any = MetaDataset
    for context, name in (("training", told.dataset), ("evaluation", f"{told.dataset}, held out")):
        mlflow.log_input(data(source, name, told.digest[:DIGITS]), context=context)


def _save_model(mlflow: Any, artifact: Artifact, told: LoggedRun, folder: Path, into: Path) -> None:
    """The artifact of `folder` as a model of MLflow's: this package's adapter as code, a signature, and an example."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    with warnings.catch_warnings():  # MLflow's own use of what pandas is about to change
        warnings.simplefilter("ignore")
        mlflow.pyfunc.save_model(
            into,
            python_model=str(Path(__file__).with_name("registered_model.py")),
            artifacts={INSIDE.name: str(folder)},
            signature=ModelSignature(
                Schema([ColSpec("double", feature.name) for feature in artifact.features]),
                Schema([ColSpec(kind, name) for name, kind in OUTPUTS.items()]),
            ),
            input_example=told.example,
            pip_requirements=[f"{MODEL}=={__version__}"],
            metadata={"manifest_sha256": manifest_sha256(folder), "data_origin": artifact.manifest.data_origin},
        )


def fetch(settings: Settings, uri: str, into: Path) -> Path:
    """Download an artifact by MLflow URI, registry version number or alias, or copy it from a folder, and verify
    its files. Raises `UserError` where there is none or it was changed."""
    if Path(uri).is_dir():
        folder = _inside(Path(uri))
        load_artifact(folder)
        return folder
    with _connected(settings) as mlflow:
        full = f"models:/{MODEL}/{uri}" if uri.isdigit() else uri
        folder = _inside(Path(mlflow.artifacts.download_artifacts(full, dst_path=str(into))))
    load_artifact(folder)
    return folder


def _inside(folder: Path) -> Path:
    """Where the artifact is in what the registry holds: versions of before were nothing but it."""
    return folder / INSIDE if (folder / INSIDE).is_dir() else folder


def registered_hash(settings: Settings, version: str) -> str:
    """The manifest's hash that was recorded when the version was registered."""
    if not version.isdigit():
        raise usage(f"a version is a number, not {version!r}", fix="`runxin train` prints it")
    with _connected(settings) as mlflow:
        tags = mlflow.MlflowClient().get_model_version(MODEL, version).tags
    return str(tags.get(HASH_TAG, ""))


def registered_report(settings: Settings, version: str) -> bytes | None:
    """The report that its training logged, as JSON; None where that training logged none. Raises `UserError` (refused)
    where it is not the one that was registered."""
    with _connected(settings) as mlflow, tempfile.TemporaryDirectory() as scratch:
        found = mlflow.MlflowClient().get_model_version(MODEL, version)
        if REPORT_TAG not in found.tags:
            return None
        file = mlflow.artifacts.download_artifacts(run_id=found.run_id, artifact_path=REPORT, dst_path=scratch)
        content = Path(file).read_bytes()
    if _sha256(content) != found.tags[REPORT_TAG]:
        raise refused(f"the report of version {version} is not the one that was registered", fix="train again")
    return content


def move_alias(settings: Settings, version: str | None, tags: Mapping[str, str], tagged: str) -> None:
    """Give the alias `champion` to a version, or to none, and write `tags` on the version `tagged`."""
    with _connected(settings) as mlflow:
        client = mlflow.MlflowClient()
        for key, value in tags.items():
            client.set_model_version_tag(MODEL, tagged, key, value)
        if version is None:
            client.delete_registered_model_alias(MODEL, CHAMPION)
        else:
            client.set_registered_model_alias(MODEL, CHAMPION, version)


def log_monitoring(settings: Settings, tags: dict[str, str], metrics: dict[str, float], folder: Path) -> str:
    """Log one comparison with the files of `folder`, in an experiment of its own; answers with the run's id."""
    with _connected(settings) as mlflow:
        mlflow.set_experiment(experiment_id=_experiment(mlflow.MlflowClient(), settings, MONITORING))
        with mlflow.start_run(tags=tags) as run:
            mlflow.log_metrics(metrics)
            mlflow.log_artifacts(str(folder), "monitoring")
            return str(run.info.run_id)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _experiment(client: Any, settings: Settings, name: str = MODEL) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    # Without a server the artifacts would land in the working folder; they belong to RUNXIN_HOME.
    local = settings.tracking_uri.startswith("sqlite:")
    location = (settings.home / "mlartifacts").as_uri() if local else None
    return str(client.create_experiment(name, artifact_location=location))


def _new_version(client: Any, run: Any, told: LoggedRun) -> str:
    from mlflow.exceptions import MlflowException

    try:
        client.get_registered_model(MODEL)
    except MlflowException:
        client.create_registered_model(MODEL, tags={"runxin": __version__}, description=ABOUT)
    source = f"{run.info.artifact_uri}/{FOLDER}"
    return str(client.create_model_version(MODEL, source, run.info.run_id, description=told.description).version)
