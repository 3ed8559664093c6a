"""The school of a page: which one the address asks for, and what it is called."""

from collections.abc import Callable

from starlette.requests import Request

from runxin.errors import refused
from serving.access import User
from serving.platform.state import State
from serving.store import school_names


def namer(request: Request) -> Callable[[str], str]:
    """What a school is called on the pages: its name where it was imported, else its id. The names are read once a
    page, when the first is asked for."""
    found: dict[str, str] = {}

    def name_of(school_id: str) -> str:
        if not found:
            state = request.app.state.service
            assert isinstance(state, State)
            found.update({"": ""}, **school_names(state.store))
        return found.get(school_id, school_id)

    return name_of


def chosen_school(request: Request, user: User) -> str | None:
    """The school of the address, or the user's first; raises `UserError` (refused) for another's."""
    asked = request.query_params.get("school")
    if asked is None:
        return user.schools[0] if user.schools else None
    if asked not in user.schools:
        raise refused("this school is not one of yours")
    return asked
