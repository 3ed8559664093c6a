"""The school of a page: which one the address asks for, and what it is called."""

from starlette.requests import Request

from runxin.errors import refused
from serving.access import User


def school_name(school_id: str) -> str:
    """A school is called by its id: no table of schools has names yet."""
    return school_id


def chosen_school(request: Request, user: User) -> str | None:
    """The school of the address, or the user's first; raises `UserError` (refused) for another's."""
    asked = request.query_params.get("school")
    if asked is None:
        return user.schools[0] if user.schools else None
    if asked not in user.schools:
        raise refused("this school is not one of yours")
    return asked
