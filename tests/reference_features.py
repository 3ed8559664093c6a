"""The features of questionnaires, leave and concerns again, in plain slow loops over one request.

It shares no code with `models.features`: each figure is counted the way its description reads.
"""

import math
from datetime import date, datetime, timedelta
from typing import Any

from data_schemas.instruments import Instrument

Row = dict[str, Any]
ABSENCES = ("sick", "personal", "unexcused", "quarantine", "unknown")
KINDS = (
    "mood_abnormal",
    "study_pressure",
    "school_aversion",
    "bullying",
    "parent_child_conflict",
    "school_contact",
    "repeated_grade",
    "transfer",
    "special_constitution",
    "sleep_short",
    "serious_misconduct",
)


def as_day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def reaches(request: Row, table: str, as_of: date, taught: list[date]) -> bool:
    """Whether a table was collected up to the day, or stopped at most two school days before it."""
    if request.get(table) is None:
        return False
    feeds = [feed for feed in request.get("feeds") or [] if feed["table"] == table]
    if not feeds:
        return True
    for feed in feeds:
        if feed["covered_from"] > as_of:
            continue
        since = [day for day in taught if feed["covered_to"] < day <= as_of]
        if len(since) <= 2:
            return True
    return False


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


def leave_features(request: Row, as_of: date, taught: list[date]) -> dict[str, float]:
    """`taught` are all school days around the as-of date, in order."""
    school = set(taught)
    passed = [day for day in taught if day <= as_of]
    last_20, last_60 = set(passed[-20:]), set(passed[-60:])
    year = {day for day in passed if day > as_of - timedelta(days=365)}
    share: dict[date, float] = {}
    unexcused, other_sick = set(), set()
    suspended = 0.0
    late_early, suspensions, resumptions = set(), set(), set()
    for row in request.get("leaves") or []:
        if row["recorded_on"] > as_of:
            continue
        if row["type"] == "suspension" and row["start_on"] <= as_of and row["end_on"] > as_of - timedelta(days=365):
            suspended = 1.0
        if row["start_on"] <= as_of:
            if row["type"] in ("late", "early") and sum(row["start_on"] < day for day in passed) < 20:
                late_early.add((row["start_on"], row["type"]))
            if row["type"] == "suspension":
                suspensions.add(row["start_on"])
            if row["type"] == "resumption" and row["start_on"] > as_of - timedelta(days=90):
                resumptions.add(row["start_on"])
        if row["type"] not in ABSENCES:
            continue
        length = (row["end_on"] - row["start_on"]).days + 1
        missed = [day for day in (row["start_on"] + timedelta(days=n) for n in range(length)) if day in school]
        for day in missed:
            if day > as_of:
                continue
            part = 1.0 if row.get("half_days") is None else min(row["half_days"] / 2 / len(missed), 1.0)
            share[day] = max(share.get(day, 0.0), part)
            if row["type"] == "unexcused":
                unexcused.add(day)
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
    known = reaches(request, "leaves", as_of, taught) or bool(sums)
    return {
        "leave_days_20": count(last_20),
        "leave_days_60": count(last_60),
        "leave_days_term": count({day for day in year if term_of(day) == last_term(as_of)}),
        "leave_days_365": max([count(year), *sums]),
        "unexcused_days_365": count(year, unexcused),
        "nonresp_sick_days_60": count(last_60, other_sick),
        "monfri_days_60": count(last_60, {day for day in share if day.weekday() in (0, 4)}),
        "return_day_leaves_365": float(returns),
        "unexcused_days_20": count(last_20 & unexcused),
        "unexcused_days_60": count(last_60 & unexcused),
        "pre_exam_days_365": 0.0,
        "late_early_20": float(len(late_early)),
        "suspensions": float(len(suspensions)),
        "resumed_90": float(bool(resumptions)),
        "longest_leave_365": float(longest),
        "suspended_365": suspended,
        "leave_missing": 0.0 if known else 1.0,
    }


