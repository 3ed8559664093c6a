"""Source files as rows of raw cells, told apart from what their names say by their first bytes; text and SPSS files."""

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_schemas.archives import MOST_CELLS
from data_schemas.reader_faults import damaged
from runxin.errors import Problem, UserError, bad_data

TEXTS = (".csv", ".txt", ".tsv")
ZIPPED = (".xlsx", ".xlsm", ".ods")
WORKBOOKS = (*ZIPPED, ".xls")
SPSS = ".sav"
SUFFIXES = (*TEXTS, *WORKBOOKS, SPSS, ".parquet")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
OLD = b"\xd0\xcf\x11\xe0"  # a workbook of before 2007, or one of today with a password
PACKED = b"$FL3"  # an SPSS file of today
PEEK = 10  # rows looked at for a header
Record = Sequence[object]


def fault_of(path: Path, what: str, fix: str, row: int | None = None) -> UserError:
    """That a file cannot be read, and what to do."""
    return bad_data(f"{path.name} cannot be read", [Problem(what, file=path.name, row=row, fix=fix)])


def refuse_disguise(path: Path, content: bytes) -> None:
    """Raises `UserError` where a file is not what its suffix says, or of no kind that is read."""
    suffix = path.suffix.lower()
    if content.startswith(OLD) and suffix != ".xls":
        what = "this is an old .xls workbook or one with a password, whatever its name says"
        raise fault_of(path, what, "open it and save it as .xlsx without a password, or name it .xls if it is one")
    if suffix not in SUFFIXES:
        raise fault_of(path, "not a kind of file that is read", f"use one of {', '.join(SUFFIXES)}")
    if not content.strip():
        raise fault_of(path, "the file is empty", "export it again")
    if content.lstrip()[:1] == b"<":
        what = "this is a web page or XML, whatever its name says"
        raise fault_of(path, what, "open it in a spreadsheet program and save it as .xlsx")
    zipped = content.startswith(b"PK\x03\x04")
    if suffix == ".xls" and not content.startswith(OLD):
        raise fault_of(path, "this is no .xls workbook", "give it the suffix it has, such as .xlsx or .csv")
    if suffix in ZIPPED and not zipped:
        raise fault_of(
            path, f"this is not an {suffix} workbook", "save it as .xlsx, or give it the suffix it has, such as .csv"
        )
    if suffix == ".parquet" and not content.startswith(b"PAR1"):
        raise fault_of(path, "this is not a Parquet file", "give it the suffix it has")
    if suffix == SPSS and not content.startswith((b"$FL2", b"$FL3")):
        raise fault_of(path, "this is no SPSS file", "give it the suffix it has, or export it again as .sav")
    if suffix in TEXTS:
        if zipped or content.startswith(b"PAR1"):
            what = "this is a workbook or an archive, not text" if zipped else "this is a Parquet file, not text"
            raise fault_of(path, what, "give it the suffix it has, .xlsx or .parquet")
        if not content.startswith(UTF16) and b"\x00" in content[:4096]:
            what = "the file is in UTF-16 without its mark, or holds binary data"
            raise fault_of(path, what, "save it as CSV UTF-8")


def delimited(path: Path, content: bytes, header_row: int | None) -> Iterator[Record]:
    """Rows of a text file in UTF-8, GB18030 or marked UTF-16 (Excel's Unicode text). The delimiter is the commonest of
    the header, or of the first rows."""
    try:
        text = content.decode("utf-16" if content.startswith(UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise fault_of(path, "the text is neither UTF-8 nor GB18030 nor UTF-16", "save it as CSV UTF-8") from None
    first = [line for _, line in zip(range(header_row or PEEK), io.StringIO(text), strict=False)]
    head = first[-1] if header_row else "".join(first)
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        raise fault_of(path, "a quotation mark is not closed", "mend the quotes", row=reader.line_num) from None


def spss_rows(path: Path) -> Iterator[Record]:
    """The rows of an SPSS file, the names of its variables first. A value that has a label is the label, as the person
    who answered saw it; values declared missing are blank."""
    import pyreadstat  # it takes a while, and few exports need it

    # The reader makes room for as many rows as the file says it has; packed ones are hardly a thousand to a byte.
    rows = path.stat().st_size * (1000 if path.read_bytes()[:4] == PACKED else 1)
    rows = min(rows, MOST_CELLS // PEEK)
    with damaged(fault_of(path, "the SPSS file is damaged", "export it again")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a name that stands twice, and is made another one
                columns, about = pyreadstat.read_sav(
                    path, output_format="dict", row_limit=min(rows, MOST_CELLS // PEEK)
                )
        except (pyreadstat.ReadstatError, Warning) as error:
            raise ValueError(str(error)) from error
        labels = about.variable_value_labels
        read = [[labels.get(name, {}).get(one, one) for one in columns[name]] for name in about.column_names]
    yield about.column_names
    yield from zip(*read, strict=True)
