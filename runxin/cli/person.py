"""Who sits at the terminal: an account's name and its password, asked for each time."""

import sys
from datetime import datetime

import typer

from runxin.errors import Kind, UserError, usage
from serving.access import User, check_user_can_promote_model, verify_password
from serving.store import Store


def who_decides(store: Store, username: str, from_stdin: bool, now: datetime) -> User:
    """The user who may decide which model serves; raises `UserError` (unauthenticated, refused)."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = typer.prompt(f"password of {username}", hide_input=True, err=True)
    else:
        raise usage("a password is asked for at a terminal", fix="or read from a pipe with --password-stdin")
    try:
        user = verify_password(store, username, password, now)
    except UserError as error:
        if error.kind is Kind.UNAUTHENTICATED:
            fix = "who has no password yet sets one on the account page, after signing in by a link"
            raise UserError(error.kind, error.message, fix=fix) from error
        raise
    check_user_can_promote_model(user)
    return user
