"""Structured logs that hold no personal data.

What a log line may hold: event names, counts, durations, versions, hashes, file names, table and column
names, opaque run and entry ids. What it never holds: names, student ids, answers, scores, reasons, keys.
`redact` is the last line of defence, not the first: do not pass such values in.
"""

import logging
import sys
from collections.abc import MutableMapping
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


def configure_logs(folder: Path | None = None, level: int = logging.INFO) -> None:
    """Send one JSON object a line to `folder`/runxin.log, or to stderr without a folder."""
    if folder is None:
        stream = sys.stderr
    else:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / "runxin.log").open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def get_logger(room: str) -> Any:
    return structlog.get_logger(room=room)
