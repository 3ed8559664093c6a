"""No cell of any file that Runxin writes becomes a formula in a spreadsheet program."""

import ast
import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data_schemas.dataset import Dataset, Description, conform, read_dataset, write_dataset
from data_schemas.mapping.importing import write_problems
from data_schemas.plain_text import FORMULA, plain, unmarked
from data_schemas.tables import TABLES
from runxin.cli import features, labels
from runxin.errors import Problem

HOSTILE = ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "'plain", "plain"]


def made() -> Dataset:
    rows = [
        {"student_id": f"S{n}", "school_id": "s", "class_id": text, "stage": "junior", "sex": "female"}
        for n, text in enumerate(HOSTILE)
    ]
    told = Description(name="x", synthetic=True, origin="synthetic", mode="longitudinal", as_of=date(2026, 3, 31))
    return Dataset(told, {"students": conform(pd.DataFrame(rows), TABLES["students"])}, {})


def a_dataset(folder: Path) -> Path:
    write_dataset(made(), folder / "made", "csv")
    return folder / "made" / "students.csv"


def problems(folder: Path) -> Path:
    write_problems([Problem(text, text, 2, text, text) for text in HOSTILE], folder / "problems.csv")
    return folder / "problems.csv"


def a_matrix(folder: Path) -> Path:
    features._write(pd.DataFrame({"student_id": HOSTILE}), folder / "features.csv")
    return folder / "features.csv"


def some_labels(folder: Path) -> Path:
    blank = dict.fromkeys(labels.COLUMNS)
    labels.write_private(folder / "labels.csv", labels._csv([{**blank, "interviewer": text} for text in HOSTILE]))
    return folder / "labels.csv"


@pytest.mark.parametrize("write", [a_dataset, problems, a_matrix, some_labels])
def test_a_cell_is_text(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    with write(tmp_path).open(encoding="utf-8-sig", newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert "'=1+1" in cells, "and nothing of it is lost"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_dataset_is_read_as_it_was_written(tmp_path: Path, text: str) -> None:
    assert unmarked(plain(text)) == text.replace("\r", "\n")
    a_dataset(tmp_path)
    assert text.replace("\r", "\n") in set(read_dataset(tmp_path / "made").students["class_id"])


def test_every_writer_of_a_csv_file_is_plain() -> None:
    """A new writer says `plain_frame(…).to_csv(…)`, or stands in the table above."""
    bare, writers = [], []
    for file in (each for room in ("data_schemas", "models", "runxin", "serving", "training", "evaluation")
                 for each in Path(room).rglob("*.py")):  # fmt: skip
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "to_csv":
                made_of = node.value.func if isinstance(node.value, ast.Call) else None
                if not (isinstance(made_of, ast.Name) and made_of.id == "plain_frame"):
                    bare.append(f"{file}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and node.module == "csv":
                writers.append(file.as_posix())
    assert (bare, writers) == ([], ["runxin/cli/labels.py"])
