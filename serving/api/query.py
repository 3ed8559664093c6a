"""Query parameters: each is one that the address knows, and is there once. `?dryrun=true` must not record."""

import difflib
from collections import Counter

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from runxin.errors import Problem, bad_data
from serving.api.reading import name_shown


async def known_query(request: Request) -> None:
    """A dependency of every route; raises `UserError` (bad data) naming each parameter that the address does not know
    or that is there twice. Values are not repeated."""
    if not request.query_params:
        return
    known = _known(request)
    counts = Counter(name for name, _ in request.query_params.multi_items())
    problems = []
    for name, count in counts.items():
        if name not in known:
            problems.append(Problem("there is no such parameter", column=name_shown(name), fix=_fix(name, known)))
        elif count > 1:
            problems.append(Problem("this parameter is there twice", column=name, fix="send it once"))
    if problems:
        raise bad_data("the query of this address does not fit", problems)


def _known(request: Request) -> list[str]:
    """The parameters that the route and what it depends on take, which are those of its description."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return []
    known: dict[str, list[str]] = request.app.state.queries  # by route, looked up once
    if route.unique_id not in known:
        flat = get_flat_params(route.dependant)
        known[route.unique_id] = [one.alias for one in flat if isinstance(one.field_info, params.Query)]
    return known[route.unique_id]


def _fix(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"is it {near[0]}?"
    return f"known here: {', '.join(known)}" if known else "this address takes none"
