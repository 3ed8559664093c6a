"""Files of every kind that an import reads, and ways to damage them."""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pyreadstat

from tests import every_export, old_workbook

HEAD = ["学号", "年级", "性别", "测评日期", *(f"PHQ{n}" for n in range(1, 10))]
ROWS = [[f"{2000 + n}", "八年级", "女", "2026-03-30", *(n % 4 for _ in range(9))] for n in range(30)]
Damage = Callable[[random.Random, bytes], bytes]


def whole_files() -> dict[str, bytes]:
    """A small export in every form that can be written here, by file name."""
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *ROWS])
    book, frame = openpyxl.Workbook(), pd.DataFrame(ROWS, columns=HEAD)
    for row in [HEAD, *ROWS]:
        book.worksheets[0].append(row)
    workbook, parquet = io.BytesIO(), io.BytesIO()
    book.save(workbook)
    frame.to_parquet(parquet)
    with TemporaryDirectory() as folder:
        pyreadstat.write_sav(frame, f"{folder}/a.sav")
        spss = Path(folder, "a.sav").read_bytes()
        old = old_workbook.save(Path(folder, "a.xls"), [HEAD, *ROWS]).read_bytes()
        open_document = every_export.save(Path(folder, "a.ods"), [HEAD, *ROWS], "ods").read_bytes()
    return {
        "answers.sav": spss,
        "old.xls": old,
        "open.ods": open_document,
        "utf-8.csv": text.getvalue().encode("utf-8-sig"),
        "gb18030.csv": text.getvalue().encode("gb18030"),
        "book.xlsx": workbook.getvalue(),
        "table.parquet": parquet.getvalue(),
    }


def flipped(rng: random.Random, content: bytes) -> bytes:
    """A few bytes are others."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 20])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(rng: random.Random, content: bytes) -> bytes:
    """The end is missing."""
    return content[: rng.randrange(1, len(content))]


def torn(rng: random.Random, content: bytes) -> bytes:
    """A part is missing, or stands twice."""
    start = rng.randrange(len(content))
    end = min(start + rng.choice([1, 16, 400]), len(content))
    return content[:start] + content[start:end] * rng.choice([0, 2]) + content[end:]


def stuffed(rng: random.Random, content: bytes) -> bytes:
    """Something foreign stands in between."""
    place = rng.randrange(len(content))
    junk = rng.choice([b"\x00" * 40, b"<x>" * 200, b"\xff" * 9, b'"', b"\n\n", "，".encode() * 30])
    return content[:place] + junk + content[place:]


def inside(rng: random.Random, content: bytes) -> bytes:
    """A part of an archive is damaged and packed again, so that the archive is whole; of others a few bytes."""
    if not content.startswith(b"PK\x03\x04"):
        return flipped(rng, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(sorted(parts))
    parts[name] = rng.choice([flipped, cut, torn, stuffed])(rng, parts[name]) if parts[name] else b""
    if rng.random() < 0.1:
        del parts[rng.choice(sorted(parts))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, held in parts.items():
            archive.writestr(part, held)
    return packed.getvalue()


DAMAGES: Mapping[str, Damage] = {one.__name__: one for one in (flipped, cut, torn, stuffed, inside)}
