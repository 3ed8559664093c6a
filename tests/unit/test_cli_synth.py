"""`runxin synth`."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from data_schemas.dataset import read_dataset
from runxin.cli.synth import synth_command
from runxin.errors import UserError


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(synth_command)
    return app


def test_json_is_the_last_line_and_names_what_was_written(app: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "city"
    result = CliRunner().invoke(app, ["--students", "200", "--seed", "2", "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout.splitlines()[-1])
    assert said["synthetic"] is True
    assert said["seed"] == 2
    assert said["counts"]["students"] == 200
    assert Path(said["names"]).is_file()
    assert Path(said["truth"]).is_file()
    assert len(read_dataset(out).students) == 200


def test_text_says_that_it_is_synthetic(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--students", "200", "--out", str(tmp_path / "city")])
    assert "合成数据 / synthetic" in result.stdout
    assert "never to be joined" in result.stdout


def test_the_report_is_said_and_written(app: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "city"
    result = CliRunner().invoke(app, ["--students", "400", "--out", str(out), "--report", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])["report"]
    assert {"part", "what", "who", "target", "generated", "n", "within"} == set(report["rows"][0])
    assert report["file"] == str((tmp_path / "city.report.md").resolve())
    text = Path(report["file"]).read_text("utf-8")
    assert text.startswith("合成数据 / synthetic")
    assert text.count("\n| ") == len(report["rows"]) + 2
    assert len(read_dataset(out).students) == 400


def test_a_full_folder_is_refused(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", "utf-8")
    result = CliRunner().invoke(app, ["--students", "200", "--out", str(tmp_path)])
    assert isinstance(result.exception, UserError), result.output
    assert "not empty" in str(result.exception)
