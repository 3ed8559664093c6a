"""Write the catalogue of features into docs/features.md; with --check only say whether it is fresh."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from data_schemas.instruments import packaged_instruments
from models.features import Feature, full_catalogue

PAGE = Path(__file__).parents[1] / "docs" / "features.md"
EXAMPLE = "phq9"
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)
HEAD = ["| feature | | 中文 | English | unit | source |", "|---|---|---|---|---|---|"]


def main() -> int:
    stands = PAGE.read_text("utf-8")
    features = full_catalogue([packaged_instruments()[EXAMPLE]])
    fresh = BLOCK.sub(
        lambda found: found[1] + table(one for one in features if one.group == found[2]) + found[3], stands
    )
    if "--check" in sys.argv:
        return int(fresh != stands)
    PAGE.write_text(fresh, "utf-8")
    return 0


def table(features: Iterable[Feature]) -> str:
    rows = list(HEAD)
    for one in features:
        sign = "↑" if one.direction else "±"
        note = f" *For people: {one.kept_out}.*" if one.kept_out else ""
        cells = (f"`{one.name}`", sign, one.text.zh, f"{one.text.en}.{note}", one.unit, one.source)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
