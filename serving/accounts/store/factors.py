"""Second factors: what an authenticator shares with us, and recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from serving.accounts.tables import recovery_codes, second_factors
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store
from serving.store.sealing import seal, unseal


@dataclass(frozen=True)
class FactorRow:
    """`confirmed_at` is None until a code has shown that the authenticator has the secret."""

    username: str
    secret: str
    confirmed_at: datetime | None
    last_step: int


def find_factor(store: Store, username: str) -> FactorRow | None:
    with store.reading() as connection:
        row = connection.execute(second_factors.select().where(second_factors.c.username == username)).first()
        if row is None:
            return None
        secret = unseal(connection, "second_factors", row.username, row.secret)
        return FactorRow(row.username, secret, row.confirmed_at, row.last_step)


def propose_factor(store: Store, username: str, secret: str) -> None:
    """A secret that is not in force yet, in place of another that was not either."""
    with store.writing() as connection:
        mine = (second_factors.c.username == username) & second_factors.c.confirmed_at.is_(None)
        connection.execute(second_factors.delete().where(mine))
        kept = seal(connection, "second_factors", username, secret)
        connection.execute(second_factors.insert().values(username=username, secret=kept, last_step=0))


def put_in_force(store: Store, username: str, step: int, codes: Sequence[str], event: AuditEvent) -> None:
    """From now on the second factor is asked for; `codes` are hashes of the recovery codes."""
    with store.writing() as connection:
        mine = second_factors.c.username == username
        connection.execute(second_factors.update().where(mine).values(confirmed_at=event.at, last_step=step))
        connection.execute(recovery_codes.delete().where(recovery_codes.c.username == username))
        connection.execute(recovery_codes.insert(), [{"code_hash": code, "username": username} for code in codes])
        add_event(connection, event)


def use_step(store: Store, username: str, step: int) -> bool:
    """Use a code up: False where it, or a later one, was used before."""
    mine = (second_factors.c.username == username) & (second_factors.c.last_step < step)
    with store.writing() as connection:
        return connection.execute(second_factors.update().where(mine).values(last_step=step)).rowcount == 1


def use_recovery_code(store: Store, username: str, code_hash: str, event: AuditEvent) -> bool:
    """Use a recovery code up; False where there is no such code of the user's."""
    mine = (recovery_codes.c.username == username) & (recovery_codes.c.code_hash == code_hash)
    with store.writing() as connection:
        used = connection.execute(recovery_codes.delete().where(mine)).rowcount == 1
        if used:
            add_event(connection, event)
    return used


def remove_factor(store: Store, username: str, event: AuditEvent) -> None:
    with store.writing() as connection:
        for table in (recovery_codes, second_factors):
            connection.execute(table.delete().where(table.c.username == username))
        add_event(connection, event)


def count_recovery_codes(store: Store, username: str) -> int:
    mine = recovery_codes.c.username == username
    with store.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(recovery_codes).where(mine)) or 0
