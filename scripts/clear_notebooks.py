"""Clear the notebooks of `examples/notebooks` of what a run or an editor left in them, so that a change can be read.

python scripts/clear_notebooks.py [--check]
"""

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cleared(text: str) -> str:
    """The same cells without outputs, counts and metadata, a line of JSON for each line of code."""
    content: dict[str, Any] = json.loads(text)
    for cell in content["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
    content["metadata"] = METADATA
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    files = {file: file.read_text("utf-8") for file in sorted(FOLDER.glob("*.ipynb"))}
    stale = {file: cleared(text) for file, text in files.items() if cleared(text) != text}
    if "--check" in sys.argv:
        sys.exit(f"to be cleared: {', '.join(file.name for file in stale)}" if stale else 0)
    for file, text in stale.items():
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
