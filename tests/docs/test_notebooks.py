"""The notebooks run from the first cell to the last, hold nothing that should not stand there, and leave nothing."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.forks import WITH_MLFLOW, forks

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SECONDS_PER_CELL = 300  # the very first run also compiles
HAN = re.compile(r"[\u4e00-\u9fff]")

each = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def content_of(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def cells_of(file: Path, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in content_of(file)["cells"] if cell["cell_type"] == kind]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUNXIN_", "MLFLOW_"))}
    return kept | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def launcher() -> Iterator[list[str]]:
    """A command that starts a kernel, with the libraries imported; each notebook's is a process of its own."""
    inline = "module://matplotlib_inline.backend_inline"  # as a kernel has it when it imports Matplotlib
    set_before = {"MLFLOW_DISABLE_TELEMETRY": "true", "MPLBACKEND": inline}
    with forks((*WITH_MLFLOW, "matplotlib", "ipykernel.kernelapp"), environment() | set_before) as command:
        yield [*command, "-m", "ipykernel_launcher"]


@pytest.fixture
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, launcher: list[str]) -> Iterator[dict[str, Any]]:
    """Settings of a client whose kernel speaks through sockets in a folder; nothing of the user's is read."""
    kernel = tmp_path / "jupyter_data_dir" / "kernels" / "forked"
    kernel.mkdir(parents=True)
    spec = {"argv": [*launcher, "-f", "{connection_file}"], "display_name": "forked", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), "utf-8")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    with tempfile.TemporaryDirectory(prefix="runxin-") as sockets:  # the path of a socket may not be long
        yield {"AsyncKernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}


@pytest.mark.whole
@each
def test_it_runs_to_the_end(file: Path, tmp_path: Path, jupyter: dict[str, Any]) -> None:
    """Its own assertions hold, it warns of nothing, and what it wrote is gone with the kernel."""
    import nbformat  # after the environment says where Jupyter may look
    from nbclient import NotebookClient
    from traitlets.config import Config

    working, scratch = tmp_path / "working", tmp_path / "scratch"
    working.mkdir()
    scratch.mkdir()
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook,
        config=Config(jupyter),
        kernel_name="forked",
        timeout=SECONDS_PER_CELL,
        resources={"metadata": {"path": str(working)}},
    )
    client.execute(env=environment() | {"TMPDIR": str(scratch)})
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    said = [output for cell in code for output in cell.outputs]
    assert [output.text for output in said if output.get("name") == "stderr" and "Warning" in output.text] == []
    assert [output for output in said if output.output_type in ("display_data", "execute_result", "stream")]
    assert [*working.iterdir(), *scratch.iterdir()] == []


@each
def test_it_asserts_what_it_claims(file: Path) -> None:
    assert [text for text in cells_of(file, "code") if re.search(r"^\s*assert ", text, re.MULTILINE)]


def test_nothing_that_was_run_is_committed() -> None:
    """No outputs, counts, widgets or kernels; one line of JSON for each line of code."""
    command = [sys.executable, "scripts/clear_notebooks.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"clear them: python scripts/clear_notebooks.py ({done.stderr})"


@each
def test_it_is_short_and_says_before_each_cell_what_one_sees(file: Path) -> None:
    kinds = [cell["cell_type"] for cell in content_of(file)["cells"]]
    assert 10 <= kinds.count("code") <= 20
    assert [place for place, kind in enumerate(kinds) if kind == "code" and kinds[place - 1] != "markdown"] == []
    first = cells_of(file, "markdown")[0]
    assert first.startswith("# ")
    assert HAN.search(first), "it begins with a sentence in Chinese too"


@each
def test_prose_claims_no_figure_of_a_run(file: Path) -> None:
    """A number with decimals or a per cent sign is what a run decides; an interval's 95 % is a convention."""
    text = re.sub(r"`[^`]*`", "", "\n".join(cells_of(file, "markdown"))).replace("95 % interval", "")
    assert re.findall(r"\d+[.,]\d+|\.\d+|\d+ ?%", text) == []


@each
def test_it_holds_no_address_and_no_path_of_a_machine(file: Path) -> None:
    text = file.read_text("utf-8")
    assert re.findall(r"https?://|(?<![\w.])/(?:home|root|work|tmp|Users|opt|mnt)\b|C:\\", text) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_readme_lists_every_notebook(language: str) -> None:
    english, chinese = (FOLDER / "README.md").read_text("utf-8").split("\n## 中文\n")
    listed = re.findall(r"\]\(([^)]+\.ipynb)\)", english if language == "en" else chinese)
    assert sorted(listed) == [file.name for file in NOTEBOOKS]


def test_code_cells_are_clean() -> None:
    for command in (["check"], ["format", "--check"]):
        ruff = [str(Path(sys.executable).with_name("ruff")), *command, "--no-cache", str(FOLDER)]
        done = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
