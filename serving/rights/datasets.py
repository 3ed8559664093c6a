"""Files that still hold an erased student: dataset folders under RUNXIN_HOME are written anew without the student, and
whatever else names the id is told to who erases."""

import csv
import shutil
import zlib
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

import pandas as pd

from data_schemas.dataset import DESCRIPTION, Dataset, read_dataset, table_files, write_dataset
from data_schemas.forgetting import without_students
from runxin.errors import UserError
from runxin.settings import Settings
from serving.store import Store, erased_among, open_store
from serving.store.database import file_of_database

OWN = ("runxin.db", "mlflow.db")  # what the erasure in the store is about, and what never holds an id
LONGEST = 2**26  # bytes of a file that are searched


def clear_files(home: Path, ids: Collection[str]) -> tuple[list[Path], list[Path]]:
    """Write every dataset folder, and every other CSV file, under `home` anew without these students; returns which,
    and the files in which one of the ids stands still."""
    written = []
    for description in sorted(home.rglob(DESCRIPTION)):
        folder = description.parent
        try:
            dataset = read_dataset(folder)
        except UserError:
            continue  # it is told below where it holds an id
        without = without_students(dataset, ids)
        if without is not dataset:
            _replace(folder, without)
            written.append(folder)
    still = [file for file in _files(home) if _names(file, ids)]
    cleared = [file for file in still if file.suffix == ".csv" and _clear_csv(file, ids)]
    return written + cleared, [file for file in still if file not in cleared]


def learnable(dataset: Dataset, settings: Settings) -> Dataset:
    """The dataset without students who were erased, so that nothing is learned from a folder of before. Where there is
    no store yet nobody was erased."""
    file = file_of_database(settings)
    if file is not None and not file.is_file():
        return dataset
    with open_store(settings) as store:
        return without_students(dataset, erased_of(store, dataset))


def erased_of(store: Store, dataset: Dataset) -> dict[str, date]:
    """Of the dataset's students those who were erased, with the day."""
    return erased_among(store, dataset.students["student_id"].dropna().astype(str))


def _replace(folder: Path, dataset: Dataset) -> None:
    """A folder is the old one or the new one, and what stands beside the tables stays."""
    fresh = folder.with_name(f".{folder.name}.{uuid4().hex[:8]}")
    fresh.mkdir(mode=0o700)
    write_dataset(dataset, fresh)
    tables = {file.relative_to(folder) for file in table_files(folder)}
    for file in folder.rglob("*"):
        place = file.relative_to(folder)
        if file.is_file() and place not in tables and not (fresh / place).exists():
            (fresh / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, fresh / place)
    old = folder.with_name(f".{folder.name}.{uuid4().hex[:8]}")
    folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old)


def _clear_csv(file: Path, ids: Collection[str]) -> bool:
    """Leave out the rows in which one of the ids is a cell; says whether the file holds none of them any more. Bytes
    that are no UTF-8 come back as they were."""
    with file.open(encoding="utf-8", errors="surrogateescape", newline="") as told:
        rows = list(csv.reader(told))
    kept = [row for row in rows if not set(ids) & {cell.strip() for cell in row}]
    fresh = file.with_name(f".{file.name}.{uuid4().hex[:8]}")
    with fresh.open("x", encoding="utf-8", errors="surrogateescape", newline="") as out:
        csv.writer(out).writerows(kept)
    shutil.copymode(file, fresh)
    fresh.rename(file)
    return not _names(file, ids)


def _files(home: Path) -> Iterator[Path]:
    for file in sorted(home.rglob("*")):
        if file.is_file() and not file.name.startswith(OWN) and file.stat().st_size <= LONGEST:
            yield file


def _names(file: Path, ids: Collection[str]) -> bool:
    """Whether one of the ids stands in a file, in a workbook as well."""
    wanted = [one.encode() for one in ids]
    if file.suffix == ".parquet":
        frame = pd.read_parquet(file)
        return any(bool(frame[name].isin(ids).any()) for name in frame)
    try:
        with ZipFile(file) as parts:
            texts = [parts.read(part) for part in parts.infolist() if part.file_size <= LONGEST]
    except (BadZipFile, zlib.error, NotImplementedError, OSError):
        texts = [file.read_bytes()]
    return any(_stands_in(one, text) for one in wanted for text in texts)


def _stands_in(student_id: bytes, text: bytes) -> bool:
    """As an id of its own: S-1 does not stand in S-12."""
    at = text.find(student_id)
    while at >= 0:
        around = text[at - 1 : at] if at else b"", text[at + len(student_id) : at + len(student_id) + 1]
        if not any(one.isalnum() or one in (b"-", b"_") for one in around if one):
            return True
        at = text.find(student_id, at + 1)
    return False
