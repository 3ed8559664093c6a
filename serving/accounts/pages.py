"""Coming in, going out, and setting one's password."""

from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from runxin.errors import Kind, UserError
from serving.access import User
from serving.accounts import service
from serving.platform.guard import FORM, SESSION, Form, ensure_form_secret, local_path, one, set_cookie
from serving.platform.pages import shows, shows_anybody, takes, takes_from_anybody
from serving.platform.render import go, page
from serving.platform.state import State

# Fields that outlive a session: never a password or a token.
KEPT = ("username", "role", "schools")


def show_sign_in(request: Request, state: State) -> Response:
    """The form; with `?link=` the one-time link is used up and the visitor is in."""
    target = local_path(request.query_params.get("next", "/"))
    link = request.query_params.get("link")
    if link is None:
        return sign_in_page(request, target, None)
    try:
        _, session = service.use_link(state.store, link, state.clock())
    except UserError as error:
        if error.kind is not Kind.UNAUTHENTICATED:
            raise
        return sign_in_page(request, target, "link_used", status=401)
    return _enter(request, session, "/?" + urlencode({"signed-in": "1"}))


def take_sign_in(request: Request, state: State, form: Form) -> Response:
    """Sign in with a password and go where the visitor wanted to, with what was typed there."""
    target = local_path(one(form, "next") or "/")
    kept = {field: form[f"kept_{field}"] for field in KEPT if f"kept_{field}" in form}
    try:
        password = form.get("password", [""])[0]
        _, session = service.sign_in(state.store, one(form, "username"), password, state.clock())
    except UserError as error:
        if error.kind not in (Kind.UNAUTHENTICATED, Kind.REFUSED):
            raise
        # The same words for a wrong name, a wrong password and too many tries.
        return sign_in_page(request, target, "sign_in_wrong", one(form, "username"), kept, status=error.kind.status)
    if kept:
        target = urlsplit(target).path + "?" + urlencode(kept, doseq=True)
    return _enter(request, session, target)


def sign_in_page(
    request: Request,
    target: str,
    message: str | None,
    username: str = "",
    kept: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    ensure_form_secret(request)
    return page(
        request, "sign_in.html", target=target, message=message, username=username, kept=kept or {}, status=status
    )


def session_ended(request: Request, form: Form | None, waiting: str | None = None) -> Response:
    """What a visitor without a session gets: the way in, and back to where they were, or to where what they sent is
    `waiting`."""
    if request.query_params.get("signed-in") == "1" and request.method == "GET":
        # A link opened from another site: browsers keep a strict cookie back until a page of ours asks.
        return page(request, "signing_in.html")
    if request.method == "GET":
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return go(request, "/sign-in" + ("?" + urlencode({"next": target}) if target != "/" else ""))
    kept = {field: form[field] for field in KEPT if field in form} if form else {}
    message = "session_ended" if form else "session_needed"
    back = waiting or {"/admin/accounts": "/admin"}.get(request.url.path, request.url.path)
    return sign_in_page(request, local_path(back), message, kept=kept, status=401)


def take_sign_out(request: Request, state: State, _form: Form) -> Response:
    service.sign_out(state.store, request.cookies.get(SESSION, ""), state.clock())
    response = go(request, "/sign-in")
    response.delete_cookie(SESSION, path="/", httponly=True, samesite="strict")
    return response


def show_account(request: Request, user: User, _state: State) -> Response:
    return _account(request, user, done=request.query_params.get("done") == "1")


def take_password(request: Request, user: User, state: State, form: Form) -> Response:
    first, again = (form.get(field, [""])[0] for field in ("new_password", "repeat_password"))
    message, reason, session = None, "", ""
    if len(first) < service.PASSWORD_LENGTH:
        message = "password_short"
    elif first != again:
        message = "password_differs"
    else:
        try:
            session = service.change_password(state.store, user, first, state.clock())
        except UserError as error:
            if error.kind not in (Kind.BAD_DATA, Kind.USAGE):
                raise
            message, reason = "password_refused", str(error)
    if message is None:
        return _enter(request, session, "/account?done=1")
    return _account(request, user, message=message, reason=reason, status=422)


def _account(
    request: Request,
    user: User,
    message: str | None = None,
    reason: str = "",
    done: bool = False,
    status: int = 200,
) -> Response:
    return page(
        request,
        "account.html",
        user=user,
        message=message,
        reason=reason,
        done=done,
        shortest=service.PASSWORD_LENGTH,
        status=status,
    )


def _enter(request: Request, session: str, target: str) -> Response:
    response = go(request, target)
    set_cookie(request, response, SESSION, session)
    response.delete_cookie(FORM, path="/", httponly=True, samesite="strict")
    return response


ROUTES = (
    shows("/account", show_account),
    takes("/account", take_password),
    shows_anybody("/sign-in", show_sign_in),
    takes_from_anybody("/sign-in", take_sign_in),
    takes_from_anybody("/sign-out", take_sign_out),
)
