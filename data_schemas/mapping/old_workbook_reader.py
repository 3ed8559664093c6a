"""Run as a program of its own: a workbook on stdin becomes lines of JSON on stdout, a sheet each.

The reader of .xls and .ods believes what a file says of its size: one damaged number asks for more memory than any
machine has, and the process ends there. Here it is a small process that ends, within limits on memory and time. Windows
has no such limits for a process to set itself: there the caller's clock alone ends it.
"""

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY, SECONDS = 2 * 2**30, 120
PASSWORD = 3  # the exit code that says that there is one


def main() -> int:
    _limit_oneself()
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    except PasswordError:
        return PASSWORD
    for about in book.sheets_metadata:
        if about.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(about.name)
            told = {
                "name": about.name,
                "hidden": about.visible != SheetVisibleEnum.Visible,
                "merged": sheet.merged_cell_ranges or [],
                "rows": [[_told(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)],
            }
            print(json.dumps(told))
    return 0


def _limit_oneself() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _told(cell: Any) -> Any:
    """A cell as JSON has it: a day, a time or a length as a pair of its kind and its text."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, (date, time)):
        return [type(cell).__name__, cell.isoformat()]
    return ["timedelta", cell.total_seconds()] if isinstance(cell, timedelta) else cell


if __name__ == "__main__":
    sys.exit(main())
