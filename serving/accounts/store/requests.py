"""What one administrator asks for and another decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serving.accounts.tables import account_requests
from serving.store.audit import AuditEvent, add_event
from serving.store.database import Store


@dataclass(frozen=True)
class AccountRequest:
    """`kind` is create, move, link or enable; `role` and `schools` are those that the account is to have."""

    request_id: str
    kind: str
    username: str
    role: str
    schools: tuple[str, ...]
    asked_by: str
    asked_at: datetime


def add_request(store: Store, one: AccountRequest, event: AuditEvent) -> None:
    """Ask, in place of what was asked for this account before and not decided."""
    with store.writing() as connection:
        open_of = (account_requests.c.username == one.username) & account_requests.c.decided_at.is_(None)
        connection.execute(account_requests.delete().where(open_of))
        row = {name: getattr(one, name) for name in ("request_id", "kind", "username", "role", "asked_by", "asked_at")}
        connection.execute(account_requests.insert().values(row | {"schools": list(one.schools)}))
        add_event(connection, event)


def open_requests(store: Store, since: datetime) -> list[AccountRequest]:
    """Undecided, asked since then, oldest first."""
    table = account_requests
    query = table.select().where(table.c.decided_at.is_(None), table.c.asked_at > since).order_by(table.c.asked_at)
    with store.reading() as connection:
        return [_request(row) for row in connection.execute(query)]


def decide_request(store: Store, request_id: str, approved: bool, event: AuditEvent) -> bool:
    """False where it was decided meanwhile."""
    mine = (account_requests.c.request_id == request_id) & account_requests.c.decided_at.is_(None)
    values = {"decided_by": event.actor, "decided_at": event.at, "approved": approved}
    with store.writing() as connection:
        if connection.execute(account_requests.update().where(mine).values(values)).rowcount == 0:
            return False
        add_event(connection, event)
    return True


def _request(row: Any) -> AccountRequest:
    return AccountRequest(
        row.request_id, row.kind, row.username, row.role, tuple(row.schools), row.asked_by, row.asked_at
    )
