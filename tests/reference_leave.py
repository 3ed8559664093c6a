"""The features of leave again, in plain slow loops over one request.

It shares no code with `models.features`: each figure is counted the way its description reads.
"""

import math
from datetime import date, timedelta

from tests.reference_features import Row, reaches

ABSENCES = ("sick", "personal", "unexcused", "quarantine", "unknown")


def term_of(day: date) -> tuple[int, str] | None:
    """The default terms: 1 September to 25 January, 24 February to 30 June."""
    if (day.month, day.day) >= (9, 1):
        return day.year, "autumn"
    if (day.month, day.day) <= (1, 25):
        return day.year - 1, "autumn"
    return (day.year, "spring") if (2, 24) <= (day.month, day.day) <= (6, 30) else None


def last_term(day: date) -> tuple[int, str] | None:
    """The term that a day lies in, or the one before the holidays that it lies in."""
    while term_of(day) is None:
        day -= timedelta(days=1)
    return term_of(day)


def first_of_term(day: date) -> date:
    """The first day of the term that a day lies in, or of the one before the holidays that it lies in."""
    while term_of(day) is None:
        day -= timedelta(days=1)
    while term_of(day - timedelta(days=1)) == term_of(day):
        day -= timedelta(days=1)
    return day


def episodes(taught: list[date], away: set[date]) -> int:
    """Runs of days away, with nothing but days without school in between."""
    return sum(day in away and (place == 0 or taught[place - 1] not in away) for place, day in enumerate(taught))


def episodes_with(taught: list[date], away: set[date], marked: set[date]) -> int:
    """Those of them that hold a marked day."""
    found, counted = 0, False
    for day in taught:
        counted = counted and day in away
        if day in marked and not counted:
            found, counted = found + 1, True
    return found


def standing(request: Row, as_of: date) -> list[Row]:
    """What was recorded by the as-of date, without what a record of that day or later of the same kind and first day
    took back (it has no half days), and without such records."""
    rows = [row for row in request.get("leaves") or [] if row["recorded_on"] <= as_of]
    gone: dict[tuple[str, date], date] = {}
    for row in rows:
        if row.get("half_days") == 0:
            thing = row["type"], row["start_on"]
            gone[thing] = max(row["recorded_on"], gone.get(thing, date.min))
    return [row for row in rows if row["recorded_on"] > gone.get((row["type"], row["start_on"]), date.min)]


def suspended_days(request: Row, as_of: date, days: list[date]) -> set[date]:
    """Which of `days` lie in a suspension that had begun and been recorded by the as-of date: to the day before the
    first return after it, else to its end; what was taken back never was. Of two that begin on one day the one recorded
    last counts, the shorter one where both came in on one day."""
    rows = standing(request, as_of)
    returns = [row["start_on"] for row in rows if row["type"] == "resumption"]
    found: set[date] = set()
    begun = [row for row in rows if row["type"] == "suspension" and row["start_on"] <= as_of]
    for start in {row["start_on"] for row in begun}:
        mine = [row for row in begun if row["start_on"] == start]
        told = max(mine, key=lambda row: (row["recorded_on"], -row["end_on"].toordinal()))
        back = min((day for day in returns if day >= start), default=date.max)
        found |= {day for day in days if start <= day <= told["end_on"] and day < back}
    return found


def at_school(request: Row, as_of: date, window: set[date]) -> tuple[set[date], set[date]]:
    """Of a window's school days those since enrolment, and of these the ones that were not suspended."""
    enrolled = {day for day in window if request.get("enrolled_on") is None or day >= request["enrolled_on"]}
    return enrolled, enrolled - suspended_days(request, as_of, sorted(enrolled))


def most_of(days: set[date], window: set[date]) -> bool:
    """Whether they are half of a window or more."""
    return bool(days) and 2 * len(days) >= len(window)


