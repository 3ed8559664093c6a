"""`runxin key`: keys for platforms."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from runxin.cli.named_schools import HELP, split_schools
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.settings import read_settings
from serving.keys import KeyRow, create_key, key_id_of, list_keys, revoke_key, rotate_key
from serving.store import Store, open_store

key_app = typer.Typer(help="Keys for platforms that use the HTTP API.", no_args_is_help=True)
DAYS, OVERLAP = 365, 14
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@key_app.command("create")
def create_command(
    client: Annotated[str, typer.Option(help="The platform that will hold the key.")],
    scopes: Annotated[
        list[str], typer.Option(help="Of score, explain, list, model, dry_run, outcomes, events, changes, prompts.")
    ],
    school: Annotated[list[str] | None, typer.Option(help=f"Only for this school; {HELP}.")] = None,
    days: Annotated[int, typer.Option(min=0, help="Days until it ends; 0 for never.")] = DAYS,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Requests a minute; what docs/api.md says if left out.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown this once and kept as a hash."""
    asked = [scope for text in scopes for scope in re.split(r"[,\s]+", text) if scope]
    with open_store(read_settings()) as store:
        now, whose = datetime.now(UTC), (split_schools(school), operator())
        key = create_key(store, client, asked, now, *whose, lasts=_lasts(days), per_minute=per_minute)
        _tell(store, key, json)


@key_app.command("rotate")
def rotate_command(
    key_id: Annotated[str, typer.Argument(help="The old key's id, as `runxin key list` shows it.")],
    overlap_days: Annotated[int, typer.Option(min=0, help="Days for which the old one holds beside it.")] = OVERLAP,
    days: Annotated[int, typer.Option(min=0, help="Days until the new one ends; 0 for never.")] = DAYS,
    json: Json = False,
) -> None:
    """Make a key in the place of another: the same client, scopes and schools. The old one ends after the overlap."""
    with open_store(read_settings()) as store:
        overlap = timedelta(days=overlap_days)
        key = rotate_key(store, key_id, datetime.now(UTC), overlap, operator(), lasts=_lasts(days))
        _tell(store, key, json)


def _lasts(days: int) -> timedelta | None:
    return timedelta(days=days) if days else None


def _tell(store: Store, key: str, json: bool) -> None:
    """Show a new key, this once."""
    made = next(row for row in list_keys(store) if row.key_id == key_id_of(key))
    payload = {"key": key, **_payload(made)}
    ends = f", until {made.expires_at:%Y-%m-%d}" if made.expires_at is not None else ""
    answer(payload, json, f"{key}\nshown this once; id {made.key_id}, scopes {', '.join(made.scopes)}{ends}")


def _payload(row: KeyRow) -> dict[str, Any]:
    times = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        "key_id": row.key_id,
        "client": row.client,
        "scopes": list(row.scopes),
        "schools": None if row.schools is None else list(row.schools),
        "replaces": row.replaces,
        "per_minute": row.per_minute,
        **{name: None if getattr(row, name) is None else getattr(row, name).isoformat() for name in times},
    }


@key_app.command("list")
def list_command(json: Json = False) -> None:
    """Show every key's id, client, scopes and state, never the key."""
    with open_store(read_settings()) as store:
        rows = list_keys(store)
    lines = [
        f"{row.key_id}  {row.client}  {','.join(row.scopes)}  {','.join(row.schools or ()) or 'every school'}"
        f"  {_state(row)}"
        for row in rows
    ]
    answer({"keys": [_payload(row) for row in rows]}, json, "\n".join(lines) or "no keys; runxin key create makes one")


def _state(row: KeyRow) -> str:
    """Until when it holds, and when it was used last, to the hour."""
    used = "never used" if row.last_used_at is None else f"used {row.last_used_at:%Y-%m-%d %H:00} UTC"
    if row.revoked_at is not None:
        return f"revoked, {used}"
    if row.expires_at is None:
        return used
    over = row.expires_at <= datetime.now(UTC)
    return f"{'ended' if over else 'until'} {row.expires_at:%Y-%m-%d}, {used}"


@key_app.command("revoke")
def revoke_command(
    key_id: Annotated[str, typer.Argument(help="Its id, as `runxin key list` shows it.")], json: Json = False
) -> None:
    """End a key at once and for good."""
    with open_store(read_settings()) as store:
        revoke_key(store, key_id, datetime.now(UTC), operator())
    answer({"key_id": key_id, "revoked": True}, json, f"revoked: {key_id}")
