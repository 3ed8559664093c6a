"""Coming in and going out: by a link, by a password, with a code; and showing again who one is."""

from functools import partial
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from runxin.errors import Kind, UserError
from serving.access import User
from serving.access.tokens import new_token
from serving.accounts import second_factor, ways_in
from serving.accounts.ways_in import Visitor
from serving.platform.guard import DEVICE, FORM, SESSION, Form, ensure_form_secret, local_path, one, set_cookie
from serving.platform.pages import shows, shows_anybody, takes, takes_from_anybody
from serving.platform.render import go, page
from serving.platform.state import State

# Fields that outlive a session: never a password or a token.
KEPT = ("username", "role", "schools")
DEVICE_SECONDS = 365 * 24 * 3600
TOLD = (Kind.UNAUTHENTICATED, Kind.REFUSED)  # what a form tells by itself
BACK = {"/admin/accounts": "/admin", "/admin/requests": "/admin", "/account/sessions": "/account"}


def show_sign_in(request: Request, state: State) -> Response:
    """The form; with `?link=` the page of a one-time link. To look at it, as link previews do, uses nothing up."""
    target = local_path(request.query_params.get("next", "/"))
    link = request.query_params.get("link")
    if link is None:
        return sign_in_page(request, target, None)
    if ways_in.whose_link(state.store, link, state.clock()) is None:
        return sign_in_page(request, target, "link_used", status=401)
    ensure_form_secret(request)
    return page(request, "sign_in_link.html", link=link)


def take_link(request: Request, state: State, form: Form) -> Response:
    """Use a one-time link up: the visitor is in."""
    try:
        _, session = ways_in.use_link(state.store, one(form, "link"), state.clock(), visitor_of(request))
    except UserError as error:
        if error.kind is not Kind.UNAUTHENTICATED:
            raise
        return sign_in_page(request, "/", "link_used", status=401)
    return enter(request, session, "/")


async def take_sign_in(request: Request, state: State, form: Form) -> Response:
    """Sign in with a password and go where the visitor wanted to, with what was typed there."""
    target = local_path(one(form, "next") or "/")
    kept = {field: form[f"kept_{field}"] for field in KEPT if f"kept_{field}" in form}
    username, password, visitor = one(form, "username"), form.get("password", [""])[0], visitor_of(request)
    work = partial(ways_in.sign_in, state.store, username, password, state.clock(), visitor)
    try:
        _, session = await state.hashing.run(work)
    except UserError as error:
        if error.kind not in TOLD:
            raise
        # The same words for a wrong name, a wrong password and too many tries.
        return sign_in_page(request, target, "sign_in_wrong", username, kept, status=error.kind.status)
    return await run_in_threadpool(enter, request, session, _with_kept(target, kept))


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
        request,
        "sign_in.html",
        target=target,
        message=message,
        username=username,
        kept=kept or {},
        elsewhere=request.app.state.service.oidc,
        status=status,
    )


def show_code(request: Request, state: State) -> Response:
    """The second factor of who has given the first."""
    if _half_in(request, state) is None:
        return go(request, "/sign-in")
    return _code_page(request, local_path(request.query_params.get("next", "/")), None)


def take_code(request: Request, state: State, form: Form) -> Response:
    user, target = _half_in(request, state), local_path(one(form, "next") or "/")
    if user is None:
        return sign_in_page(request, target, "session_needed", status=401)
    now, visitor = state.clock(), visitor_of(request)
    try:
        second_factor.check_code(state.store, user.username, one(form, "code"), now)
    except UserError as error:
        if error.kind not in TOLD:
            raise
        return _code_page(request, target, "code_wrong", status=error.kind.status)
    session = ways_in.finish_with_code(state.store, request.cookies[SESSION], visitor, now)
    return _let_in(request, session, target)


def show_confirm(request: Request, user: User, state: State) -> Response:
    return _confirm_page(request, user, state, local_path(request.query_params.get("next", "/")), {})


def confirm_first(request: Request, form: Form | None) -> Response:
    """What who is signed in gets before something sensitive: show once more who you are, and on with it."""
    kept = {field: form[field] for field in KEPT if field in form} if form else {}
    target = local_path(BACK.get(request.url.path, request.url.path))
    return _confirm_page(request, request.state.user, request.app.state.service, target, kept)


