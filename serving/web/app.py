"""The web page as one ASGI application: routes, errors, static files."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runxin.errors import Kind, UserError
from serving.web import admin, listing, misses, sign_in, student
from serving.web.desk import Desk, Visitor
from serving.web.guard import HEADERS, SESSION, Form, SafeHeaders, read_form
from serving.web.render import STATIC, page, static_files

Endpoint = Callable[[Request], Awaitable[Response]]
Show = Callable[[Request, Visitor, Desk], Response]
Take = Callable[[Request, Visitor, Desk, Form], Response]

ERROR_PAGES = {
    Kind.REFUSED: "refused",
    Kind.NOT_FOUND: "missing",
    Kind.UNAVAILABLE: "unavailable",
}


def make_web(desk: Desk) -> Starlette:
    """The pages as an application to be mounted at "/"."""

    def visitor_of(request: Request) -> Visitor:
        token = request.cookies.get(SESSION)
        visitor = desk.visitor(token) if token else None
        if visitor is None:
            raise UserError(Kind.UNAUTHENTICATED, "no session")
        request.state.visitor = visitor
        return visitor

    def shows(show: Show) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(lambda: show(request, visitor_of(request), desk))

        return endpoint

    def takes(take: Take) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            form = await read_form(request)
            request.state.form = form
            return await run_in_threadpool(lambda: take(request, visitor_of(request), desk, form))

        return endpoint

    async def show_sign_in(request: Request) -> Response:
        return await run_in_threadpool(sign_in.show_sign_in, request, desk)

    async def take_sign_in(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(sign_in.sign_in, request, desk, form)

    async def take_sign_out(request: Request) -> Response:
        await read_form(request)
        return await run_in_threadpool(sign_in.sign_out, request, desk)

    routes = [
        Route("/", shows(listing.show_list)),
        *(Route("/" + queue.replace("_", "-"), shows(listing.show_queue)) for queue in listing.QUEUES),
        Route("/students/{student_id:path}", shows(student.show_student)),
        Route("/miss-review", shows(misses.show_misses)),
        Route("/help", shows(lambda request, visitor, _: page(request, "help.html", visitor=visitor))),
        Route("/admin", shows(admin.show_admin)),
        Route("/admin/accounts", takes(admin.create_account), methods=["POST"]),
        Route("/account", shows(sign_in.show_account)),
        Route("/account", takes(sign_in.set_password), methods=["POST"]),
        Route("/sign-in", show_sign_in),
        Route("/sign-in", take_sign_in, methods=["POST"]),
        Route("/sign-out", take_sign_out, methods=["POST"]),
        Route("/static/{name}", serve_static),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={UserError: show_user_error, HTTPException: show_http_error, Exception: show_bug},
    )


async def serve_static(request: Request) -> Response:
    """One of the few files known by name; for ever where the address carries its hash."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    content, fingerprint = static_files()[name]
    asked = request.query_params.get("v")
    cache = "public, max-age=31536000, immutable" if asked == fingerprint else "no-cache"
    return Response(content, media_type=STATIC[name], headers={"cache-control": cache})


def show_user_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, UserError):
        raise error
    form = getattr(request.state, "form", None)
    if error.kind is Kind.UNAUTHENTICATED:
        return sign_in.session_ended(request, form)
    stale = error.kind is Kind.REFUSED and request.method == "POST" and form is None
    key = "form" if stale else ERROR_PAGES.get(error.kind, "other")
    visitor = getattr(request.state, "visitor", None)
    return page(request, "error.html", visitor=visitor, key=key, reason=str(error), status=error.kind.status)


def show_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return page(request, "error.html", key="missing" if status == 404 else "other", reason=str(error), status=status)


def show_bug(request: Request, _error: Exception) -> Response:
    """The page for a bug; the server above logs the traceback. It is made outside of `SafeHeaders`."""
    response = page(request, "error.html", key="bug", reason="", status=500)
    response.headers.update({**HEADERS, "cache-control": "no-store"})
    return response
