"""Who calls: a platform with a key, and what the key allows."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from runxin.errors import Kind, UserError, refused
from serving.access import Client, check_client_can, client_can, verify_key
from serving.api.state import State, state_of

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A platform's key, made with `runxin key`, in the header `Authorization: Bearer KEY`. Scopes: `score` "
    "(assess and record), `explain` (values, texts and totals), `list` (the follow-up list), `model`, `dry_run`, "
    "`outcomes` (record interviews and what happened).",
)


def caller(*scopes: str) -> Callable[..., Client]:
    """A dependency: the client whose key has one of `scopes`; raises `UserError` 401 or 403."""

    def client_of(
        state: Annotated[State, Depends(state_of)],
        presented: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Client:
        if presented is None:
            raise UserError(Kind.UNAUTHENTICATED, "a key is needed", fix="send the header Authorization: Bearer KEY")
        client = verify_key(state.store, presented.credentials)
        if not any(client_can(client, scope) for scope in scopes):
            check_client_can(client, scopes[0])
        return client

    return client_of


def check_school(client: Client, *schools: str | None) -> None:
    """Raise `UserError` (refused) where the key does not hold for one of the schools; None is no school."""
    allowed = client.schools
    if allowed is not None and any(school not in allowed for school in schools if school is not None):
        raise refused("this key does not hold for that school")
