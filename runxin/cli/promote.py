"""`runxin promote`: make a registered version the one that serves."""

from typing import Annotated

import typer

from runxin.cli.output import answer, console
from runxin.settings import read_settings
from training.promote import promote


def promote_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The number that `runxin train` printed.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """Verify a registered version, move the alias `champion` and write the copy that serving reads."""
    settings = read_settings()
    with console.status("promoting"):
        artifact = promote(settings, version)
    manifest = artifact.manifest
    payload = {
        "version": manifest.version,
        "kind": manifest.kind,
        "data_origin": manifest.data_origin,
        "champion": str(settings.champion),
        "policy": artifact.policy.name,
    }
    text = f"version {manifest.version} ({manifest.kind}, {manifest.data_origin}) is the champion: {settings.champion}"
    if manifest.data_origin != "local":
        text += f"\nit ranks {manifest.data_origin} data only; where students are real the list goes by rules"
    answer(payload, json, text)
