"""What a verb says: its answer on stdout, everything else on stderr."""

import json
from typing import Any

from rich.console import Console

console = Console(stderr=True)


def answer(payload: dict[str, Any], json_wanted: bool, text: str) -> None:
    """Print `payload` as one JSON line where it is wanted, else `text`."""
    print(json.dumps(payload, ensure_ascii=False, allow_nan=False) if json_wanted else text)
