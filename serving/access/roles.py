"""Who a person or a platform is, as far as permissions look at it."""

from dataclasses import dataclass

from data_schemas.codes import Code


class Role(Code):
    COUNSELOR = ("counselor", "心理教师", "counselor")
    ADMINISTRATOR = ("administrator", "管理员", "administrator")


@dataclass(frozen=True)
class User:
    """A person who signs in. `schools` are those a counselor works for."""

    username: str
    role: Role
    schools: tuple[str, ...] = ()


SCOPES = ("score", "explain", "list", "model", "dry_run", "outcomes")


@dataclass(frozen=True)
class Client:
    """A platform that holds a key. `schools` is None where the key holds for every school."""

    key_id: str
    client: str
    scopes: tuple[str, ...]
    schools: tuple[str, ...] | None = None
