"""Accounts of people: users, ways in, sessions, second factors, and what two administrators decide together."""

from serving.accounts.passwords import PASSWORD_LENGTH, check_password
from serving.accounts.requests import ask_create, ask_enable, ask_link, ask_move, decide, list_requests
from serving.accounts.second_factor import drop, has_second_factor
from serving.accounts.service import (
    Account,
    change_password,
    create_link,
    create_user,
    disable_account,
    enable_account,
    end_sessions,
    find_account,
    link_address,
    list_accounts,
    move_account,
    open_sessions,
    set_password,
)
from serving.accounts.store.requests import AccountRequest
from serving.accounts.ways_in import (
    Visitor,
    session_of,
    sign_in,
    sign_out,
    use_link,
    user_of_session,
    verify_password,
    whose_link,
)

__all__ = [
    "PASSWORD_LENGTH",
    "Account",
    "AccountRequest",
    "Visitor",
    "ask_create",
    "ask_enable",
    "ask_link",
    "ask_move",
    "change_password",
    "check_password",
    "create_link",
    "create_user",
    "decide",
    "disable_account",
    "drop",
    "enable_account",
    "end_sessions",
    "find_account",
    "has_second_factor",
    "link_address",
    "list_accounts",
    "list_requests",
    "move_account",
    "open_sessions",
    "session_of",
    "set_password",
    "sign_in",
    "sign_out",
    "use_link",
    "user_of_session",
    "verify_password",
    "whose_link",
]
