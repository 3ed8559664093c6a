"""全部学生, a page at a time, and what a search found."""

from math import ceil

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.directory.service import open_directory
from serving.directory.store import AT_ONCE
from serving.platform.pages import shows
from serving.platform.render import page
from serving.platform.schools import chosen_school
from serving.platform.state import State


def show_directory(request: Request, user: User, state: State) -> Response:
    school = chosen_school(request, user)
    asked = request.query_params
    query, class_id = asked.get("q", "").strip(), asked.get("class") or None
    grade, place = _number(asked.get("grade")), _number(asked.get("page")) or 1
    found = open_directory(state, user, school or "", query, grade, class_id, place)
    last = max(1, ceil(found.total / AT_ONCE))
    if place > last:  # the list has become shorter, or somebody typed the address
        place = last
        found = open_directory(state, user, school or "", query, grade, class_id, place)
    return page(
        request,
        "directory.html",
        user=user,
        school=school,
        query=query,
        grade=grade,
        class_id=class_id,
        place=place,
        last=last,
        found=found,
        filtered=grade is not None or class_id is not None,
    )


def _number(written: str | None) -> int | None:
    fine = written is not None and written.isascii() and written.isdigit() and len(written) <= 5
    return int(written) if fine and written is not None else None


ROUTES = (shows("/students", show_directory),)
