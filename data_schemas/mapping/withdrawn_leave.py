"""Leave that was asked for and then withdrawn, refused or shortened: a column that says so must be read."""

import re
from collections.abc import Iterator, Mapping, Sequence

from data_schemas.mapping.fit import Step
from data_schemas.mapping.sheet import Sheet
from data_schemas.tables import TABLES
from runxin.errors import Problem

LEAVES = TABLES["leaves"].name
_DECISION = re.compile(
    r"(审批|审核|申请|请假|流程|单据)(状态|结果)|撤销|撤回|作废|是否取消|approval.?(status|result)", re.IGNORECASE
)
_RETURN = re.compile(r"销假|实际(结束|返校|到校|返回)|actual.?(end|return)", re.IGNORECASE)
_PART = re.compile(r"时段|午别|上午.?下午|上下午|half.?day", re.IGNORECASE)


def unread_decisions(steps: Sequence[Step], sheets: Mapping[str, Sequence[Sheet]]) -> Iterator[Problem]:
    """Headers of files of leave that seem to say which leave was not taken, when a student was back, or which part of
    a day it took, and that the mapping does not read."""
    for role in dict.fromkeys(step.role for step in steps if step.table.name == LEAVES):
        for sheet in sheets[role]:
            read = set(sheet.found.values())
            for header in sheet.headers:
                if header in read:
                    continue
                if _DECISION.search(header):
                    what = "this column seems to say which leave was refused or withdrawn, and nothing reads it"
                    fix = 'name what counts in the block: where = [{ column = …, one_of = ["已通过", …] }]'
                    yield Problem(what, sheet.file, column=header, fix=fix)
                elif _RETURN.search(header):
                    what = "this column seems to say when a student was back, and nothing reads it"
                    fix = "read it as end_on where it is filled in; the end that was asked for may be later"
                    yield Problem(what, sheet.file, column=header, fix=fix)
                elif _PART.search(header):
                    what = "this column seems to say which part of a day the leave took, and nothing reads it"
                    fix = 'read it: half_days = { column = …, values = { "上午" = 1, "下午" = 1, "全天" = 2 } }'
                    yield Problem(what, sheet.file, column=header, fix=fix)
