"""`bentoml build` makes a Bento that serves by its tag, without a network."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.local_server import answers, fetch, free_port, wait_until

ROOT = Path(__file__).parents[2]
ROOMS = ("runxin", "data_schemas", "models", "training", "evaluation", "serving")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    nowhere = "http://127.0.0.1:9"  # an index that does not answer: nothing may be resolved while building
    return os.environ | {
        "BENTOML_HOME": str(tmp_path / "bentoml"),
        "BENTOML_DO_NOT_TRACK": "True",
        "RUNXIN_HOME": str(tmp_path / "home"),
        "PIP_INDEX_URL": nowhere,
        "UV_INDEX_URL": nowhere,
        "PWD": str(tmp_path),
    }


def source_of(folder: Path) -> Path:
    """A copy of what a Bento is made of: BentoML refuses to build below a hidden folder, where a checkout may be."""
    source = folder / "source"
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("bentofile.yaml", "pyproject.toml", "requirements.lock"):
        shutil.copyfile(ROOT / file, source / file)
    return source


@pytest.mark.whole
def test_a_bento_serves_by_its_tag(tmp_path: Path, environment: dict[str, str]) -> None:
    bentoml = [sys.executable, "-m", "bentoml"]
    built = subprocess.run(
        [*bentoml, "build"], cwd=source_of(tmp_path), env=environment, capture_output=True, text=True, timeout=120
    )
    assert built.returncode == 0, built.stderr
    folder = (tmp_path / "bentoml" / "bentos" / "runxin" / "latest").read_text().strip()
    bento = tmp_path / "bentoml" / "bentos" / "runxin" / folder
    sources = {path.name for path in (bento / "src").iterdir() if path.is_dir()}
    assert sources == set(ROOMS)
    assert "://" not in (bento / "env" / "python" / "requirements.txt").read_text(), "the lock names a host"
    assert yaml.safe_load((bento / "bento.yaml").read_text())["services"][0]["config"]["http"]["host"] == "127.0.0.1"

    port = free_port()
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        command = [*bentoml, "serve", "runxin:latest", "--port", str(port)]
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=output, stderr=output)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 120, f"the Bento; {log.read_text()}")
        assert "/score" in fetch(f"http://127.0.0.1:{port}/docs.json").json()["paths"]
        assert fetch(f"http://127.0.0.1:{port}/docs").status_code == 200
        assert (tmp_path / "home" / "runxin.db").exists()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
