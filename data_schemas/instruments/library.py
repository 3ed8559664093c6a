"""Definitions as files: read, checked, written."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from data_schemas.instruments.definition import Instrument
from runxin.errors import Problem, bad_data

PACKAGED = Path(__file__).parent / "definitions"


def parse_instrument(text: str, file: str) -> Instrument:
    """Read a definition; raises `UserError` that names every field at fault."""
    try:
        return Instrument.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise bad_data("an instrument definition is not TOML", [Problem(str(error), file=file)]) from error
    except ValidationError as error:
        raise bad_data("an instrument definition is at fault", validation_problems(error, file)) from error


def validation_problems(error: ValidationError, file: str) -> list[Problem]:
    """Each fault with the field it is in."""
    return [
        Problem(
            fault["msg"].removeprefix("Value error, "),
            file=file,
            column=".".join(str(part) for part in fault["loc"]) or None,
        )
        for fault in error.errors(include_url=False, include_input=False)
    ]


def instrument_toml(instrument: Instrument) -> str:
    """The definition as TOML text, which reads back as the same instrument."""
    content = instrument.model_dump(mode="json", exclude_defaults=True)
    return tomli_w.dumps(_text_keys(content))


def _text_keys(content: Any) -> Any:
    """The content with every key as text, which is all that TOML knows."""
    if isinstance(content, dict):
        return {str(key): _text_keys(value) for key, value in content.items()}
    return [_text_keys(value) for value in content] if isinstance(content, list) else content


def read_instruments(folder: Path) -> dict[str, Instrument]:
    """All definitions of a folder by code; raises `UserError` for a faulty or doubled one."""
    found: dict[str, Instrument] = {}
    for file in sorted(folder.glob("*.toml")):
        instrument = parse_instrument(file.read_text("utf-8"), file.name)
        if instrument.code in found:
            raise bad_data("two definitions share a code", [Problem(f"code {instrument.code!r} again", file=file.name)])
        found[instrument.code] = instrument
    return found


@cache
def packaged_instruments() -> dict[str, Instrument]:
    """The definitions that Runxin brings, by code."""
    return read_instruments(PACKAGED)


def known_instruments(folder: Path) -> dict[str, Instrument]:
    """The packaged definitions and the operator's own in `folder`, which may be absent; raises `UserError` for an own
    one that is faulty or takes a packaged one's code."""
    packaged, own = packaged_instruments(), read_instruments(folder)
    taken = sorted(set(packaged) & set(own))
    if taken:
        problems = [Problem(f"{code} is the code of a packaged definition", file=f"{code}.toml") for code in taken]
        raise bad_data("a code is taken", problems, fix="give the definition a code of its own")
    return {**packaged, **own}
