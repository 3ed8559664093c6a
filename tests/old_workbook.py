"""A workbook of before 2007 (.xls), with no more than a reader needs: BIFF8 records in a compound file.

After Microsoft's [MS-XLS] and [MS-CFB]; there is no writer of the format among our libraries.
"""

import struct
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

SECTOR, END, FREE = 512, 0xFFFFFFFE, 0xFFFFFFFF
SMALLEST = 4096  # bytes of a stream that needs no sectors of its own kind
GENERAL, SHORT_DATE, DATE_AND_TIME = 0, 14, 22  # built-in number formats
STYLES = (GENERAL, SHORT_DATE, DATE_AND_TIME)
DAY_ZERO = datetime(1899, 12, 30)
DAY_ZERO_1904 = datetime(1904, 1, 1)


def save(path: Path, rows: Sequence[Sequence[object]], *, since_1904: bool = False) -> Path:
    """Rows of texts, numbers, days and times as the only sheet of a workbook."""
    zero = DAY_ZERO_1904 if since_1904 else DAY_ZERO
    sheet = b"".join([_start(0x10), *_cells(rows, zero), _record(0x0A)])
    head = [_start(0x05), _record(0x42, struct.pack("<H", 1200)), _record(0x22, struct.pack("<H", since_1904))]
    head += [_record(0xE0, struct.pack("<HHHBBBBIIH", 0, form, 0, 0, 0, 0, 0, 0, 0, 0)) for form in STYLES]
    name = "表".encode("utf-16-le")
    size = sum(map(len, head)) + 4 + 8 + len(name) + 4
    head += [_record(0x85, struct.pack("<IBBBB", size, 0, 0, 1, 1) + name), _record(0x0A)]
    path.write_bytes(_compound(b"".join(head) + sheet))
    return path


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _start(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1996, 0, 0x600))


def _cells(rows: Sequence[Sequence[object]], zero: datetime) -> Iterator[bytes]:
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, (date, datetime)):
                style = 2 if isinstance(value, datetime) else 1
                at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
                number = (at - zero).total_seconds() / 86400
                yield _record(0x203, struct.pack("<HHHd", row, column, style, number))
            elif isinstance(value, (int, float)):
                yield _record(0x203, struct.pack("<HHHd", row, column, 0, value))
            elif value is not None:
                text = str(value).encode("utf-16-le")
                yield _record(0x204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)


def _compound(stream: bytes) -> bytes:
    """The stream `Workbook` in a compound file: header, one sector of the table, the directory, the stream."""
    stream = stream.ljust(max(SMALLEST, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    chain = [0xFFFFFFFD, END, *range(3, count + 2), END]
    assert len(chain) <= SECTOR // 4, "one sector of the table holds no more"
    table = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, SMALLEST, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    return header + table + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    named = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return named + struct.pack("<III", FREE, FREE, child) + bytes(36) + struct.pack("<IQ", first, size)
