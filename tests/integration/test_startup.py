"""What a verb imports: only what it needs, so that each starts at its own cost."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Each takes a tenth of a second or more, some of them two seconds.
TRAINING = frozenset(
    [
        *("sklearn", "lightgbm", "shap", "mlflow", "optuna", "matplotlib", "bentoml", "fastapi"),
        *("scipy.special", "scipy.stats", "scipy.optimize"),  # of SciPy itself Numba asks the version
    ]
)
SPELLING = frozenset(["pypinyin", "openpyxl"])
DATA = frozenset(["numpy", "pandas", "pandera", "pyarrow", "numba", "scipy", "sqlalchemy", "alembic", "structlog"])
ROOMS = frozenset(["data_schemas", "models", "training", "evaluation", "serving"])
STORE_VERBS = (
    *(["key", "list"], ["user", "list"], ["school", "list"], ["duty", "list"]),
    *(["audit", "verify"], ["list"], ["withdraw", "none", "--reason", "a trial"]),
)
SCRIPT = """
import sys
from runxin.cli.main import run

for words in {verbs!r}:
    run(words)
print("imported:", *sys.modules)
"""


def imported_by(home: Path, *verbs: list[str]) -> set[str]:
    """The modules that a process has imported when it has run these verbs."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(verbs=verbs)],
        env={"PYTHONPATH": str(ROOT), "RUNXIN_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("words", [["--help"], ["kye"], ["serve", "--help"]], ids=" ".join)
def test_help_imports_no_room_and_no_heavy_library(tmp_path: Path, words: list[str]) -> None:
    assert imported_by(tmp_path, words) & (TRAINING | SPELLING | DATA | ROOMS) == set()


def test_the_list_of_verbs_is_written_without_rich(tmp_path: Path) -> None:
    assert "rich" not in imported_by(tmp_path, ["--help"])


def test_verbs_that_read_the_store_import_nothing_that_trains_or_spells(tmp_path: Path) -> None:
    assert imported_by(tmp_path, *STORE_VERBS) & (TRAINING | SPELLING) == set()


@pytest.mark.parametrize("package", ["models", "serving.store"])
def test_a_package_hands_on_each_name_and_no_module_hides_one(package: str) -> None:
    """A module is set as an attribute of its package once it is imported, and would stand where the name should."""
    imported = importlib.import_module(package)
    modules = {file.stem for file in Path(imported.__path__[0]).iterdir()}
    assert modules & set(imported.__all__) == set()
    assert [name for name in imported.__all__ if getattr(imported, name, None) is None] == []
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = imported.nothing
