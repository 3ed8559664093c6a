"""`runxin encryption`: the keys with which names, notes and contacts are kept."""

from typing import Annotated

import typer

from runxin.cli.output import answer
from runxin.errors import how_many
from runxin.settings import read_settings
from serving.store import open_store, reseal_store
from serving.store.sealing import add_key

encryption_app = typer.Typer(no_args_is_help=True, help="The keys with which names, notes and contacts are kept.")
JSON = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@encryption_app.command("rotate")
def rotate(json: JSON = False) -> None:
    """Make a new key, put it first in the key file, and encrypt everything with it; old keys stay for old backups."""
    settings = read_settings()
    with open_store(settings):
        name = add_key(settings)
    with open_store(settings) as store:
        count = reseal_store(store)
    answer(
        {"key": name, "resealed": count},
        json,
        f"key {name}: {how_many(count, 'value')} encrypted anew; keep a copy of the file",
    )


@encryption_app.command("reseal")
def reseal(json: JSON = False) -> None:
    """Encrypt everything with the first of the keys, where it was put there by hand or in the environment."""
    with open_store(read_settings()) as store:
        count = reseal_store(store)
    answer({"resealed": count}, json, f"{how_many(count, 'value')} encrypted anew")
