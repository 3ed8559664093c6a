"""What stands around every page: headers, cookies, form tokens, and who is asking."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runxin.errors import Kind, UserError

SESSION = "runxin_session"
FORM = "runxin_form"
LANGUAGE = "runxin_lang"
DEVICE = "runxin_device"
LARGEST_FORM = 16 * 1024  # bytes; the longest form but one is a handful of short fields
# Forms with notes, of 9 bytes a character as browsers send it.
WITH_NOTES = ("/records", "/cases", "/concerns", "/plans", "/notes")
LARGEST_WITH_NOTES = 96 * 1024
# Forms with a file. A year's roster of one school is a tenth of this.
WITH_FILES = ("/duty/import", "/intake")
LARGEST_WITH_FILE = 1024 * 1024

# Nothing is loaded from elsewhere, and no script or style stands in a page.
HEADERS = {
    "content-security-policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}

Form = dict[str, list[str]]


@dataclass(frozen=True)
class Upload:
    """A file that came with a form, by the name that it has where it came from."""

    name: str
    content: bytes


class SafeHeaders:
    """ASGI middleware that sets the headers on every answer, and `no-store` where nothing else was said."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, send_safely)


async def read_form(request: Request) -> Form:
    """The posted fields, once their token proves that one of our own pages sent them.

    A file that comes along is `request.state.upload`. Raises `UserError`: too large, bad data where the form is in
    pieces, refused where the token is missing or another's, unauthenticated where the browser has no cookie at all.
    """
    body = bytearray()
    largest = LARGEST_WITH_NOTES if request.url.path.startswith(WITH_NOTES) else LARGEST_FORM
    with_file = request.url.path in WITH_FILES
    if with_file:
        largest = LARGEST_WITH_FILE
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise UserError(Kind.TOO_LARGE, "the form is too large")
    in_parts = with_file and request.headers.get("content-type", "").startswith("multipart/form-data")
    if in_parts:
        form = await _read_parts(request, bytes(body))
    else:
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)
    expected = form_token(request)
    if expected is None and not _before_sign_in(request):
        raise UserError(Kind.UNAUTHENTICATED, "no session")
    if expected is None or not hmac.compare_digest(expected.encode(), one(form, "form_token").encode()):
        raise UserError(Kind.REFUSED, "the form did not come from this session", fix="go back, reload, send it again")
    return form


async def _read_parts(request: Request, body: bytes) -> Form:
    """The fields of a form with a file; the file goes to the request's state."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        parts = await MultiPartParser(request.headers, stream(), max_files=1, max_fields=20).parse()
    except MultiPartException as error:
        raise UserError(Kind.BAD_DATA, "the form cannot be read", fix="go back, reload, send it again") from error
    form: Form = {}
    try:
        for name, value in parts.multi_items():
            if isinstance(value, UploadFile):
                request.state.upload = Upload(value.filename or "", await value.read())
            else:
                form.setdefault(name, []).append(value)
    finally:
        await parts.close()
    return form


def uploaded(request: Request) -> Upload | None:
    """The file that came with the form; None where there was none, or an empty field for one."""
    found = getattr(request.state, "upload", None)
    return found if isinstance(found, Upload) and found.name else None


def one(form: Form, field: str) -> str:
    return form.get(field, [""])[0].strip()


def form_token(request: Request) -> str | None:
    """What a form must carry: derived from the session's cookie, or before sign-in from a cookie of its own, since a
    strict cookie of a session that is over may or may not come along.

    A one-way function keeps the session's token itself out of the page.
    """
    secret = None if _before_sign_in(request) else request.cookies.get(SESSION)
    secret = secret or request.cookies.get(FORM) or getattr(request.state, "new_form_secret", None)
    return hashlib.sha256(f"form:{secret}".encode()).hexdigest() if secret else None


def ensure_form_secret(request: Request) -> None:
    """Before sign-in there is no session to derive the token from: make a secret, kept by `keep_cookies`."""
    request.state.before_sign_in = True
    if form_token(request) is None:
        request.state.new_form_secret = secrets.token_urlsafe(24)


def _before_sign_in(request: Request) -> bool:
    return request.url.path.startswith("/sign-in") or getattr(request.state, "before_sign_in", False)


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie for this site alone, closed to scripts; it ends with the browser, or after so many seconds."""
    secure = request.url.scheme == "https" or request.app.state.service.public_url.startswith("https:")
    response.set_cookie(name, value, seconds, path="/", httponly=True, samesite="strict", secure=secure)


def keep_cookies(request: Request, response: Response) -> None:
    """Set the cookies that came up while the page was made."""
    secret = getattr(request.state, "new_form_secret", None)
    if secret:
        set_cookie(request, response, FORM, secret)
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        set_cookie(request, response, LANGUAGE, asked)


def language_of(request: Request) -> str:
    """`?lang=` first, then the cookie, then Chinese."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if asked in ("zh", "en"):
            return asked
    return "zh"


def local_path(target: str) -> str:
    """`target` where it is a path of this site, else the start page: a sign-in never leads elsewhere."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if fine and "\\" not in target else "/"
