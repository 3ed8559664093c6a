"""The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes for who has lost it."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno

from runxin.errors import Kind, UserError, refused, usage
from serving.access.tokens import hash_token
from serving.accounts.store.factors import (
    count_recovery_codes,
    find_factor,
    propose_factor,
    put_in_force,
    remove_factor,
    use_recovery_code,
    use_step,
)
from serving.accounts.store.tries import Bucket, forgive, reserve_try
from serving.store import AuditEvent, Store

STEP_SECONDS = 30
DRIFT = 1  # steps by which the telephone's clock may differ, in either direction
RECOVERY_CODES = 10
RECOVERY_BYTES = 8  # 64 random bits, so that a hash suffices to keep them
FAILURES = 5
ISSUER = "Runxin"
WRONG = "this code is wrong, or was used before"


@dataclass(frozen=True)
class Proposal:
    """What an authenticator needs: the secret as text, and as a picture (SVG) to be photographed."""

    secret: str
    picture: str


def has_second_factor(store: Store, username: str) -> bool:
    """Whether a code is asked for at each sign-in."""
    found = find_factor(store, username)
    return found is not None and found.confirmed_at is not None


def recovery_codes_left(store: Store, username: str) -> int:
    return count_recovery_codes(store, username)


def propose(store: Store, username: str) -> Proposal:
    """A secret for an authenticator; it is not in force before a code has shown that it arrived. Until then the same
    one is proposed again. Raises `UserError` (usage) where a factor is in force."""
    found = find_factor(store, username)
    if found is not None and found.confirmed_at is not None:
        raise usage("there is a second factor already", fix="remove it first")
    secret = found.secret if found is not None else pyotp.random_base32()
    if found is None:
        propose_factor(store, username, secret)
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    picture = segno.make(address).svg_inline(scale=4, light="white", svgclass=None, lineclass=None)
    return Proposal(secret, picture)


def accept(store: Store, username: str, code: str, now: datetime) -> tuple[str, ...]:
    """Put the proposed factor in force by its first code; the recovery codes, which are kept nowhere. Raises
    `UserError` (unauthenticated) for a wrong code."""
    found = find_factor(store, username)
    step = None if found is None or found.confirmed_at is not None else _step_of(found.secret, code, now)
    if step is None:
        raise UserError(Kind.UNAUTHENTICATED, WRONG)
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    hashes = [hash_token(_plain(one)) for one in codes]
    put_in_force(store, username, step, hashes, AuditEvent(now, username, "second_factor.set", object_id=username))
    return codes


def check_code(store: Store, username: str, code: str, now: datetime) -> None:
    """Use a code of the authenticator, or a recovery code, once. Raises `UserError`: unauthenticated for a wrong one,
    refused where too many were wrong. Only who knows the password comes here, so that nobody is kept out by others."""
    bucket = Bucket.of(FAILURES, "code", username)
    if not reserve_try(store, [bucket], now):
        raise refused("too many failed attempts", fix="wait, longer after each one")
    if not _is_right(store, username, code, now):
        raise UserError(Kind.UNAUTHENTICATED, WRONG)
    with store.writing() as connection:
        forgive(connection, [bucket])


def drop(store: Store, username: str, now: datetime, actor: str) -> None:
    """No code is asked for any more; raises `UserError` (not found) where none was."""
    if not has_second_factor(store, username):
        raise UserError(Kind.NOT_FOUND, f"{username} has no second factor")
    remove_factor(store, username, AuditEvent(now, actor, "second_factor.removed", object_id=username))


def _is_right(store: Store, username: str, code: str, now: datetime) -> bool:
    found = find_factor(store, username)
    if found is None or found.confirmed_at is None:
        return False
    step = _step_of(found.secret, code, now)
    if step is not None:
        return use_step(store, username, step)
    event = AuditEvent(now, username, "recovery_code.used", object_id=username)
    return use_recovery_code(store, username, hash_token(_plain(code)), event)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of 30 seconds that a code belongs to, one before or after this one at most."""
    totp, plain = pyotp.TOTP(secret, interval=STEP_SECONDS), "".join(code.split())
    here = int(now.timestamp()) // STEP_SECONDS
    for step in range(here - DRIFT, here + DRIFT + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), plain):
            return step
    return None


def _recovery_code() -> str:
    """Such as 3f0c-9a1e-77b2-04cd."""
    text = secrets.token_hex(RECOVERY_BYTES)
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").casefold()
