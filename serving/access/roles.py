"""Who a person or a platform is, as far as permissions look at it."""

from dataclasses import dataclass

from data_schemas.codes import Code


class Role(Code):
    COUNSELOR = ("counselor", "心理教师", "counselor")
    PRINCIPAL = ("principal", "校长", "principal")
    BUREAU = ("bureau", "教育局", "education bureau")
    ADMINISTRATOR = ("administrator", "管理员", "administrator")


OF_SCHOOLS = (Role.COUNSELOR, Role.PRINCIPAL)  # the others have no school of their own


@dataclass(frozen=True)
class User:
    """A person who signs in. `schools` are those that a counselor or a principal works for."""

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
