"""`runxin key`: keys for platforms."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from runxin.cli.named_schools import HELP, split_schools
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.settings import read_settings
from serving.keys import create_key, list_keys, revoke_key, verify_key
from serving.store import open_store

key_app = typer.Typer(help="Keys for platforms that use the HTTP API.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@key_app.command("create")
def create_command(
    client: Annotated[str, typer.Option(help="The platform that will hold the key.")],
    scopes: Annotated[list[str], typer.Option(help="Of score, explain, list, model, dry_run, outcomes.")],
    school: Annotated[list[str] | None, typer.Option(help=f"Only for this school; {HELP}.")] = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown this once and kept as a hash."""
    asked = [scope for text in scopes for scope in re.split(r"[,\s]+", text) if scope]
    with open_store(read_settings()) as store:
        key = create_key(store, client, asked, datetime.now(UTC), split_schools(school), operator())
        made = verify_key(store, key)
    payload = {
        "key": key,
        "key_id": made.key_id,
        "client": made.client,
        "scopes": list(made.scopes),
        "schools": None if made.schools is None else list(made.schools),
    }
    answer(payload, json, f"{key}\nshown this once; id {made.key_id}, scopes {', '.join(made.scopes)}")


@key_app.command("list")
def list_command(json: Json = False) -> None:
    """Show every key's id, client, scopes and state, never the key."""
    with open_store(read_settings()) as store:
        rows = list_keys(store)
    keys = [
        {
            "key_id": row.key_id,
            "client": row.client,
            "scopes": list(row.scopes),
            "schools": None if row.schools is None else list(row.schools),
            "created_at": row.created_at.isoformat(),
            "revoked_at": None if row.revoked_at is None else row.revoked_at.isoformat(),
        }
        for row in rows
    ]
    lines = [
        f"{row.key_id}  {row.client}  {','.join(row.scopes)}  {','.join(row.schools or ()) or 'every school'}"
        + ("  revoked" if row.revoked_at is not None else "")
        for row in rows
    ]
    answer({"keys": keys}, json, "\n".join(lines) or "no keys; runxin key create makes one")


@key_app.command("revoke")
def revoke_command(
    key_id: Annotated[str, typer.Argument(help="Its id, as `runxin key list` shows it.")], json: Json = False
) -> None:
    """End a key at once and for good."""
    with open_store(read_settings()) as store:
        revoke_key(store, key_id, datetime.now(UTC), operator())
    answer({"key_id": key_id, "revoked": True}, json, f"revoked: {key_id}")
