"""One's own account: password, second factor, sessions."""

from functools import partial

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from runxin.errors import Kind, UserError
from serving.access import User
from serving.accounts import second_factor, service, ways_in
from serving.accounts.pages import enter, visitor_of
from serving.accounts.passwords import PASSWORD_LENGTH, check_password
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import go, page
from serving.platform.state import State

DONE = ("password_set", "factor_removed")


def show_account(request: Request, user: User, state: State) -> Response:
    done = request.query_params.get("done", "")
    return _account(request, user, state, done=done if done in DONE else None)


async def take_password(request: Request, user: User, state: State, form: Form) -> Response:
    """Set the password; who has one shows that they know it, or has just come by a link that an administrator gave."""
    first, again = (form.get(field, [""])[0] for field in ("new_password", "repeat_password"))
    message = await run_in_threadpool(_password_fault, user, first, again)
    now, visitor = state.clock(), visitor_of(request)
    if message is None and _asks_old_password(request):
        old = form.get("old_password", [""])[0]
        try:
            await state.hashing.run(partial(ways_in.verify_password, state.store, user.username, old, now, visitor))
        except UserError as error:
            if error.kind not in (Kind.UNAUTHENTICATED, Kind.REFUSED):
                raise
            message = "password_old_wrong"
    if message is not None:
        return await run_in_threadpool(_account, request, user, state, message=message, status=422)
    session = await state.hashing.run(partial(service.change_password, state.store, user, first, now, visitor))
    return await run_in_threadpool(enter, request, session, "/account?done=password_set")


def _password_fault(user: User, first: str, again: str) -> str | None:
    if len(first) < PASSWORD_LENGTH:
        return "password_short"
    if first != again:
        return "password_differs"
    try:
        check_password(first, user.username)
    except UserError:
        return "password_easy"
    return None


def take_sessions(request: Request, user: User, state: State, _form: Form) -> Response:
    """End every session of one's own, this one included: what to do when a telephone was lost."""
    service.end_sessions(state.store, user.username, state.clock(), user.username)
    return go(request, "/sign-in")


def show_factor(request: Request, user: User, state: State) -> Response:
    return _factor(request, user, state)


def take_factor(request: Request, user: User, state: State, form: Form) -> Response:
    """Put the second factor in force by its first code, and show the recovery codes, once."""
    try:
        codes = second_factor.accept(state.store, user.username, one(form, "code"), state.clock())
    except UserError as error:
        if error.kind is not Kind.UNAUTHENTICATED:
            raise
        return _factor(request, user, state, message="code_wrong", status=422)
    return page(request, "recovery_codes.html", user=user, codes=codes)


def take_factor_away(request: Request, user: User, state: State, _form: Form) -> Response:
    second_factor.drop(state.store, user.username, state.clock(), user.username)
    return go(request, "/account?done=factor_removed")


def _asks_old_password(request: Request) -> bool:
    session = request.state.session
    return bool(session.has_password and not (session.way == "link" and session.fresh))


def _account(
    request: Request,
    user: User,
    state: State,
    message: str | None = None,
    done: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "account.html",
        user=user,
        message=message,
        done=done,
        shortest=PASSWORD_LENGTH,
        asks_old=_asks_old_password(request),
        factor=second_factor.has_second_factor(state.store, user.username),
        codes_left=second_factor.recovery_codes_left(state.store, user.username),
        sessions=service.open_sessions(state.store, user.username, state.clock()),
        status=status,
    )


def _factor(request: Request, user: User, state: State, message: str | None = None, status: int = 200) -> Response:
    if second_factor.has_second_factor(state.store, user.username):
        return go(request, "/account")
    proposal = second_factor.propose(state.store, user.username)
    # Made here of nothing but the address that it encodes: no text of anybody stands in it.
    picture = Markup(proposal.picture)  # noqa: S704
    return page(
        request, "second_factor.html", user=user, proposal=proposal, picture=picture, message=message, status=status
    )


ROUTES = (
    shows("/account", show_account),
    takes("/account", take_password),
    takes("/account/sessions", take_sessions),
    shows("/account/second-factor", show_factor, sensitive=True),
    takes("/account/second-factor", take_factor, sensitive=True),
    takes("/account/second-factor/remove", take_factor_away, sensitive=True),
)
