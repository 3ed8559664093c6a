"""Coming in, going out, and setting one's password."""

from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from runxin.errors import Kind, UserError
from serving.web.desk import Desk, Visitor
from serving.web.guard import FORM, SESSION, Form, ensure_form_secret, local_path, one, set_cookie
from serving.web.render import go, page

SHORTEST_PASSWORD = 10
# Fields that outlive a session: never a password or a token.
KEPT = ("username", "role", "schools")


def show_sign_in(request: Request, desk: Desk) -> Response:
    """The form; with `?link=` the one-time link is used up and the visitor is in."""
    target = local_path(request.query_params.get("next", "/"))
    link = request.query_params.get("link")
    if link is None:
        return sign_in_page(request, target, None)
    try:
        session = desk.sign_in_with_link(link)
    except UserError as error:
        if error.kind is not Kind.UNAUTHENTICATED:
            raise
        return sign_in_page(request, target, "link_used", status=401)
    return _enter(request, session, "/?" + urlencode({"signed-in": "1"}))


def sign_in(request: Request, desk: Desk, form: Form) -> Response:
    """Sign in with a password and go where the visitor wanted to, with what was typed there."""
    target = local_path(one(form, "next") or "/")
    kept = {field: form[f"kept_{field}"] for field in KEPT if f"kept_{field}" in form}
    try:
        session = desk.sign_in(one(form, "username"), form.get("password", [""])[0])
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


def session_ended(request: Request, form: Form | None) -> Response:
    """What a visitor without a session gets: the way in, and back to where they were."""
    if request.query_params.get("signed-in") == "1" and request.method == "GET":
        # A link opened from another site: browsers keep a strict cookie back until a page of ours asks.
        return page(request, "signing_in.html")
    if request.method == "GET":
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return go(request, "/sign-in" + ("?" + urlencode({"next": target}) if target != "/" else ""))
    kept = {field: form[field] for field in KEPT if field in form} if form else {}
    message = "session_ended" if form else "session_needed"
    back = {"/admin/accounts": "/admin"}.get(request.url.path, request.url.path)
    return sign_in_page(request, local_path(back), message, kept=kept, status=401)


def sign_out(request: Request, desk: Desk) -> Response:
    desk.sign_out(request.cookies.get(SESSION, ""))
    response = go(request, "/sign-in")
    response.delete_cookie(SESSION, path="/", httponly=True, samesite="strict")
    return response


def show_account(request: Request, visitor: Visitor, desk: Desk) -> Response:
    return _account(request, visitor, desk, done=request.query_params.get("done") == "1")


def set_password(request: Request, visitor: Visitor, desk: Desk, form: Form) -> Response:
    first, again = (form.get(field, [""])[0] for field in ("new_password", "repeat_password"))
    message, reason, session = None, "", ""
    if len(first) < SHORTEST_PASSWORD:
        message = "password_short"
    elif first != again:
        message = "password_differs"
    else:
        try:
            session = desk.set_password(visitor, first)
        except UserError as error:
            if error.kind not in (Kind.BAD_DATA, Kind.USAGE):
                raise
            message, reason = "password_refused", str(error)
    if message is None:
        return _enter(request, session, "/account?done=1")
    return _account(request, visitor, desk, message=message, reason=reason, status=422)


def _account(
    request: Request,
    visitor: Visitor,
    desk: Desk,
    message: str | None = None,
    reason: str = "",
    done: bool = False,
    status: int = 200,
) -> Response:
    role = next((role.name for role in desk.roles if role.code == visitor.role), None)
    return page(
        request,
        "account.html",
        visitor=visitor,
        role=role,
        message=message,
        reason=reason,
        done=done,
        shortest=SHORTEST_PASSWORD,
        status=status,
    )


def _enter(request: Request, session: str, target: str) -> Response:
    response = go(request, target)
    set_cookie(request, response, SESSION, session)
    response.delete_cookie(FORM, path="/", httponly=True, samesite="strict")
    return response
