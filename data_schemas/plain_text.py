"""Text that stays text in a spreadsheet program: no cell that Runxin writes becomes a formula there."""

import pandas as pd

# What Excel and LibreOffice take for a formula at the start of a cell of a CSV file (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK = "'"


def plain(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet program would calculate it, or where `unmarked` would take an
    apostrophe of its own for ours. A carriage return, which would begin a row of its own, becomes a line break."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return MARK + text if text.startswith(FORMULA) or _marked(text) else text


def unmarked(text: str) -> str:
    """The text that `plain` was given, with its line breaks as line feeds."""
    return text[len(MARK) :] if _marked(text) else text


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every text plain; numbers and days are none."""
    made = frame.copy()
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name]) or frame[name].dtype == object:
            made[name] = frame[name].map(lambda one: plain(one) if isinstance(one, str) else one)
    return made


def _marked(text: str) -> bool:
    return text.startswith(MARK) and (text[1:].startswith(FORMULA) or _marked(text[1:]))