async def take_confirm(request: Request, user: User, state: State, form: Form) -> Response:
    target = local_path(one(form, "next") or "/")
    kept = {field: form[f"kept_{field}"] for field in KEPT if f"kept_{field}" in form}
    now, token = state.clock(), request.cookies[SESSION]

    def confirmed() -> None:
        ways_in.verify_password(store, user.username, form.get("password", [""])[0], now, visitor_of(request))
        if second_factor.has_second_factor(store, user.username):
            second_factor.check_code(store, user.username, one(form, "code"), now)
        ways_in.confirm(store, token, now)

    store = state.store
    try:
        await state.hashing.run(confirmed)
    except UserError as error:
        if error.kind not in TOLD:
            raise
        return _confirm_page(request, user, state, target, kept, "confirm_wrong", error.kind.status)
    return go(request, _with_kept(target, kept))


def session_ended(request: Request, form: Form | None, waiting: str | None = None) -> Response:
    """What a visitor without a session gets: the way in, and back to where they were, or to where what they sent is
    `waiting`."""
    if request.method == "GET":
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return go(request, "/sign-in" + ("?" + urlencode({"next": target}) if target != "/" else ""))
    kept = {field: form[field] for field in KEPT if field in form} if form else {}
    message = "session_ended" if form else "session_needed"
    back = waiting or BACK.get(request.url.path, request.url.path)
    return sign_in_page(request, local_path(back), message, kept=kept, status=401)


def take_sign_out(request: Request, state: State, _form: Form) -> Response:
    ways_in.sign_out(state.store, request.cookies.get(SESSION, ""), state.clock())
    response = go(request, "/sign-in")
    response.delete_cookie(SESSION, path="/", httponly=True, samesite="strict")
    return response


def visitor_of(request: Request) -> Visitor:
    """Where a request comes from; a browser that has no token of its own yet is given one, kept when it is let in."""
    device = request.cookies.get(DEVICE) or getattr(request.state, "new_device", None)
    if device is None:
        device = request.state.new_device = new_token()
    return Visitor(request.client.host if request.client else "unknown", device)


def enter(request: Request, session: str, target: str) -> Response:
    """Into the pages, or first to the page that asks for a code."""
    state = request.app.state.service
    found = ways_in.session_of(state.store, session, state.clock())
    if found is not None and found.awaits_code:
        response = go(request, "/sign-in/code?" + urlencode({"next": target}))
        set_cookie(request, response, SESSION, session)
        return response
    return _let_in(request, session, target)


def _let_in(request: Request, session: str, target: str) -> Response:
    response = go(request, target)
    set_cookie(request, response, SESSION, session)
    device = visitor_of(request).device
    assert device is not None
    set_cookie(request, response, DEVICE, device, DEVICE_SECONDS)
    response.delete_cookie(FORM, path="/", httponly=True, samesite="strict")
    return response


def _half_in(request: Request, state: State) -> User | None:
    found = ways_in.session_of(state.store, request.cookies.get(SESSION, ""), state.clock())
    return found.user if found is not None and found.awaits_code else None


def _code_page(request: Request, target: str, message: str | None, status: int = 200) -> HTMLResponse:
    ensure_form_secret(request)
    return page(request, "sign_in_code.html", target=target, message=message, status=status)


def _confirm_page(
    request: Request,
    user: User,
    state: State,
    target: str,
    kept: dict[str, list[str]],
    message: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "confirm.html",
        user=user,
        target=target,
        kept=kept,
        message=message,
        needs_code=second_factor.has_second_factor(state.store, user.username),
        has_password=request.state.session.has_password,
        elsewhere=state.oidc,
        status=status,
    )


def _with_kept(target: str, kept: dict[str, list[str]]) -> str:
    return urlsplit(target).path + "?" + urlencode(kept, doseq=True) if kept else target


ROUTES = (
    shows_anybody("/sign-in", show_sign_in),
    takes_from_anybody("/sign-in", take_sign_in),
    takes_from_anybody("/sign-in/link", take_link),
    shows_anybody("/sign-in/code", show_code),
    takes_from_anybody("/sign-in/code", take_code),
    takes_from_anybody("/sign-out", take_sign_out),
    shows("/confirm", show_confirm),
    takes("/confirm", take_confirm),
)
