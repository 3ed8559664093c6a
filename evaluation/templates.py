"""How pages and cards are written from templates: an unknown name is a bug, not a blank."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(folder: Path, *, html: bool = True) -> Environment:
    """Templates of one folder; what goes into HTML is escaped."""
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 — Markdown is not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not html,
    )
