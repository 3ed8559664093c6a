"""遗漏复查: a half-year looked back on. Counselors see the cases of their school, others counts that tell of nobody."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from data_schemas.codes import OutcomeKind, Selection
from serving.misses import MissClass, half_of, read_half
from serving.web.desk import Desk, Visitor
from serving.web.listing import chosen_school
from serving.web.render import CHINA, page

KINDS = (OutcomeKind.CRISIS_EVENT, OutcomeKind.REFERRAL, OutcomeKind.SUSPENSION)
HALVES_SHOWN = 6


def show_misses(request: Request, visitor: Visitor, desk: Desk) -> Response:
    """The half-year of the address, or the one that was over last. Raises `UserError` for who may not see it."""
    school = chosen_school(request, visitor) if visitor.schools else None
    asked = request.query_params.get("half")
    half = read_half(asked) if asked else half_of(datetime.now(CHINA).date()).before
    reading, reviewed = desk.miss_review(visitor, half, school.school_id if school else None)
    if reading is None and asked is None and reviewed:
        half = read_half(reviewed[0])
        reading, reviewed = desk.miss_review(visitor, half, school.school_id if school else None)
    return page(
        request,
        "misses.html",
        visitor=visitor,
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
