"""What a small file may hold, before a reader takes its memory: archives, sheets with a cell far away, long tables."""

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_schemas.far_cells import corners_of
from data_schemas.reader_faults import damaged
from runxin.errors import Problem, UserError, bad_data

MOST_UNPACKED = 2**30
# A city's wave of 100,000 sheets of 200 columns has 20,000,000. Measured: 0.13 GB for each million of a workbook.
MOST_CELLS = 25_000_000
MOST_SAID = f"at most {MOST_CELLS:,} cells are read, which take 4 GB of memory"
AT_ONCE = 2**22


def refuse_oversized(path: Path, content: bytes, broken: UserError) -> None:
    """Raises `UserError` where an archive unpacks to more than is read or a sheet reaches too far, and `broken` where
    it is damaged or is longer than it says."""
    if not content.startswith(b"PK\x03\x04"):
        return
    with damaged(broken), zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        size = sum(one.file_size for one in parts)
        # Each part is read to its end: one that is longer than the archive says does not fit its checksum.
        for part in parts if size <= MOST_UNPACKED else ():
            with archive.open(part) as file:
                while file.read(AT_ONCE):
                    pass
    if size > MOST_UNPACKED:
        what = f"the workbook unpacks to {size // 2**20} MB"
        raise _fault(path, what, f"at most {MOST_UNPACKED // 2**20} MB are read: split it")
    with damaged(broken):
        corners = corners_of(content)
    for rows, columns in corners:
        if rows * columns > MOST_CELLS:
            what = f"a sheet reaches to row {rows} and column {columns}"
            fix = f"{MOST_SAID}: delete what stands far from the others, or split it by school or grade"
            raise _fault(path, what, fix)


def refuse_long_table(path: Path, content: bytes, broken: UserError) -> None:
    """Raises `UserError` where a Parquet file holds more cells than are read, `broken` where it is damaged."""
    with damaged(broken):
        told = pq.ParquetFile(pa.BufferReader(content)).metadata
        rows, columns = told.num_rows, told.num_columns
    if rows * columns > MOST_CELLS:
        what = f"the table has {rows} rows of {columns} columns"
        raise _fault(path, what, f"{MOST_SAID}: split it by school or grade")


def _fault(path: Path, what: str, fix: str) -> UserError:
    return bad_data(f"{path.name} cannot be read", [Problem(what, file=path.name, fix=fix)])
