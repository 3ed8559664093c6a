"""`runxin extract`: a pseudonymised training extract of what the store keeps."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from runxin.cli.named_schools import school_to_read
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.extract import Pseudonyms, kept_key, make_extract, new_key, write_extract
from serving.store import open_store

WHY = {
    "no_consent_to_training": "no consent to model training stands",
    "of_another_make": "last screened with other tables, questionnaires or features",
    "group_too_small": "in a group of fewer than k",
}
DROPPED = {"class_id": "class", "boarding": "boarding"}


def extract_command(
    out: Annotated[Path, typer.Option(help="A folder that is absent or empty.")],
    reason: Annotated[str, typer.Option(help="Why individual records are read; goes to the trail. No names.")],
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    k: Annotated[int, typer.Option(min=1, help="The smallest group of school, grade, sex and boarding.")] = 5,
    new_key_: Annotated[
        bool, typer.Option("--new-key", help="A key that is thrown away: no extract can be joined to this one.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Write a dataset for training without names, ids, free text or days of birth, of those who agreed to it."""
    settings, now = read_settings(), datetime.now(UTC)
    with open_store(settings) as store:
        names = Pseudonyms(new_key() if new_key_ else kept_key(settings.extract_key))
        made = make_extract(store, now, operator(), reason, names, k, school_to_read(store, school))
    facts = write_extract(made, out, now.date())
    payload = {"out": str(out), "key": "thrown away" if new_key_ else "kept", **facts}
    answer(payload, json, _text(payload))


def _text(said: dict[str, Any]) -> str:
    given_up = ", ".join(DROPPED[name] for name in said["dropped"])
    lines = [
        f"{how_many(said['students'], 'student')} written to {said['out']}; "
        f"the smallest group has {said['smallest_group']}",
        f"index dates: {', '.join(said['index_dates'])}",
        *([f"given up to make groups of {said['k']}: {given_up}"] if given_up else []),
        *(f"left out: {n}, {WHY[why]}" for why, n in said["left_out"].items() if n),
        *([f"too recent to learn from: {', '.join(said['too_recent'])}"] if said["too_recent"] else []),
        "ids are keyed hashes; dates are as they were. Pseudonymous data are personal data: keep them as such",
        *(["the key is thrown away"] if said["key"] == "thrown away" else []),
    ]
    return "\n".join(lines)
