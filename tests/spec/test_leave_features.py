"""Leave features that need a calendar of one's own, or records that are no absence."""

from datetime import date, timedelta

from data_schemas.calendar import YEARS, Rules, Span, Terms, date_to_day, make_calendar
from data_schemas.school_days import Calendars
from models import read_policy, records_of_requests
from models.features import Recipe, build_features
from tests.students import AS_OF, Row, days_before, leave, student
from tests.trained import FEATURES, INSTRUMENTS, REFERENCE

RECIPE = Recipe(FEATURES, INSTRUMENTS, REFERENCE, read_policy().staleness)


def features(*leaves: Row, calendars: Calendars | None = None, as_of: date = AS_OF) -> dict[str, float]:
    records = records_of_requests([student(leaves=list(leaves))], None, calendars)
    matrix = build_features(records, RECIPE, date_to_day(as_of))
    return {name: float(matrix.column(name)[0]) for name in matrix.names}


def test_leave_before_an_exam_counts_on_its_five_school_days() -> None:
    exam = Rules(exams=(Span(date(2026, 4, 1), date(2026, 4, 2)),))
    calendars = Calendars(make_calendar(Terms(), *YEARS, exam))
    rows = [leave(date(2026, 3, day)) for day in (24, 25, 31)]
    assert features(*rows, calendars=calendars)["pre_exam_days_365"] == 2, "25 to 31 March are the five school days"
    assert features(*rows)["pre_exam_days_365"] == 0, "no exam is known"


def test_the_term_is_the_one_that_has_begun_last() -> None:
    rows = [leave(date(2026, 1, 20)), leave(date(2026, 3, 2), date(2026, 3, 3))]
    assert features(*rows)["leave_days_term"] == 2
    assert features(rows[0], as_of=date(2026, 2, 10))["leave_days_term"] == 1, "in the holidays the last term counts"


def test_lateness_counts_once_a_day_and_is_no_leave() -> None:
    monday = AS_OF - timedelta(days=AS_OF.weekday())
    rows = [leave(monday, monday, "late"), leave(monday, monday, "late"), leave(monday, monday, "early")]
    found = features(*rows, leave(days_before(120), days_before(120), "late"))
    assert (found["late_early_20"], found["leave_days_365"]) == (2, 0)


def test_suspensions_and_returns_are_counted_by_their_own_days() -> None:
    first = leave(days_before(800), days_before(500), "suspension")
    second = leave(days_before(300), days_before(40), "suspension")
    back = leave(days_before(39), days_before(39), "resumption")
    found = features(first, second, second, back)
    assert (found["suspensions"], found["resumed_90"], found["suspended_365"]) == (2, 1, 1)
    old = leave(days_before(90), days_before(90), "resumption")
    assert features(old)["resumed_90"] == 0
