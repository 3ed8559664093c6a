"""Pages from templates: one environment, and the context that every page shares."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.features.marks import NO_BAND
from serving.access import Action, User, may_somewhere
from serving.platform.guard import form_token, keep_cookies, language_of
from serving.platform.schools import namer
from serving.platform.words import instrument_name, pick, say

HERE = Path(__file__).parent
SLICES = HERE.parent  # each slice brings its own templates and words
STATIC = {
    "app.css": "text/css",
    "app.js": "text/javascript",
    "record.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
SHAPES = {"crisis": "■", "priority": "▲", "watch": "◆", "routine": "●"}
# What an address says of what was just done, and what it lets in: one does not come back to that.
TOLD = ("lang", "link", "case", "record", "before", "reported", "report", "identity", "is", "viewed", "said", "ring")
DAY, WHOLE = re.compile(r"((?<!\d)\d{4}-\d{2}-\d{2}(?!\d))"), Markup('<span class="whole">%s</span>')
CHINA = timezone(timedelta(hours=8))  # one time zone, without daylight saving


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """Content and hash of every static file."""
    contents = {name: (HERE / "static" / name).read_bytes() for name in STATIC}
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in contents.items()}


def asset(name: str) -> str:
    return f"/static/{name}?v={static_files()[name][1]}"


def student_path(student_id: str) -> str:
    """An id may hold any character; none of them may leave its place in the path."""
    return "/students/" + quote(student_id, safe="")


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(sorted(SLICES.glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        asset=asset,
        shapes=SHAPES,
        tiers=tuple(reversed(Tier)),
        student_path=student_path,
        instrument_name=instrument_name,
        no_band=NO_BAND,
    )
    env.filters.update(number=number, day=day, signed=signed, change=change, unbroken=unbroken)
    return env


def number(value: float) -> str:
    """A total without needless decimals: 17, 2.4."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def signed(value: float) -> str:
    """A contribution in log-odds with its sign: +0.42, −0.10."""
    return f"{value:+.2f}".replace("-", "−")


def change(value: float) -> str:
    """A difference of totals with its sign; 0 has none."""
    return {True: "+", False: "−"}[value > 0] + number(abs(value)) if value else "0"


def day(value: date | datetime | None) -> str:
    """An ISO date; a moment is shown in China's time with hours and minutes."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.astimezone(CHINA) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


def unbroken(sentence: str) -> Markup:
    """A sentence whose days are not broken at the end of a line: browsers break after a hyphen."""
    said = (WHOLE % part if DAY.fullmatch(part) else escape(part) for part in DAY.split(sentence))
    return Markup("").join(said)


def moment(value: datetime, year: int, language: str) -> str:
    """A deadline in China's time; the year only where it is not this one."""
    local = value.astimezone(CHINA) if value.tzinfo else value
    if local.year != year:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local.month}月{local.day}日 {local:%H:%M}" if language == "zh" else f"{local.day} {local:%b %H:%M}"


def page(
    request: Request,
    template: str,
    *,
    user: User | None = None,
    school: str | None = None,
    queues: Mapping[str, int] | None = None,
    synthetic: bool = False,
    status: int = 200,
    path: str | None = None,
    **context: Any,
) -> HTMLResponse:
    """One page. `school` is the id of the school that it is about; `queues` are the counts that the header shows;
    `path` is where the page is shown, where a form was sent elsewhere."""
    path = path or request.url.path
    language = language_of(request)
    several = user is not None and len(user.schools) > 1
    shared = {"school": school} if several and school is not None else {}

    def url(path: str, **query: object) -> str:
        kept = {key: str(value) for key, value in (shared | query).items() if value not in (None, "")}
        return path + (f"?{urlencode(kept)}" if kept else "")

    def in_language(code: str) -> str:
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        return quote(path, safe="/") + "?" + urlencode([*query, ("lang", code)])

    def names(word: Words) -> str:
        return pick(word, language)

    html = (
        environment()
        .get_template(template)
        .render(
            language=language,
            t=partial(say, language=language),
            w=names,
            moment=partial(moment, language=language),
            name_of=lambda member: member.zh if language == "zh" else member.en.capitalize(),
            url=url,
            in_language=in_language,
            user=user,
            can=lambda action: user is not None and may_somewhere(user, Action.of(action)),
            school=school,
            school_name=namer(request),
            queues=queues or {},
            alarm=_alarm(request, user),
            synthetic=synthetic,
            form_token=form_token(request),
            path=path,
            here=_here(request) or None,
            **context,
        )
    )
    response = HTMLResponse(html, status)
    keep_cookies(request, response)
    return response


def _alarm(request: Request, user: User | None) -> Any:
    """What stands above every page, where there is something; the application says who tells (`serving.app`)."""
    told = getattr(request.app.state, "alarm", None)
    return None if user is None or told is None else told(request.app.state.service, user)


def _here(request: Request) -> str:
    """The address of the page with its filters, to come back to; empty where that is the start page itself."""
    query = [(key, value) for key, value in request.query_params.multi_items() if key not in TOLD]
    address = request.url.path + (f"?{urlencode(query)}" if query else "")
    return "" if address == "/" else address


def go(request: Request, target: str) -> RedirectResponse:
    response = RedirectResponse(target, 303)
    keep_cookies(request, response)
    return response
