"""Write the vocabulary of `data_schemas/codes.py` into docs/glossary.md; with --check only say whether it is fresh."""

import re
import sys
from pathlib import Path

from data_schemas import codes

GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
BLOCK = re.compile(r"(<!-- codes -->\n).*(<!-- end of codes -->)", re.DOTALL)
TITLES = {
    "Tier": "等级 Tiers",
    "Stage": "学段 Stages",
    "Sex": "性别 Sex",
    "Answer": "取值 Values of a flag",
    "DutyRole": "值班角色 Roles on a duty roster",
    "Respondent": "填答人 Respondents",
    "ScoreUnit": "计分单位 Units of a total",
    "LeaveType": "请假类型 Types of leave",
    "LeaveReason": "请假原因 Reasons of leave",
    "FamilyFlag": "家庭情况 Family circumstances",
    "Concern": "关注线索 Concerns",
    "Source": "来源 Sources",
    "OutcomeKind": "结局类型 Kinds of outcomes",
    "Selection": "入选原因 Why a student was interviewed",
    "Contacted": "联系对象 Who was contacted",
    "ConsentScope": "同意范围 Scopes of consent",
}


def vocabulary() -> str:
    """Every code with its names, a table for each enumeration."""
    parts = []
    for kind in codes.Code.__subclasses__():
        if kind.__module__ == codes.__name__:
            rows = [f"| `{member.code}` | {member.zh} | {member.en} |" for member in kind]
            parts.append(
                "\n".join([f"### {TITLES[kind.__name__]}", "", "| code | 中文 | English |", "|---|---|---|", *rows])
            )
    return "\n" + "\n\n".join(parts) + "\n\n"


def main() -> int:
    stands = GLOSSARY.read_text("utf-8")
    fresh = BLOCK.sub(lambda found: found[1] + vocabulary() + found[2], stands)
    if "--check" in sys.argv:
        return int(fresh != stands)
    GLOSSARY.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
