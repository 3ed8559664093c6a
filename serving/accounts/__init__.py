"""Accounts of people: users, one-time links, passwords, sessions, and the pages to come in by."""

from serving.accounts.service import (
    PASSWORD_LENGTH,
    Account,
    change_password,
    create_link,
    create_user,
    list_accounts,
    set_password,
    sign_in,
    sign_out,
    use_link,
    user_of_session,
    verify_password,
)

__all__ = [
    "PASSWORD_LENGTH",
    "Account",
    "change_password",
    "create_link",
    "create_user",
    "list_accounts",
    "set_password",
    "sign_in",
    "sign_out",
    "use_link",
    "user_of_session",
    "verify_password",
]
