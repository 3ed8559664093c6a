"""Whatever is sent to whichever address by whomever, the service answers and does not fail."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "scripts" / "fuzz_requests.py"


def fuzzing() -> ModuleType:
    found = importlib.util.spec_from_file_location("fuzz_requests", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_no_request_makes_it_fail(tmp_path: Path) -> None:
    script = fuzzing()
    found = asyncio.run(script.fuzz(script.Visitors(tmp_path), 250, seed=7))
    assert found["faults"] == []
    assert found["routes_that_took_one"] > 20
