"""Signing in elsewhere: to the issuer, and back from it."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from runxin.errors import Kind, UserError
from runxin.settings import Oidc
from serving.accounts import oidc, ways_in
from serving.accounts.pages import enter, sign_in_page, visitor_of
from serving.platform.guard import local_path
from serving.platform.pages import shows_anybody
from serving.platform.render import go, page
from serving.platform.state import State

PENDING = "runxin_oidc"
AWAY, BACK = "/sign-in/oidc", "/sign-in/oidc/back"
SECONDS = 600


async def go_away(request: Request, state: State) -> Response:
    """To the issuer. What is kept meanwhile comes along when the browser is sent back, and on no other request."""
    target = local_path(request.query_params.get("next", "/"))
    address, pending = await state.asking.run(partial(oidc.begin, _configured(state), _back(state), target))
    response = go(request, address)
    secure = state.public_url.startswith("https:")
    response.set_cookie(PENDING, pending.to_text(), SECONDS, path=AWAY, httponly=True, samesite="lax", secure=secure)
    return response


async def come_back(request: Request, state: State) -> Response:
    """Back from the issuer: in, where it vouches for an account that is here."""
    there, pending = _configured(state), oidc.Pending.of_text(request.cookies.get(PENDING, ""))
    try:
        if pending is None:
            raise UserError(Kind.UNAUTHENTICATED, "nobody was sent there")
        answer = dict(request.query_params)
        name = await state.asking.run(partial(oidc.finish, there, _back(state), pending, answer))
        entered = partial(ways_in.enter_vouched, state.store, name, state.clock(), visitor_of(request))
        session = await run_in_threadpool(entered)
    except UserError as error:
        if error.kind is not Kind.UNAUTHENTICATED:
            raise
        return sign_in_page(request, "/", "elsewhere_refused", status=401)
    return await run_in_threadpool(_entered, request, session, local_path(pending.target))


def _entered(request: Request, session: str, target: str) -> Response:
    """A page of ours that goes on by itself: browsers keep a strict cookie back while another site has sent them."""
    led = enter(request, session, target)
    response = page(request, "signing_in.html", target=led.headers["location"])
    for name, value in led.headers.items():
        if name == "set-cookie":
            response.headers.append(name, value)
    response.delete_cookie(PENDING, path=AWAY, httponly=True, samesite="lax")
    return response


def _configured(state: State) -> Oidc:
    if state.oidc is None:
        raise UserError(Kind.NOT_FOUND, "people sign in here only")
    return state.oidc


def _back(state: State) -> str:
    return state.public_url + BACK


ROUTES = (shows_anybody(AWAY, go_away), shows_anybody(BACK, come_back))
