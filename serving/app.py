"""The whole service as one ASGI application, made of what every slice brings: routes of the API, and pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from time import monotonic

from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runxin import __version__
from serving import instruments, model_status
from serving.access import Session
from serving.accounts import account_pages, oidc_pages, session_of
from serving.accounts import pages as accounts
from serving.admin import pages as admin
from serving.api import docs, follow_up, outcomes, score
from serving.api.description import describe, operation_id
from serving.api.door import Door
from serving.api.events import prompts
from serving.api.events import routes as events
from serving.api.problems import install_problems
from serving.api.query import known_query
from serving.api.turns import ScoreTurns
from serving.bookings import pages as bookings
from serving.cases import pages as cases
from serving.changes import routes as changes
from serving.concerns import pages as concerns
from serving.crisis import pages as crisis
from serving.crisis.service import alarm_for
from serving.directory import pages as directory
from serving.duties import pages as duties
from serving.duty import pages as duty
from serving.exports import pages as exports
from serving.handover import pages as handover
from serving.health.checks import Health
from serving.health.metrics import Metrics
from serving.health.request_log import RequestLog
from serving.identity import pages as identity
from serving.intake import pages as intake
from serving.keys import verify_key
from serving.links import pages as links
from serving.miss_review import pages as miss_review
from serving.notes import pages as notes
from serving.plans import pages as plans
from serving.platform.guard import Form
from serving.platform.pages import make_pages
from serving.platform.rates import Rates
from serving.platform.state import State
from serving.reading import pages as reading
from serving.recording import pages as recording
from serving.reports import pages as reports
from serving.student import pages as student
from serving.support import pages as support
from serving.today import pages as today
from serving.waves import pages as waves

TITLE = "Runxin 润心"
ABOUT = """Screening and triage for student mental health in schools. An answer is an order of work for counselors,
never a diagnosis, and is not to be shown to students, guardians or classes.
"""
ROUTERS = (
    score.router,
    events.router,
    prompts.router,
    outcomes.router,
    changes.router,
    follow_up.router,
    instruments.router,
    model_status.router,
    docs.router,
)
PAGES = (
    *today.ROUTES,
    *directory.ROUTES,
    *exports.ROUTES,
    *plans.ROUTES,
    *notes.ROUTES,
    *links.ROUTES,
    *support.ROUTES,
    *handover.ROUTES,
    *duty.ROUTES,
    *duties.ROUTES,
    *bookings.ROUTES,
    *intake.ROUTES,
    *waves.ROUTES,
    *student.ROUTES,
    *recording.ROUTES,
    *cases.ROUTES,
    *concerns.ROUTES,
    *crisis.ROUTES,
    *reading.ROUTES,
    *identity.ROUTES,
    *reports.ROUTES,
    *miss_review.ROUTES,
    *admin.ROUTES,
    *accounts.ROUTES,
    *account_pages.ROUTES,
    *oidc_pages.ROUTES,
)
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def make_app(state: State, pages: Starlette | None = None, health: Health | None = None) -> Starlette:
    """The service. `health` is asked for metrics. `pages` answers every address that is not the API's own; its lifespan
    is entered with this one's."""
    door = Door(_make_api(state), pages, address_of)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if pages is None:
            yield
        else:
            async with pages.router.lifespan_context(pages):
                yield

    whole = Starlette(
        middleware=[
            Middleware(RequestLog, address_of=address_of),
            Middleware(Metrics, address_of=address_of, health=health),
        ],
        lifespan=lifespan,
    )
    whole.router.default = door  # and no mount: one would not take an address with a line break in it
    return whole


def address_of(path: str) -> str | None:
    """The API's own address that a path is one of, such as `/instruments/{code}`; None for a page."""
    bare, routes = path.rstrip("/") or path, _api_routes()
    if bare in routes:
        return bare
    return next((one for one, pattern in routes.items() if pattern.match(bare)), None)


@cache
def _api_routes() -> dict[str, re.Pattern[str]]:
    """The addresses of the API, in the order in which they are looked at."""
    routes = (route for router in ROUTERS for route in router.routes if isinstance(route, Route))
    return {route.path: route.path_regex for route in routes}


def make_web(state: State) -> Starlette:
    """What people see."""

    def session(state: State, token: str) -> Session | None:
        return session_of(state.store, token, state.clock())

    pages = make_pages(state, PAGES, session, session_ended, accounts.confirm_first)
    pages.state.alarm = alarm_for
    return pages


def session_ended(request: Request, form: Form | None) -> Response:
    """The way in; a record that was just sent waits behind it."""
    return accounts.session_ended(request, form, recording.park(request, form))


def _make_api(state: State) -> FastAPI:
    api = FastAPI(
        title=TITLE,
        description=ABOUT,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=NO_TELEMETRY,
        dependencies=[Depends(known_query)],
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    api.state.service = state
    api.state.client_of = verify_key
    api.state.busy = {}
    api.state.rates = Rates(monotonic)
    api.state.turns = ScoreTurns()
    api.state.queries = {}
    for router in ROUTERS:
        api.include_router(router)
    install_problems(api)
    describe(api)
    return api
