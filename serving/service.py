"""The one BentoML service: platforms' API and pages under one roof, on one port."""

import os
import sys

# Both report usage to their makers unless told not to before they are imported.
os.environ["BENTOML_DO_NOT_TRACK"] = "True"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
# Where nobody has named a proxy, uvicorn would take the word of whatever asks from this machine.
os.environ.setdefault("FORWARDED_ALLOW_IPS", os.environ.get("RUNXIN_TRUSTED_PROXIES", ""))

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import bentoml
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from runxin.errors import UserError
from runxin.settings import read_settings
from serving.health.probe import Readiness

if TYPE_CHECKING:
    from serving.health.checks import Trouble

# A request that BentoML gives up on runs on in its thread and is recorded all the same: longer than any batch takes.
SECONDS_TO_ANSWER = 60
CANNOT_START = "cannot start: "  # `runxin serve` looks for it: the process that watches over us would try for ever


@asynccontextmanager
async def lifespan(shell: Starlette) -> AsyncIterator[None]:
    """Open the service in the worker that answers; the process that only watches over it loads none of it."""
    from serving.startup import open_service

    os.umask(0o077)  # what is written here is its owner's alone, however the service was started

    with ExitStack() as stack:
        try:
            # BentoML works inside the Bento's own folder: state belongs where the command was given.
            settings = read_settings(cwd=Path(os.environ.get("PWD", Path.cwd())))
            opened = stack.enter_context(open_service(settings))
        except UserError as error:
            print(f"{CANNOT_START}{error}", *error.problems, sep="; ", file=sys.stderr, flush=True)
            raise
        shell.state.opened = opened
        async with opened.app.router.lifespan_context(opened.app):
            yield


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await SHELL.state.opened.app(scope, receive, send)


SHELL = Starlette(routes=[Mount("/", app=answer)], lifespan=lifespan)


# One service only: BentoML's dependent services accept pickle. The access log and tracing would hold addresses,
# which name students, and so would BentoML's metrics (serving.health.metrics counts by route instead).
@bentoml.service(
    name="runxin",
    workers=int(os.environ.get("RUNXIN_WORKERS", "1")),
    traffic={"timeout": SECONDS_TO_ANSWER},
    http={"host": "127.0.0.1", "port": 3000},
    logging={"access": {"enabled": False}},
    metrics={"enabled": False},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(SHELL, path="/")
class Runxin:
    """Screening and triage for student mental health in schools."""


def troubles() -> "list[Trouble] | None":
    """What is wrong with the service; None where it has not been opened yet."""
    opened = getattr(SHELL.state, "opened", None)
    return None if opened is None else opened.health.troubles()


Runxin.add_asgi_middleware(Readiness, troubles=troubles)  # type: ignore[attr-defined]
