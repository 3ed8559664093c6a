"""`runxin webhook`: addresses of platforms that are told what changes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.errors import usage
from runxin.settings import read_settings
from serving.changes.webhooks import add_webhook, remove_webhook, replay_webhook, webhook_states
from serving.store import open_store

webhook_app = typer.Typer(help="Addresses of platforms that are told what changes.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
WebhookId = Annotated[str, typer.Argument(help="The webhook's id, as `runxin webhook list` shows it.")]


@webhook_app.command("add")
def add_command(
    url: Annotated[str, typer.Argument(help="The https address that messages are posted to.")],
    key: Annotated[str, typer.Option(help="The id of the key whose schools it is told of; it has the scope changes.")],
    secret_file: Annotated[
        Path | None, typer.Option(help="A file with the shared secret; left out, one is made and shown this once.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="The address may lie in a private network or on this machine.")
    ] = False,
    json: Json = False,
) -> None:
    """Have an address told of what changes from now on: signed messages of ids and codes."""
    secret = None if secret_file is None else _secret(secret_file)
    with open_store(read_settings()) as store:
        hook = add_webhook(store, key, url, datetime.now(UTC), operator(), private=private, secret=secret)
    made = {} if secret is not None else {"secret": hook.secret}
    said = f"{hook.secret}\nthe secret, shown this once; the webhook's id is " if made else "the webhook's id is "
    answer({"webhook_id": hook.webhook_id, "key_id": hook.key_id, **made}, json, said + hook.webhook_id)


@webhook_app.command("list")
def list_command(json: Json = False) -> None:
    """Show every webhook, and how its messages of the last month stand."""
    with open_store(read_settings()) as store:
        found = webhook_states(store, datetime.now(UTC))
    rows = [
        {
            "webhook_id": one.hook.webhook_id,
            "key_id": one.hook.key_id,
            "tells": one.tells,
            "sent": one.sent,
            "waits": one.waits,
            "given_up": one.given_up,
            "failed": one.failed,
        }
        for one in found
    ]
    lines = [
        f"{row['webhook_id']}  key {row['key_id']}{'' if row['tells'] else ' (over)'}  sent {row['sent']}, "
        f"waits {row['waits']}, given up {row['given_up']}" + (f" ({row['failed']})" if row["failed"] else "")
        for row in rows
    ]
    answer({"webhooks": rows}, json, "\n".join(lines) or "no webhooks")


@webhook_app.command("remove")
def remove_command(webhook_id: WebhookId, json: Json = False) -> None:
    """Tell an address no more."""
    with open_store(read_settings()) as store:
        remove_webhook(store, webhook_id, datetime.now(UTC), operator())
    answer({"webhook_id": webhook_id}, json, f"{webhook_id} is told no more")


@webhook_app.command("replay")
def replay_command(webhook_id: WebhookId, json: Json = False) -> None:
    """Send once more what was given up after its last try."""
    with open_store(read_settings()) as store:
        count = replay_webhook(store, webhook_id, datetime.now(UTC), operator())
    answer({"webhook_id": webhook_id, "messages": count}, json, f"messages that are sent once more: {count}")


def _secret(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise usage(f"the secret cannot be read from {file.name}") from error
