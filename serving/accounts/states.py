"""What may be done with an account in which state, as a table (`docs/access.md` is drawn from it). That somebody may do
it at all, and which of it takes two people, is said by `serving.access.roles`."""

from collections.abc import Mapping
from types import MappingProxyType

from data_schemas.codes import Code
from runxin.errors import usage


class AccountStatus(Code):
    NEW = ("new", "未设密码", "no password yet")
    ACTIVE = ("active", "使用中", "in use")
    DISABLED = ("disabled", "已停用", "disabled")


class AccountMove(Code):
    SIGN_IN = ("sign_in", "登录", "sign in")
    LINK = ("link", "新的登录链接", "make a new link")
    MOVE = ("move", "变更角色或学校", "change role or schools")
    END_SESSIONS = ("sessions", "在所有地方退出", "sign out everywhere")
    DISABLE = ("disable", "停用", "disable")
    ENABLE = ("enable", "重新启用", "let in again")


NEW, ACTIVE, DISABLED = AccountStatus
LIVE = frozenset({NEW, ACTIVE})
POSSIBLE: Mapping[AccountMove, frozenset[AccountStatus]] = MappingProxyType(
    {
        AccountMove.SIGN_IN: LIVE,  # of who has no password by a link, or where another service vouches
        AccountMove.LINK: LIVE,
        AccountMove.MOVE: LIVE | {DISABLED},
        AccountMove.END_SESSIONS: LIVE | {DISABLED},
        AccountMove.DISABLE: LIVE,
        AccountMove.ENABLE: frozenset({DISABLED}),
    }
)


def status_of(has_password: bool, disabled: bool) -> AccountStatus:
    if disabled:
        return DISABLED
    return ACTIVE if has_password else NEW


def check_possible(move: AccountMove, username: str, has_password: bool, disabled: bool) -> None:
    """Raise `UserError` (usage) where an account in this state cannot be treated so."""
    status = status_of(has_password, disabled)
    if status not in POSSIBLE[move]:
        fix = f"runxin user enable {username}" if status is DISABLED else None
        raise usage(f"{username!r} is {status.en}: to {move.en} is not possible", fix=fix)
