"""What a slice's pages are made with: routes for who is signed in, and one application with its errors and files.

A page is `show_x(request, user, state) -> Response` and calls the service of its use case, which authorises, puts the
reading in the trail, and does what is asked; a form is `take_x(request, user, state, form)`. A slice lists its routes
as `ROUTES = (shows("/path", show_x), takes("/path", take_x))`, and `serving.app` gathers them.
"""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runxin.errors import Kind, UserError
from serving.access import User
from serving.platform.guard import HEADERS, SESSION, Form, SafeHeaders, read_form
from serving.platform.render import STATIC, page, static_files
from serving.platform.state import State

Show = Callable[[Request, User, State], Response]
Take = Callable[[Request, User, State, Form], Response]
OpenShow = Callable[[Request, State], Response]
OpenTake = Callable[[Request, State, Form], Response]
UserOf = Callable[[State, str], User | None]
SessionEnded = Callable[[Request, Form | None], Response]

ERROR_PAGES = {
    Kind.REFUSED: "refused",
    Kind.NOT_FOUND: "missing",
    Kind.UNAVAILABLE: "unavailable",
}


def shows(path: str, show: Show) -> Route:
    """A page for who is signed in."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(lambda: show(request, _signed_in(request), _state(request)))

    return Route(path, endpoint)


def takes(path: str, take: Take) -> Route:
    """A form of who is signed in."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        request.state.form = form
        return await run_in_threadpool(lambda: take(request, _signed_in(request), _state(request), form))

    return Route(path, endpoint, methods=["POST"])


def shows_anybody(path: str, show: OpenShow) -> Route:
    """A page before sign-in."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(show, request, _state(request))

    return Route(path, endpoint)


def takes_from_anybody(path: str, take: OpenTake) -> Route:
    """A form before sign-in."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(take, request, _state(request), form)

    return Route(path, endpoint, methods=["POST"])


def make_pages(state: State, routes: Sequence[Route], user_of: UserOf, session_ended: SessionEnded) -> Starlette:
    """The pages as an application to be mounted at "/". `user_of` tells whose session a token is, `session_ended` is
    the answer to who has none."""

    def show_user_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, UserError):
            raise error
        form = getattr(request.state, "form", None)
        if error.kind is Kind.UNAUTHENTICATED:
            return session_ended(request, form)
        stale = error.kind is Kind.REFUSED and request.method == "POST" and form is None
        key = "form" if stale else ERROR_PAGES.get(error.kind, "other")
        user = getattr(request.state, "user", None)
        return page(request, "error.html", user=user, key=key, reason=str(error), status=error.kind.status)

    pages = Starlette(
        routes=[*routes, shows("/help", show_help), Route("/static/{name}", serve_static)],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={UserError: show_user_error, HTTPException: show_http_error, Exception: show_bug},
    )
    pages.state.service = state
    pages.state.user_of = user_of
    return pages


def show_help(request: Request, user: User, _state: State) -> Response:
    return page(request, "help.html", user=user)


async def serve_static(request: Request) -> Response:
    """One of the few files known by name; for ever where the address carries its hash."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    content, fingerprint = static_files()[name]
    asked = request.query_params.get("v")
    cache = "public, max-age=31536000, immutable" if asked == fingerprint else "no-cache"
    return Response(content, media_type=STATIC[name], headers={"cache-control": cache})


def show_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return page(request, "error.html", key="missing" if status == 404 else "other", reason=str(error), status=status)


def show_bug(request: Request, _error: Exception) -> Response:
    """The page for a bug; the server above logs the traceback. It is made outside of `SafeHeaders`."""
    response = page(request, "error.html", key="bug", reason="", status=500)
    response.headers.update({**HEADERS, "cache-control": "no-store"})
    return response


def _state(request: Request) -> State:
    state = request.app.state.service
    assert isinstance(state, State)
    return state


def _signed_in(request: Request) -> User:
    token = request.cookies.get(SESSION)
    user: User | None = request.app.state.user_of(_state(request), token) if token else None
    if user is None:
        raise UserError(Kind.UNAUTHENTICATED, "no session")
    request.state.user = user
    return user
