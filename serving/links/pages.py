"""Who belongs together, on a page of its own."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from serving.access import User
from serving.links.service import LinkFault, LinkKind, link, open_links, unlink
from serving.platform.guard import Form, one
from serving.platform.pages import shows, takes
from serving.platform.render import CHINA, go, page, student_path
from serving.platform.state import State


def show_links(request: Request, user: User, state: State) -> Response:
    asked = request.query_params
    student, groups = open_links(state, user, request.path_params["student_id"])
    return page(
        request,
        "links.html",
        user=user,
        school=student.school_id,
        student=student,
        groups=groups,
        kinds={one.code: one for one in LinkKind},
        typed={name: asked.get(name, "") for name in ("kind", "others", "on")},
        said=asked.get("link"),
        year=state.clock().astimezone(CHINA).year,
    )


def take_link(request: Request, user: User, state: State, form: Form) -> Response:
    student_id, group_id = one(form, "student_id"), one(form, "group_id")
    place = f"/links{student_path(student_id)}"
    if group_id:
        unlink(state, user, student_id, group_id)
        return go(request, f"{place}?link=undone")
    typed = {name: one(form, name) for name in ("kind", "others", "on")}
    try:
        link(state, user, student_id, **typed)
    except LinkFault as fault:
        return go(request, f"{place}?{urlencode({'link': fault.key} | typed)}")
    return go(request, f"{place}?link=done")


ROUTES = (shows("/links/students/{student_id:path}", show_links), takes("/links", take_link))
