"""Who calls the API: a platform with a key, and what the key allows."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from runxin.errors import Kind, UserError
from runxin.logs import get_logger
from serving.access import Client, check_client_can, client_can
from serving.platform.rates import Rates
from serving.platform.state import State, state_of

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A platform's key, made with `runxin key`, in the header `Authorization: Bearer KEY`. Scopes: `score` "
    "(assess and record), `explain` (values, texts and totals), `list` (the follow-up list), `model`, `dry_run`, "
    "`outcomes` (record interviews and what happened), `events` (record what happened, beside what is on record), "
    "`changes` (what has changed since), `prompts` (told that somebody waits).",
)


def caller(*scopes: str) -> Callable[..., Client]:
    """A dependency: the client whose key has one of `scopes`; raises `UserError` 401 or 403, and 429 where the
    key asks too often, or its address has sent too many invalid keys."""

    def client_of(
        request: Request,
        state: Annotated[State, Depends(state_of)],
        presented: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Client:
        if presented is None:
            raise UserError(Kind.UNAUTHENTICATED, "a key is needed", fix="send the header Authorization: Bearer KEY")
        rates: Rates = request.app.state.rates
        address = request.client.host if request.client is not None else ""
        try:
            client: Client = request.app.state.client_of(state.store, presented.credentials, state.clock())
        except UserError as error:
            if error.kind is Kind.UNAUTHENTICATED:
                get_logger("api").warning("wrong_key")
                rates.wrong_key(address)
            raise
        rates.asked(client.key_id, client.per_minute)
        if not any(client_can(client, scope) for scope in scopes):
            check_client_can(client, scopes[0])
        return client

    return client_of
