"""Where two assessments differ, field by field and bit for bit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """A field by its path, such as `instruments[0].total`, with what was stored and what came out again. What is only
    on one side is the word `absent` on the other."""

    field: str
    stored: Any
    replayed: Any


ABSENT = "absent"


def differences(stored: Any, replayed: Any, path: str = "") -> Iterator[Difference]:
    """Both in JSON's own types; two figures are the same where they are written alike to the last digit."""
    if isinstance(stored, dict) and isinstance(replayed, dict):
        for key, said in stored.items():  # what a later version says besides was not said then
            yield from differences(said, replayed.get(key, ABSENT), f"{path}.{key}" if path else key)
    elif isinstance(stored, list) and isinstance(replayed, list):
        for index in range(max(len(stored), len(replayed))):
            one, other = (side[index] if index < len(side) else ABSENT for side in (stored, replayed))
            yield from differences(one, other, f"{path}[{index}]")
    elif json.dumps(stored) != json.dumps(replayed):
        yield Difference(path, stored, replayed)
