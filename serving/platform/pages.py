"""What a slice's pages are made with: routes for who is signed in, and one application with its errors and files.

A page is `show_x(request, user, state) -> Response` and calls the service of its use case, which authorises, puts the
reading in the trail, and does what is asked; a form is `take_x(request, user, state, form)`. A slice lists its routes
as `ROUTES = (shows("/path", show_x), takes("/path", take_x))`, and `serving.app` gathers them.
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runxin.errors import Kind, UserError
from serving.access import Session, User
from serving.platform.guard import HEADERS, SESSION, Form, SafeHeaders, read_form
from serving.platform.render import STATIC, page, static_files
from serving.platform.state import State

Show = Callable[[Request, User, State], Response]
Take = Callable[[Request, User, State, Form], Response | Awaitable[Response]]
OpenShow = Callable[[Request, State], Response | Awaitable[Response]]
OpenTake = Callable[[Request, State, Form], Response | Awaitable[Response]]
SessionOf = Callable[[State, str], Session | None]
SessionEnded = Callable[[Request, Form | None], Response]

ERROR_PAGES = {
    Kind.REFUSED: "refused",
    Kind.NOT_FOUND: "missing",
    Kind.UNAVAILABLE: "unavailable",
}


def shows(path: str, show: Show, sensitive: bool = False) -> Route:
    """A page for who is signed in; a `sensitive` one for who has shown lately who they are."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_shown, request, show, sensitive)

    return Route(path, endpoint)


def _shown(request: Request, show: Show, sensitive: bool) -> Response:
    state = _state(request)
    with state.store.reading_once():
        session = _session(request)
        if sensitive and not session.fresh:
            return _confirm(request, None)
        return show(request, session.user, state)


def takes(path: str, take: Take, sensitive: bool = False) -> Route:
    """A form of who is signed in; `take` may be a coroutine, where what it does is done elsewhere. What is `sensitive`
    is done for who has shown lately who they are: everybody else is asked first, and what was typed comes back."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        request.state.form = form
        session = await run_in_threadpool(_session, request)
        if sensitive and not session.fresh:
            return await run_in_threadpool(_confirm, request, form)
        return await _taken(lambda: take(request, session.user, _state(request), form), take)

    return Route(path, endpoint, methods=["POST"])


def shows_anybody(path: str, show: OpenShow) -> Route:
    """A page before sign-in."""

    async def endpoint(request: Request) -> Response:
        return await _taken(lambda: show(request, _state(request)), show)

    return Route(path, endpoint)


def takes_from_anybody(path: str, take: OpenTake) -> Route:
    """A form before sign-in."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        return await _taken(lambda: take(request, _state(request), form), take)

    return Route(path, endpoint, methods=["POST"])


async def _taken(run: Callable[[], Response | Awaitable[Response]], take: Callable[..., object]) -> Response:
    answer = run() if inspect.iscoroutinefunction(take) else await run_in_threadpool(run)
    return answer if isinstance(answer, Response) else await answer


def make_pages(
    state: State, routes: Sequence[Route], session_of: SessionOf, session_ended: SessionEnded, confirm: SessionEnded
) -> Starlette:
    """The pages as an application to be mounted at "/". `session_of` tells whose session a token is, `session_ended` is
    the answer to who has none, and `confirm` to who is to show again who they are."""

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
    pages.state.session_of = session_of
    pages.state.confirm = confirm
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
    """The page for a bug; `RequestLog` says where it came from. It is made outside of `SafeHeaders`."""
    response = page(request, "error.html", key="bug", reason="", status=500)
    response.headers.update({**HEADERS, "cache-control": "no-store"})
    return response


def _state(request: Request) -> State:
    state = request.app.state.service
    assert isinstance(state, State)
    return state


def _session(request: Request) -> Session:
    token = request.cookies.get(SESSION)
    session: Session | None = request.app.state.session_of(_state(request), token) if token else None
    if session is None or session.awaits_code:
        raise UserError(Kind.UNAUTHENTICATED, "no session")
    request.state.user, request.state.session = session.user, session
    return session


def _confirm(request: Request, form: Form | None) -> Response:
    response: Response = request.app.state.confirm(request, form)
    return response
