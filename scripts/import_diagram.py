"""Draw the layers of the import contract into docs/architecture.md; with --check, fail where the drawing is stale."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BLOCK = re.compile(r"(?<=```mermaid\n).*?(?=```)", re.DOTALL)


def diagram() -> str:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    boxes = [f'    layer{place}["{layer}"]\n' for place, layer in enumerate(layers)]
    arrows = [f"    layer{place} --> layer{place + 1}\n" for place in range(len(layers) - 1)]
    return "".join(["flowchart TD\n", *boxes, *arrows])


def main() -> int:
    before = PAGE.read_text("utf-8")
    after = BLOCK.sub(lambda _: diagram(), before)
    if "--check" in sys.argv:
        return int(before != after)
    PAGE.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
