"""Who gives a command, for the audit log."""

import os
import pwd
from contextlib import suppress
from pathlib import Path

LOGIN_UID = Path("/proc/self/loginuid")  # who logged in, whoever they have become since (Linux)
NOBODY_LOGGED_IN = 2**32 - 1


def operator() -> str:
    """Who gives the command, as the audit log names them: the operating system's user, which no variable changes, and
    who had logged in where that is another (`sudo`)."""
    mine = _user_name(os.getuid())
    login = mine
    with suppress(OSError, ValueError):
        uid = int(LOGIN_UID.read_text("ascii"))
        login = mine if uid == NOBODY_LOGGED_IN else _user_name(uid)
    return f"cli:{mine}" if login == mine else f"cli:{mine} for {login}"


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
