"""Structured logs that hold no personal data.

What a log line may hold: event names, counts, durations, versions, hashes, file names, table and column
names, opaque run and entry ids. What it never holds: names, student ids, answers, scores, reasons, keys.
`redact` is the last line of defence, not the first: do not pass such values in.
"""

import logging
import sys
from collections.abc import MutableMapping
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

import structlog

PRIVATE = frozenset(
    {"student_id", "name", "answers", "responses", "record", "records"}
    | {"value", "input", "key", "token", "password", "text"}
)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every private field by a mark."""
    for field in PRIVATE & event.keys():
        event[field] = "[redacted]"
    return event


class WatchedLines:
    """A file to which each line goes in one piece. Where it was moved away, as logrotate does, or removed, the next
    line begins a new one: several processes write to one file, and none has to be told."""

    def __init__(self, path: Path) -> None:
        self._file = WatchedFileHandler(path, encoding="utf-8")

    def write(self, line: str) -> None:
        self._file.reopenIfNeeded()
        assert self._file.stream is not None
        self._file.stream.write(line)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def configure_logs(folder: Path | None = None, level: int = logging.INFO) -> None:
    """Send one JSON object a line to `folder`/runxin.log, or to stderr without a folder."""
    stream: Any = sys.stderr
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        stream = WatchedLines(folder / "runxin.log")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def get_logger(room: str) -> Any:
    return structlog.get_logger(room=room)
