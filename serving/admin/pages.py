"""Accounts and the state of the service, for administrators. No student stands here."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from runxin.errors import Kind, UserError
from serving.access import Role, User, takes_schools, takes_two
from serving.accounts import Account
from serving.admin import service
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import go, page
from serving.platform.state import State

TOLD = (Kind.BAD_DATA, Kind.USAGE)
DONE = ("moved", "disabled", "enabled", "sessions_ended", "asked", "refused")


def show_admin(request: Request, user: User, state: State) -> Response:
    """The page; what was typed before a session ended comes back from the address."""
    query = request.query_params
    typed = {field: query.get(field, "") for field in ("username", "role")}
    return _admin(request, user, state, typed, query.getlist("schools"), done=_done(request))


def take_account(request: Request, user: User, state: State, form: Form) -> Response:
    """Make an account and show its one-time link, once: the answer to the form itself, never stored. Whatever sees
    students, or decides who does, waits for a second administrator."""
    typed = {field: one(form, field) for field in ("username", "role")}
    schools = form.get("schools", [])
    message = _fault(typed["username"], typed["role"], schools, service.read_accounts(state, user))
    if message is not None:
        return _admin(request, user, state, typed, schools, message=(message, ""), status=422)
    try:
        link = service.add_account(state, user, typed["username"], typed["role"], schools)
    except UserError as error:
        if error.kind not in TOLD:
            raise
        return _admin(request, user, state, typed, schools, message=("create_refused", str(error)), status=422)
    if link is None:
        return _admin(request, user, state, {}, [], done="asked")
    return _admin(request, user, state, {}, [], link=link, created=typed["username"])


def take_decision(request: Request, user: User, state: State, form: Form) -> Response:
    """Approve or refuse what another administrator asked for."""
    approved = one(form, "act") == "approve"
    asked = {each.request_id: each for each in service.read_requests(state, user)}.get(one(form, "request"))
    link = service.decide_request(state, user, one(form, "request"), approved)
    if link is None or asked is None:
        return go(request, "/admin" if approved else "/admin?done=refused")
    return _admin(request, user, state, {}, [], link=link, created=asked.username)


def show_account(request: Request, user: User, state: State) -> Response:
    return _account(request, user, state, done=_done(request))


def take_change(request: Request, user: User, state: State, form: Form) -> Response:
    """One of the things that can be done with an account."""
    username = str(request.path_params["username"])
    service.read_account(state, user, username)
    there = "/admin/accounts/" + quote(username, safe="")
    act = one(form, "act")
    if act == "link":
        link = service.renew_link(state, user, username)
        return _account(request, user, state, link=link, done=None if link else "asked")
    if act == "disable":
        service.disable(state, user, username)
        return go(request, f"{there}?done=disabled")
    if act == "enable":
        return go(request, there + ("?done=enabled" if service.enable(state, user, username) else "?done=asked"))
    if act == "sessions":
        service.end_sessions(state, user, username)
        return go(request, f"{there}?done=sessions_ended")
    if act != "move":
        raise UserError(Kind.USAGE, "what is to be done with the account?")
    role, schools = one(form, "role"), form.get("schools", [])
    message = _misfit(role, schools)
    if message is not None:
        return _account(request, user, state, message=message, chosen=(role, schools), status=422)
    moved = service.move(state, user, username, role, schools)
    return go(request, there + ("?done=moved" if moved else "?done=asked"))


def _fault(username: str, role: str, schools: list[str], accounts: tuple[Account, ...]) -> str | None:
    """What a person is told in their own language; whatever else is refused is told in the service's words."""
    if not username:
        return "create_no_username"
    if username in {account.username for account in accounts}:
        return "create_taken"
    return _misfit(role, schools)


def _misfit(role: str, schools: list[str]) -> str | None:
    if role not in Role.codes():
        return "create_no_role"
    takes = takes_schools(Role.of(role))
    if takes != bool(schools):
        return "create_no_school" if takes else "create_needless_school"
    return None


def _done(request: Request) -> str | None:
    done = request.query_params.get("done")
    return done if done in DONE else None


def _admin(
    request: Request,
    user: User,
    state: State,
    typed: dict[str, str],
    schools: list[str],
    message: tuple[str, str] | None = None,
    link: str | None = None,
    created: str = "",
    done: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "admin.html",
        user=user,
        accounts=service.read_accounts(state, user),
        requests=service.read_requests(state, user),
        roles=tuple(Role),
        takes_two=takes_two,
        schools=service.read_schools(state, user),
        overview=service.read_overview(state, user),
        typed={"username": "", "role": ""} | typed,
        chosen=schools,
        message=message,
        link=link,
        created=created,
        done=done,
        status=status,
    )


def _account(
    request: Request,
    user: User,
    state: State,
    message: str | None = None,
    link: str | None = None,
    done: str | None = None,
    chosen: tuple[str, list[str]] | None = None,
    status: int = 200,
) -> Response:
    found = service.read_account(state, user, str(request.path_params["username"]))
    account = found.account
    return page(
        request,
        "admin_account.html",
        user=user,
        found=found,
        account=account,
        roles=tuple(Role),
        takes_two=takes_two,
        schools=service.read_schools(state, user),
        chosen=chosen or (account.role, list(account.schools)),
        message=message,
        link=link,
        done=done,
        status=status,
    )


ROUTES = (
    shows("/admin", show_admin),
    takes("/admin/accounts", take_account, sensitive=True),
    takes("/admin/requests", take_decision, sensitive=True),
    shows("/admin/accounts/{username}", show_account),
    takes("/admin/accounts/{username}", take_change, sensitive=True),
)
