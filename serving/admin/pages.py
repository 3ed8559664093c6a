"""Accounts and the state of the service, for administrators. No student stands here."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from runxin.errors import Kind, UserError
from serving.access import Role, User, takes_schools
from serving.accounts import Account
from serving.admin.service import add_account, read_accounts, read_overview, read_schools
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import page
from serving.platform.state import State


def show_admin(request: Request, user: User, state: State) -> Response:
    """The page; what was typed before a session ended comes back from the address."""
    query = request.query_params
    typed = {field: query.get(field, "") for field in ("username", "role")}
    return _admin(request, user, state, typed, query.getlist("schools"))


def take_account(request: Request, user: User, state: State, form: Form) -> Response:
    """Make an account and show its one-time link, once: the answer to the form itself, never stored."""
    typed = {field: one(form, field) for field in ("username", "role")}
    schools = form.get("schools", [])
    message = _fault(typed["username"], typed["role"], schools, read_accounts(state, user))
    if message is not None:
        return _admin(request, user, state, typed, schools, message=(message, ""), status=422)
    try:
        token = add_account(state, user, typed["username"], typed["role"], schools)
    except UserError as error:
        if error.kind not in (Kind.BAD_DATA, Kind.USAGE):
            raise
        return _admin(request, user, state, typed, schools, message=("create_refused", str(error)), status=422)
    link = f"{request.url.scheme}://{request.url.netloc}/sign-in?{urlencode({'link': token})}"
    return _admin(request, user, state, {}, [], link=link, created=typed["username"])


def _fault(username: str, role: str, schools: list[str], accounts: tuple[Account, ...]) -> str | None:
    """What a person is told in their own language; whatever else is refused is told in the service's words."""
    if not username:
        return "create_no_username"
    if username in {account.username for account in accounts}:
        return "create_taken"
    if role not in Role.codes():
        return "create_no_role"
    takes = takes_schools(Role.of(role))
    if takes != bool(schools):
        return "create_no_school" if takes else "create_needless_school"
    return None


def _admin(
    request: Request,
    user: User,
    state: State,
    typed: dict[str, str],
    schools: list[str],
    message: tuple[str, str] | None = None,
    link: str | None = None,
    created: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        "admin.html",
        user=user,
        accounts=read_accounts(state, user),
        roles=tuple(Role),
        schools=read_schools(state, user),
        overview=read_overview(state, user),
        typed={"username": "", "role": ""} | typed,
        chosen=schools,
        message=message,
        link=link,
        created=created,
        status=status,
    )


ROUTES = (shows("/admin", show_admin), takes("/admin/accounts", take_account))
