"""Features, floors and errands know no date of their own: the whole world some weeks later looks the same.

Holidays and terms do not move with it, so the world here is taught on every weekday.
"""

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.calendar import SchoolCalendar, date_to_day, default_calendar
from data_schemas.school_days import Calendars
from models import read_policy, records_of_requests
from models.features import Recipe, build_features, full_catalogue
from models.floors import leads
from models.leave_reference import LeaveReference
from models.reference import Reference
from models.tasks import open_tasks
from models.triage.from_records import open_of, seen_of
from tests.examples import examples
from tests.strategies import students
from tests.students import AS_OF, Request
from tests.trained import INSTRUMENTS, REFERENCE

POLICY = read_policy()


@cache
def weekdays() -> Calendars:
    """School on every weekday for ever: no holiday, no term; a Monday after an odd week is a return day."""
    plain = default_calendar()
    days = plain.first + np.arange(len(plain.school_day))
    school_day = (days + 3) % 7 < 5
    last = np.maximum.accumulate(np.where(school_day, days, plain.first))
    nothing = np.zeros(len(days), dtype=bool)
    return Calendars(
        SchoolCalendar(
            first=plain.first,
            school_day=school_day,
            return_day=school_day & ((days + 3) % 7 == 0),
            before_exam=nothing,
            term=np.ones(len(days), dtype=np.int64),
            passed=np.cumsum(school_day, dtype=np.int64),
            previous=np.append(plain.first, last[:-1]),
        )
    )


def moved(content: Any, by: timedelta) -> Any:
    """The content with every day in it moved."""
    if isinstance(content, dict):
        return {name: moved(value, by) for name, value in content.items()}
    if isinstance(content, list):
        return [moved(value, by) for value in content]
    return content + by if isinstance(content, date) else content


@given(st.lists(students(), min_size=1, max_size=4), st.integers(-30, 30))
@settings(max_examples=examples(50))
def test_weeks_later_everything_looks_the_same(requests: list[Request], weeks: int) -> None:
    by = timedelta(weeks=weeks)
    # What is usual differs by month and does not move; over all months it is the same.
    usual = {stage: {"all": months["all"]} for stage, months in REFERENCE.leave.counts.items()}
    reference = Reference(REFERENCE.groups, LeaveReference(usual))
    recipe = Recipe(full_catalogue(INSTRUMENTS.values()), INSTRUMENTS, reference, POLICY.staleness)
    seen = []
    for world, as_of in ((requests, AS_OF), (moved(requests, by), AS_OF + by)):
        records = records_of_requests(world, None, weekdays())
        day = date_to_day(as_of)
        found = [*open_of(records, day, POLICY), *leads(records, day, POLICY)]
        told = [sorted((f.id, f.tier.ord, f.severity, as_of - f.evidence_on) for f in mine) for mine in found]
        tasks = open_tasks(records, day, POLICY, seen_of(records, day))
        errands = [[(task.kind, as_of - task.on, task.due_on - as_of) for task in mine] for mine in tasks]
        seen.append((build_features(records, recipe, day).values, (told, errands)))
    (now, floors_now), (then, floors_then) = seen
    assert then == pytest.approx(now, abs=1e-9, nan_ok=True)
    assert floors_then == floors_now
