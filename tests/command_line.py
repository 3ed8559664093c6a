"""The command line as tests call it."""

import json
from typing import Any

import pytest

from runxin.cli.main import run


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """What a verb says with `--json`, ending with the exit code `code`."""
    capsys.readouterr()
    assert run([*arguments, "--json"]) == code
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(found, dict)
    return found
