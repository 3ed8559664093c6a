"""The one place where what a reader library throws at a damaged file becomes a sentence.

It goes around the library's own calls and nothing else: what our own code throws is a bug and keeps its traceback.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from python_calamine import CalamineError

from runxin.errors import UserError

# Readers of damaged files fail wherever they happen to be. Of a month's damaged files (`make fuzz`) these were seen, or
# stand in the libraries' own code: thrift and snappy of Parquet (OSError), members, versions and streams of archives
# (zipfile, NotImplementedError, zlib, struct, EOFError), XML (ParseError is a SyntaxError), cells and styles that
# refer to what is not there (KeyError, IndexError, TypeError, AttributeError, ValueError), depth (RecursionError).
READER_FAULTS = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, NotImplementedError, EOFError, SyntaxError),
    *(RecursionError, OverflowError, MemoryError, AssertionError),
    *(struct.error, zlib.error, zipfile.BadZipFile, pa.ArrowException, CalamineError),
)


@contextmanager
def damaged(fault: UserError) -> Iterator[None]:
    """Raises `fault` where a reader fails within."""
    try:
        yield
    except READER_FAULTS as error:
        raise fault from error
