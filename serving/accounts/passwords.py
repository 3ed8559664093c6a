"""Passwords: which may be set, and how they are kept.

Argon2id takes 64 MiB and some hundredths of a second by design: in the service it is done in a queue of its own
(`serving.platform.limits.WorkQueue`).
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from runxin.errors import usage
from serving.access.tokens import new_token

PASSWORD_LENGTH = 10
LONGEST = 200
LOOKED_AT = 72  # characters; the measure of how easily one is guessed grows with the square
# Guesses that a password withstands at least: 10⁸, "safely unguessable" for who cannot try fast (zxcvbn, Wheeler 2016).
STRENGTH = 3
# Words that people here begin with, beside the 30,000 commonest passwords and the names that the library knows.
LOCAL = ("runxin", "润心", "xinli", "laoshi", "xuexiao", "xuesheng", "woaini", "mima", "5201314", "1314520", "jiangsu")


def check_password(password: str, username: str) -> None:
    """Raise `UserError` (usage) for a password that is too short, too long, the username or easily guessed."""
    if len(password) < PASSWORD_LENGTH:
        raise usage(f"a password has at least {PASSWORD_LENGTH} characters")
    if len(password) > LONGEST:
        raise usage(f"a password has at most {LONGEST} characters")
    if password.casefold() == username.casefold():
        raise usage("a password is not the username")
    if zxcvbn(password[:LOOKED_AT], user_inputs=[username, *LOCAL])["score"] < STRENGTH:
        raise usage("this password is common or easily guessed", fix="take a few unrelated words in a row")


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the one that was kept. Where none was it takes as long, and the answer is no."""
    try:
        _hasher().verify(stored or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to compare with where there is none, so that an unknown name takes as long as a wrong password."""
    return _hasher().hash(new_token())
