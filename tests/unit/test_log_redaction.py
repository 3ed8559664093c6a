"""What must never stand in a log is taken out of every line, whatever was passed in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from runxin.logs import configure_logs, get_logger

# Written down from what a log may not hold, and not from the list that takes it out.
NEVER = ("student_id", "name", "answers", "responses", "record", "records", "value", "input")
SECRETS = ("key", "token", "password", "text")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    configure_logs(tmp_path)
    yield tmp_path / "runxin.log"
    structlog.get_config()["logger_factory"]._file.close()
    structlog.reset_defaults()


@pytest.mark.parametrize("field", [*NEVER, *SECRETS])
@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_a_private_field_is_not_written(log: Path, field: str, level: str) -> None:
    getattr(get_logger("test"), level)("happened", **{field: "S-1077-private", "rows": 3})
    (line,) = log.read_text("utf-8").splitlines()
    assert "S-1077-private" not in line
    said = json.loads(line)
    assert (said["event"], said["rows"], said[field]) == ("happened", 3, "[redacted]")


@pytest.mark.parametrize("field", [*NEVER, *SECRETS])
def test_nor_one_that_was_bound_before(log: Path, field: str) -> None:
    get_logger("test").bind(**{field: "S-1077-private"}).info("happened")
    with structlog.contextvars.bound_contextvars(**{field: "S-1077-private"}):
        get_logger("test").info("again")
    said = log.read_text("utf-8")
    assert "S-1077-private" not in said
    assert len(said.splitlines()) == 2
