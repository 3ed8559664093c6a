"""遗漏复查: a half-year looked back on. Counselors see the cases of their school, others counts that tell of nobody."""

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import OutcomeKind, Selection
from serving.access import User
from serving.miss_review.classes import MissClass
from serving.miss_review.halves import half_of, read_half
from serving.miss_review.service import open_misses
from serving.platform.pages import shows
from serving.platform.render import CHINA, page
from serving.platform.schools import chosen_school
from serving.platform.state import State

KINDS = (OutcomeKind.CRISIS_EVENT, OutcomeKind.REFERRAL, OutcomeKind.SUSPENSION)
HALVES_SHOWN = 6


def show_misses(request: Request, user: User, state: State) -> Response:
    """The half-year of the address, or the one that was over last. Raises `UserError` for who may not see it."""
    school = chosen_school(request, user)
    asked = request.query_params.get("half")
    half = read_half(asked) if asked else half_of(state.clock().astimezone(CHINA).date()).before
    reading, reviewed = open_misses(state, user, half, school)
    if reading is None and asked is None and reviewed:
        half = read_half(reviewed[0])
        reading, reviewed = open_misses(state, user, half, school)
    return page(
        request,
        "misses.html",
        user=user,
        school=school,
        synthetic=reading is not None and reading.synthetic,
        half=half,
        halves=sorted({half.name, *reviewed}, reverse=True)[:HALVES_SHOWN],
        reading=reading,
        classes=tuple(MissClass),
        kinds=KINDS,
        kind_of={kind.code: kind for kind in OutcomeKind},
        class_of={one.code: one for one in MissClass},
        stream_of={one.code: one for one in Selection},
    )


ROUTES = (shows("/miss-review", show_misses),)
