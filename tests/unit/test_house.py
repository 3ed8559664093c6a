"""The house rules that a machine can hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from runxin.cli.main import VERBS, run

ROOT = Path(__file__).parents[2]
ROOMS = ("runxin", "data_schemas", "models", "training", "evaluation", "serving")
BESIDE = ("tests", "benchmarks", "docs", "examples", "scripts", ".ci")
LONGEST = 300
# Split, so that this file does not hold what it looks for.
REGISTRIES = ("files." + "pythonhosted", "pypi" + ".org", "registry." + "npmjs")
MACHINE_PATHS = tuple(f"/{name}/" for name in ("work", "farm", "root"))
PICKLERS = {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}
# library → the one place that imports it, as a pattern of its path
# MLflow hands on the errors of its own database.
DOORWAYS = {
    "mlflow": r"training/(tracking|registered_model)\.py",  # the latter is what the registry keeps and MLflow runs
    "bentoml": r"serving/service\.py",
    "sqlalchemy": r"serving/store/.+\.py|serving/\w+/(tables|store|store/\w+)\.py|training/tracking\.py",
    "alembic": r"serving/store/.+\.py",
    "matplotlib": r"evaluation/report/plots\.py",
    "shap": r"evaluation/report/plots\.py",
}


def python_files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def text_files() -> Iterator[Path]:
    """Every text file that belongs to the project."""
    inside = [file for folder in (*ROOMS, *BESIDE) for file in (ROOT / folder).rglob("*")]
    for file in sorted([*inside, *ROOT.glob("*")]):
        if (
            file.name != ".git"
            and file.is_file()
            and "__pycache__" not in file.parts
            and b"\0" not in file.read_bytes()
        ):
            yield file


@cache
def imported(file: Path) -> frozenset[str]:
    """Top-level names of everything that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return frozenset(found)


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_name_belongs_to_us_alone(room: str) -> None:
    assert set(packages_distributions()[room]) == {"runxin"}, f"another distribution also installs {room!r}"


def test_no_module_is_too_long() -> None:
    lengths = {name_of(file): len(file.read_text("utf-8").splitlines()) for file in python_files(*ROOMS, "tests")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_a_class_name_stands_for_one_thing() -> None:
    """Whoever meets a name in a trace, a signature or a review knows which class is meant."""
    places: dict[str, list[str]] = {}
    for file in python_files(*ROOMS):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name_of(file))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_nothing_is_pickled() -> None:
    files = python_files(*ROOMS, "tests", "benchmarks")
    found = {name_of(file): imported(file) & PICKLERS for file in files if imported(file) & PICKLERS}
    assert found == {}, "models and data are kept as text, JSON, TOML and Parquet"
    kept = [name_of(f) for f in text_files() if f.suffix in (".pkl", ".pickle", ".joblib", ".npy")]
    assert kept == []


@pytest.mark.parametrize("library", DOORWAYS)
def test_a_heavy_library_has_one_doorway(library: str) -> None:
    places = [name_of(file) for file in python_files(*ROOMS) if library in imported(file)]
    assert [place for place in places if not re.fullmatch(DOORWAYS[library], place)] == []


@pytest.mark.parametrize("kind", [pytest.param(REGISTRIES, id="registries"), pytest.param(MACHINE_PATHS, id="paths")])
def test_no_file_names_a_registry_or_a_machine(kind: tuple[str, ...]) -> None:
    found = {name_of(file): said for file in text_files() if (said := [w for w in kind if w in _text(file)])}
    assert found == {}


def _text(file: Path) -> str:
    return file.read_text("utf-8", errors="replace")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-setup.lock"])
def test_the_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    content = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in content.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^\s]+\s", line), (
            f"not a pinned version: {line[:60]}"
        )
        assert "--hash=sha256:" in line, f"no hash: {line[:60]}"
        assert "://" not in line, f"an address: {line[:60]}"


def test_tests_are_no_package() -> None:
    assert [name_of(file) for file in (ROOT / "tests").rglob("__init__.py")] == []


def test_importing_the_models_costs_nothing_heavy() -> None:
    heavy = (
        "mlflow",
        "bentoml",
        "sqlalchemy",
        "shap",
        "matplotlib",
        "dask",
        "fastapi",
        "lightgbm",
        "sklearn",
        "scipy.stats",
    )
    code = f"import sys, models; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert [verb for verb in VERBS if verb not in said] == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0
    assert f"runxin {verb}" in capsys.readouterr().out
