"""报表: one meeting's sheet at a time, with the way to the time before it and to the same as a file."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from models.reports import ReportKind, Signal
from serving.access import User
from serving.platform.pages import shows
from serving.platform.render import page
from serving.platform.schools import chosen_school
from serving.platform.state import State
from serving.reports.lines import OF_A_SCHOOL, number_words, sections_of, signal_words
from serving.reports.service import Counting, open_report
from serving.reports.words_of import COLUMNS


def asked_for(request: Request) -> tuple[ReportKind, date | None]:
    """What the address asks for: `kind`, else the weekly one, and a day `of` it, else today."""
    code = request.query_params.get("kind", "")
    try:
        day = date.fromisoformat(request.query_params.get("of", ""))
    except ValueError:
        day = None
    return ReportKind.of(code) if code in ReportKind.codes() else ReportKind.WEEK, day


def show_report(request: Request, user: User, state: State) -> Response:
    kind, day = asked_for(request)
    school = chosen_school(request, user)
    report = open_report(state, user, kind, day, school)
    if isinstance(report, Counting):
        return page(request, "counting.html", user=user, school=school, kind=kind, counting=report)
    return page(
        request,
        "report.html",
        user=user,
        school=school,
        synthetic=report is not None and report.synthetic,
        kind=kind,
        report=report,
        sections=() if report is None else sections_of(report),
        columns=COLUMNS,
        of_a_school=OF_A_SCHOOL,
        told=number_words,
        signals=tuple(Signal),
        signal_words=signal_words,
    )


ROUTES = (shows("/reports", show_report),)
