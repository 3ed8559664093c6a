"""Who sits at the terminal: an account's name and its password, asked for each time."""

import sys
from datetime import datetime

import typer

from runxin.errors import Kind, UserError, usage
from serving.access import Action, User, check_may
from serving.accounts import verify_password
from serving.store import Store


def who_decides(store: Store, username: str, from_stdin: bool, now: datetime) -> User:
    """The user who may decide which model serves; raises `UserError` (unauthenticated, refused)."""
    password = typed_password(f"password of {username}", from_stdin)
    try:
        user = verify_password(store, username, password, now)
    except UserError as error:
        if error.kind is Kind.UNAUTHENTICATED:
            fix = "who has no password yet sets one: runxin user password --link LINK, or on the account page"
            raise UserError(error.kind, error.message, fix=fix) from error
        raise
    check_may(user, Action.PROMOTE_MODEL)
    return user


def typed_password(prompt: str, from_stdin: bool, twice: bool = False) -> str:
    """A password from the terminal, unseen, or the first line of a pipe; raises `UserError` where there is neither."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise usage("a password is asked for at a terminal", fix="or read from a pipe with --password-stdin")
    typed: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True)
    return typed
