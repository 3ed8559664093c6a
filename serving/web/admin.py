"""Accounts and the state of the service, for administrators. No student stands here."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from runxin.errors import Kind, UserError
from serving.web.desk import Account, Desk, Visitor
from serving.web.guard import Form, one
from serving.web.render import page


def show_admin(request: Request, visitor: Visitor, desk: Desk) -> Response:
    """The page; what was typed before a session ended comes back from the address."""
    query = request.query_params
    typed = {field: query.get(field, "") for field in ("username", "role")}
    return _admin(request, visitor, desk, typed, query.getlist("schools"))


def create_account(request: Request, visitor: Visitor, desk: Desk, form: Form) -> Response:
    """Make an account and show its one-time link, once: the answer to the form itself, never stored."""
    require_administrator(visitor)
    typed = {field: one(form, field) for field in ("username", "role")}
    schools = form.get("schools", [])
    message = _fault(typed["username"], typed["role"], schools, desk, desk.accounts(visitor))
    if message is not None:
        return _admin(request, visitor, desk, typed, schools, message=(message, ""), status=422)
    try:
        token = desk.create_account(visitor, typed["username"], typed["role"], tuple(schools))
    except UserError as error:
        if error.kind not in (Kind.BAD_DATA, Kind.USAGE):
            raise
        return _admin(request, visitor, desk, typed, schools, message=("create_refused", str(error)), status=422)
    link = f"{request.url.scheme}://{request.url.netloc}/sign-in?{urlencode({'link': token})}"
    return _admin(request, visitor, desk, {}, [], link=link, created=typed["username"])


def require_administrator(visitor: Visitor) -> None:
    if not visitor.administers:
        raise UserError(Kind.REFUSED, "only administrators see this page")


def _fault(username: str, role_code: str, schools: list[str], desk: Desk, accounts: tuple[Account, ...]) -> str | None:
    """What a person is told in their own language; whatever else the desk refuses is told in its words."""
    role = next((role for role in desk.roles if role.code == role_code), None)
    if not username:
        return "create_no_username"
    if username in {account.username for account in accounts}:
        return "create_taken"
    if role is None:
        return "create_no_role"
    if role.takes_schools != bool(schools):
        return "create_no_school" if role.takes_schools else "create_needless_school"
    return None


def _admin(
    request: Request,
    visitor: Visitor,
    desk: Desk,
    typed: dict[str, str],
    schools: list[str],
    message: tuple[str, str] | None = None,
    link: str | None = None,
    created: str = "",
    status: int = 200,
) -> Response:
    require_administrator(visitor)
    names = {school.school_id: school.name for school in desk.schools(visitor)}
    return page(
        request,
        "admin.html",
        visitor=visitor,
        accounts=desk.accounts(visitor),
        roles=desk.roles,
        role_names={role.code: role.name for role in desk.roles},
        school_names=names,
        state=desk.service_state(visitor),
        typed={"username": "", "role": ""} | typed,
        chosen=schools,
        message=message,
        link=link,
        created=created,
        status=status,
    )