def concern_features(request: Row, as_of: date, taught: list[date]) -> dict[str, float]:
    found = {}
    for kind in KINDS:
        yes, asked = 0, False
        for row in request.get("concerns") or []:
            received = row.get("recorded_on") or row["reported_on"]
            recent = as_of - timedelta(days=365) < row["reported_on"] <= as_of
            if row["kind"] == kind and recent and received <= as_of:
                yes += row.get("value") in (None, "yes")
                asked |= row.get("value") == "unknown"
        found[f"concern_{kind}"] = float(min(yes, 3)) or (0.1 if asked else 0.0)
    found["concern_missing"] = 0.0 if reaches(request, "concerns", as_of, taught) else 1.0
    return found


Groups = dict[str, tuple[float, float]]  # stage|sex, stage or "all" → mean and standard deviation of the total


def questionnaire_features(request: Row, instrument: Instrument, as_of: date, groups: Groups) -> dict[str, float]:
    """For a scale from 0 without reversed items, a sheet being current for its recall window and 90 days."""
    code, n = instrument.code, instrument.items
    sheets = []
    for row in request.get("responses") or []:
        if row["instrument"] == code:
            answers = row["answers"]
            given = [answer for answer in answers if answer is not None]
            blanks = n - len(given)
            scored = blanks <= instrument.most_missing and given
            total = math.floor(sum(given) * n / len(given) + 0.5) if scored else None
            # Where too many are blank: as if just enough of them had been answered with 0.
            counted = max(len(given), n - instrument.most_missing)
            mean = sum(given) / counted
            worth = math.floor(sum(given) * n / counted + 0.5) if blanks else sum(given)
            items = {item: answers[item - 1] for item in instrument.feature_items}
            filled = {item: mean if a is None else a for item, a in items.items()}
            sheets.append(_sheet(row, total, worth, blanks, filled))
    for row in request.get("scores") or []:
        if row["instrument"] == code and row["scale"] == "total":
            even = {item: row["value"] / n for item in instrument.feature_items}
            sheets.append(_sheet(row, row["value"], row["value"], 0, even))
    known = [sheet for sheet in sheets if sheet["day"] <= as_of and sheet["received"] <= as_of]
    current = [sheet for sheet in known if (as_of - sheet["day"]).days <= instrument.recall.days + 90]
    scored_days = [sheet["day"] for sheet in current if sheet["total"] is not None]
    newest = max(scored_days, default=None)
    chosen = [sheet for sheet in current if sheet["total"] is not None and sheet["day"] == newest]
    unscored = [s for s in current if s["total"] is None and (newest is None or s["day"] >= newest)]
    last = max((sheet["day"] for sheet in current), default=None)
    before = [
        sheet["worth"]
        for sheet in known
        if (as_of - sheet["day"]).days <= 400 and (last is None or sheet["day"] < last)
    ]
    stage, sex = request.get("stage"), request.get("sex")
    mean, sd = groups.get(f"{stage}|{sex}") or groups.get(str(stage)) or groups["all"]
    found = {
        f"{code}_total": (max([0.0, *(s["worth"] for s in (*chosen, *unscored))]) - mean) / sd,
        f"{code}_blank_items": max([0.0, *(s["blanks"] for s in (*chosen, *unscored))]),
        f"{code}_earlier_max": (max([0.0, *before]) - mean) / sd,
        f"{code}_missing": 1.0 if newest is None else 0.0,
        f"{code}_stale": 1.0 if known and not current else 0.0,
        f"{code}_invalid": 1.0 if unscored else 0.0,
    }
    for item in instrument.feature_items:
        found[f"{code}_item_{item}"] = max([0.0, *(s["filled"][item] for s in (*chosen, *unscored))])
    return found


def _sheet(row: Row, total: float | None, worth: float, blanks: int, filled: Row) -> Row:
    day = row["administered_on"]
    received = as_day(row["received_at"]) if row.get("received_at") else day
    return {
        "day": day,
        "received": received,
        "total": total,
        "worth": worth,
        "blanks": blanks,
        "filled": filled,
    }