def version(row: Row, rows: list[Row], as_of: date) -> tuple[bool, bool]:
    """Whether a record stands among those of its kind that begin on its day, and whether a later one replaced it. Of
    several recorded on the last day the longest one stands."""
    alike = [
        one
        for one in rows
        if (one["type"], one["start_on"]) == (row["type"], row["start_on"]) and one["recorded_on"] <= as_of
    ]
    last = max(one["recorded_on"] for one in alike)

    def length(one: Row) -> tuple[date, float]:
        return one["end_on"], math.inf if one.get("half_days") is None else one["half_days"]

    newest = [one for one in alike if one["recorded_on"] == last]
    longest = max(map(length, newest))
    last_one = [one for one in newest if length(one) == longest][-1]
    return row is last_one, row["recorded_on"] < last


def leave_features(request: Row, as_of: date, taught: list[date], below: list[float] | None = None) -> dict[str, float]:
    """`taught` are all school days around the as-of date, in order; `below` the share of students with fewer days, by
    half days of 60."""
    school = set(taught)
    passed = [day for day in taught if day <= as_of]
    last_20, last_60 = set(passed[-20:]), set(passed[-60:])
    year = {day for day in passed if day > as_of - timedelta(days=365)}
    share: dict[date, float] = {}
    unexcused, other_sick = set(), set()
    late_early, suspensions, resumptions = set(), set(), set()
    quarantined: set[date] = set()
    told: dict[date, tuple[date, int, date]] = {}
    records = standing(request, as_of)
    for row in records:
        stands, replaced = version(row, records, as_of)
        if row["start_on"] <= as_of:
            if row["type"] in ("late", "early") and sum(row["start_on"] < day for day in passed) < 20:
                late_early.add((row["start_on"], row["type"]))
            if row["type"] == "suspension":
                suspensions.add(row["start_on"])
                last = (row["recorded_on"], -row["end_on"].toordinal(), row["end_on"])
                told[row["start_on"]] = max(last, told.get(row["start_on"], last))
            if row["type"] == "resumption":
                resumptions.add(row["start_on"])
        if row["type"] not in ABSENCES:
            continue
        length = (row["end_on"] - row["start_on"]).days + 1
        missed = [day for day in (row["start_on"] + timedelta(days=n) for n in range(length)) if day in school]
        for day in missed:
            if day > as_of:
                continue
            part = 1.0 if row.get("half_days") is None else min(row["half_days"] / 2 / len(missed), 1.0)
            if stands:
                share[day] = min(share.get(day, 0.0) + part, 1.0)
            if replaced:
                continue
            if row["type"] == "unexcused":
                unexcused.add(day)
            if row["type"] == "quarantine":
                quarantined.add(day)
            if row["type"] == "sick" and row.get("reason_code") not in ("respiratory", "fever"):
                other_sick.add(day)

    def count(window: set[date], among: set[date] | None = None) -> float:
        return sum(part for day, part in share.items() if day in window and (among is None or day in among))

    sums = [
        row["days"]
        for row in request.get("leave_totals") or []
        if row["recorded_on"] <= as_of
        and as_of - timedelta(days=365) < row["until_on"] <= as_of
        and row["window_days"] <= 366
    ]
    away = {day for day in share if day in year}
    returns = 0
    for place, day in enumerate(taught):
        first = place == 0 or (day - taught[place - 1]).days > 3
        following = taught[place + 1] if place + 1 < len(taught) else None
        returns += first and (day in away or following in away)
    longest = run = 0
    for day in taught:
        run = run + 1 if day in away else 0
        longest = max(longest, run)
    term = {day for day in passed if term_of(day) == last_term(as_of)}
    back = max(resumptions, default=None)
    newest = max(suspensions, default=None)
    past = 0
    if newest is not None and told[newest][2] < as_of and (back is None or back < newest):
        past = min((as_of - told[newest][2]).days, 365)
    windows = {"20": last_20, "60": last_60, "term": term, "365": year}
    calendar_year = [as_of - timedelta(days=n) for n in range(365)]
    suspended = float(bool(suspended_days(request, as_of, calendar_year)))
    enrolled = request.get("enrolled_on")
    here = at_school(request, as_of, last_60)[1]
    # A day that a record calls leave was a day at school, whatever else is said of it.
    expected = len(here) + sum(part for day, part in share.items() if day in last_60 - here)
    rate = min(count(last_60) / expected, 1.0) if most_of(here, last_60) else math.nan
    step = math.floor(min(count(last_60) / max(expected, len(last_60) / 2), 1.0) * 120 + 1e-3)
    known = (reaches(request, "leaves", as_of, taught) and most_of(here, last_60)) or bool(sums)
    # Two sums a row: what is known at least of the windows that hold the sum's own.
    least = dict.fromkeys(("20", "60", "term", "365"), (0.0, 0.0))
    firsts = {"20": min(last_20), "60": min(last_60), "term": first_of_term(as_of), "365": date.min}
    for row in request.get("leave_totals") or []:
        until = row["until_on"]
        if not (row["recorded_on"] <= as_of and as_of - timedelta(days=365) < until <= as_of):
            continue
        if row["window_days"] > 366:
            continue
        begin = until - timedelta(days=row["window_days"] - 1)
        for name, first in firsts.items():
            if begin >= first:
                days, times = least[name]
                least[name] = max(days, row["days"]), max(times, row.get("episodes") or 0)
    holidays_over = [
        day for place, day in enumerate(taught) if day in year and (place == 0 or (day - taught[place - 1]).days > 3)
    ]
    monfri = count(last_60, {day for day in share if day.weekday() in (0, 4)})
    fresh = [day for day in passed[-20:] if day not in quarantined]
    before = [day for day in passed[-40:-20] if day not in quarantined]
    blank = math.nan
    described = {
        f"leave_episodes_{name}": max(float(episodes(taught, set(share) & days)), least[name][1])
        for name, days in windows.items()
    }
    described |= {
        "nonresp_sick_episodes_60": float(episodes_with(taught, set(share), other_sick & last_60)),
        "monfri_share_60": (monfri + 1) / (sum(share[day] for day in share if day in last_60) + 2.5),
        "return_day_leave_rate_365": (returns + 0.5) / (len(holidays_over) + 10),
        "leave_trend_20": count(set(fresh)) - count(set(before)),
        "leave_rate_60": rate,
        "months_since_resumption": (as_of - back).days / (365.25 / 12) if back else blank,
        "excess_vs_class_60": blank,  # no class of ten here
    }
    for name in described:
        window = "60" if name == "leave_trend_20" else name.rpartition("_")[2]
        if name == "months_since_resumption":
            continue
        first = {"20": min(last_20), "60": min(last_60), "term": first_of_term(as_of)}.get(
            window, as_of - timedelta(days=364)
        )
        there = at_school(request, as_of, windows.get(window, year))[1]
        if not reaches(request, "leaves", as_of, taught, max(first, enrolled or first)):
            described[name] = blank
        if not most_of(there, windows.get(window, year)):
            described[name] = blank
    return {
        **described,
        "leave_days_20": max(count(last_20), least["20"][0]),
        "leave_days_60": max(count(last_60), least["60"][0]),
        "leave_days_term": max(count(term), least["term"][0]),
        "leave_days_365": max([count(year), *sums]),
        "unexcused_days_term": count(term & unexcused),
        "leave_rate_pctl_60": below[step] if below is not None else 0.0,
        "days_past_suspension": float(past),
        "unexcused_days_365": count(year, unexcused),
        "nonresp_sick_days_60": count(last_60, other_sick),
        "monfri_days_60": count(last_60, {day for day in share if day.weekday() in (0, 4)}),
        "return_day_leaves_365": float(returns),
        "unexcused_days_20": count(last_20 & unexcused),
        "unexcused_days_60": count(last_60 & unexcused),
        "pre_exam_days_365": 0.0,
        "late_early_20": float(len(late_early)),
        "suspensions": float(len(suspensions)),
        "resumed_90": float(any(day > as_of - timedelta(days=90) for day in resumptions)),
        "longest_leave_365": float(longest),
        "suspended_365": suspended,
        "leave_missing": 0.0 if known else 1.0,
    }
