"""`runxin user`: accounts for the pages."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from runxin.cli.named_schools import HELP, split_schools
from runxin.cli.operator import operator
from runxin.cli.output import answer
from runxin.cli.person import typed_password
from runxin.settings import Settings, read_settings
from serving.accounts import (
    check_password,
    create_link,
    create_user,
    disable_account,
    drop,
    enable_account,
    end_sessions,
    link_address,
    list_accounts,
    move_account,
    set_password,
    use_link,
    whose_link,
)
from serving.store import open_store

user_app = typer.Typer(help="Accounts for the pages.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


@user_app.command("create")
def create_command(
    username: Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")],
    role: Annotated[str, typer.Option(help="counselor, principal, bureau or administrator.")],
    school: Annotated[
        list[str] | None, typer.Option(help=f"A school of the counselor's or principal's; {HELP}.")
    ] = None,
    json: Json = False,
) -> None:
    """Make an account and a link that signs in once within 24 hours; there is no first password."""
    settings, now = read_settings(), datetime.now(UTC)
    with open_store(settings) as store:
        user = create_user(store, username, role, split_schools(school), now, operator())
        link = _url(settings, create_link(store, username, now, operator()))
    payload = {"username": user.username, "role": user.role.code, "schools": list(user.schools), "link": link}
    answer(payload, json, f"{link}\nsigns in once within 24 hours")


@user_app.command("link")
def link_command(
    username: Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")], json: Json = False
) -> None:
    """Make a new one-time link for a user; earlier unused ones are void."""
    settings = read_settings()
    with open_store(settings) as store:
        link = _url(settings, create_link(store, username, datetime.now(UTC), operator()))
    answer({"username": username, "link": link}, json, f"{link}\nsigns in once within 24 hours")


@user_app.command("password")
def password_command(
    link: Annotated[str, typer.Option(metavar="LINK", help="Your one-time link, whole or from `link=` on.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from a pipe.")] = False,
    json: Json = False,
) -> None:
    """Set your password by your one-time link, as on the account page; the link is used up and all sessions end."""
    password, now = typed_password("new password", password_stdin, twice=True), datetime.now(UTC)
    token = link.rpartition("link=")[2].strip()
    with open_store(read_settings()) as store:
        check_password(password, whose_link(store, token, now) or "")  # before the link is used up
        user, _ = use_link(store, token, now)
        set_password(store, user.username, password, now)
    answer({"username": user.username, "has_password": True}, json, f"{user.username} has a new password")


@user_app.command("move")
def move_command(
    username: Name,
    role: Annotated[str, typer.Option(help="counselor, principal, bureau or administrator.")],
    school: Annotated[list[str] | None, typer.Option(help=f"All schools of the account from now on; {HELP}.")] = None,
    json: Json = False,
) -> None:
    """Give an account another role or other schools; it holds at once, in open sessions too."""
    schools = split_schools(school)
    with open_store(read_settings()) as store:
        move_account(store, username, role, schools, datetime.now(UTC), operator())
    answer({"username": username, "role": role, "schools": list(schools)}, json, f"{username} is {role} now")


@user_app.command("disable")
def disable_command(username: Name, json: Json = False) -> None:
    """Let a leaver in no more: sessions, links and known browsers end at once."""
    with open_store(read_settings()) as store:
        disable_account(store, username, datetime.now(UTC), operator())
    answer({"username": username, "disabled": True}, json, f"disabled: {username}")


@user_app.command("enable")
def enable_command(username: Name, json: Json = False) -> None:
    """Let a disabled account in again."""
    with open_store(read_settings()) as store:
        enable_account(store, username, datetime.now(UTC), operator())
    answer({"username": username, "disabled": False}, json, f"enabled: {username}")


@user_app.command("end-sessions")
def end_sessions_command(username: Name, json: Json = False) -> None:
    """Sign an account out everywhere, and forget the browsers that know it."""
    with open_store(read_settings()) as store:
        end_sessions(store, username, datetime.now(UTC), operator())
    answer({"username": username, "sessions": 0}, json, f"signed out everywhere: {username}")


@user_app.command("reset-code")
def reset_code_command(username: Name, json: Json = False) -> None:
    """Turn off the two-step sign-in of who has lost the telephone and the recovery codes."""
    with open_store(read_settings()) as store:
        drop(store, username, datetime.now(UTC), operator())
    answer({"username": username, "second_factor": False}, json, f"no code is asked of {username} any more")


@user_app.command("list")
def list_command(json: Json = False) -> None:
    """Show every account."""
    with open_store(read_settings()) as store:
        rows = list_accounts(store)
    users = [
        {
            "username": row.username,
            "role": row.role,
            "schools": list(row.schools),
            "has_password": row.has_password,
            "disabled": row.disabled,
            "created_at": row.created_at.isoformat(),
        }
        for row in rows
    ]
    lines = [
        f"{row.username}  {row.role}  {','.join(row.schools)}" + ("  disabled" if row.disabled else "") for row in rows
    ]
    answer({"users": users}, json, "\n".join(lines) or "no users; runxin user create makes one")


def _url(settings: Settings, token: str) -> str:
    return link_address(settings.public_url, token)
