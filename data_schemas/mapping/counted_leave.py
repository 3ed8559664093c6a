"""Counts of leave without days (累计病假 3 天): which columns are such, and what can be done with them."""

import re
from collections.abc import Mapping, Sequence

from data_schemas.cells import NUMBER, Texts, without_points
from data_schemas.times_of_day import in_halves

_LEAVE = re.compile(r"[病事公丧]假|请假|旷课|旷到|缺勤|缺课|缺席|迟到|早退|absen|tard|leave|late", re.IGNORECASE)
_COUNT = re.compile(
    r"累计|合计|总计|共|天数?|次数?|节数?|课时|学时|小时|日数|数$|days?|times|count|total", re.IGNORECASE
)
WHAT_TO_DO = (
    "export the single records of leave, each with its days, or an attendance sheet 考勤表; where there are none, "
    'write a block by hand with table = "leave_totals" (until_on, window_days, days, episodes)'
)


def counted_leave(headers: Sequence[str], texts: Mapping[str, Texts]) -> list[str]:
    """The headers of columns that count leave, or lessons and times of it, and do not say on which days it was."""
    return [
        header
        for header in headers
        if _LEAVE.search(header) and (_COUNT.search(header) or _LEAVE.fullmatch(header)) and _is_count(texts[header])
    ]


def _is_count(column: Texts) -> bool:
    plain = map(without_points, column.distinct)
    return bool(column.distinct) and all(
        NUMBER.fullmatch(text) or in_halves(text) is not None or re.fullmatch(r"\d+\s*[次节]课?", text)
        for text in plain
    )
