"""The features of questionnaires and concerns again, in plain slow loops over one request.

It shares no code with `models.features`: each figure is counted the way its description reads.
"""

import math
from datetime import date, datetime, timedelta
from typing import Any

from data_schemas.instruments import Instrument

Row = dict[str, Any]
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


def reaches(request: Row, table: str, as_of: date, taught: list[date], since: date | None = None) -> bool:
    """Whether a table was collected up to the day, or stopped at most two school days before it; with `since`, from
    that day on without a longer gap."""
    if request.get(table) is None:
        return False
    feeds = [feed for feed in request.get("feeds") or [] if feed["table"] == table]
    if not feeds:
        return True
    fed, reached = as_of + timedelta(days=1), False
    while True:
        longer = [
            feed["covered_from"]
            for feed in feeds
            if feed["covered_from"] < fed and len([day for day in taught if feed["covered_to"] < day < fed]) <= 2
        ]
        if not longer:
            return reached and (since is None or fed <= since)
        fed, reached = min(longer), True


def told_once(request: Row) -> Row:
    """The request without leave and reports that say what the record right before them said of the same thing; of one
    day what takes leave back comes last."""
    about = {"leaves": ("type", "start_on"), "concerns": ("kind", "reported_on", "source")}
    found = dict(request)
    for table, names in about.items():
        things: dict[str, list[tuple[date, bool, str, Row]]] = {}
        for row in request.get(table) or []:
            told = {name: row[name] for name in sorted(row) if name != "recorded_on" and row[name] is not None}
            thing = things.setdefault(str([row.get(name) for name in names]), [])
            thing.append((row.get("recorded_on") or date.min, row.get("half_days") == 0, str(told), row))
        if request.get(table) is not None:
            records = [sorted(thing, key=lambda one: one[:3]) for thing in things.values()]
            found[table] = [
                r for one in records for n, (*_, said, r) in enumerate(one) if not n or one[n - 1][2] != said
            ]
    return found


def concern_features(request: Row, as_of: date, taught: list[date], hardly_there: bool = False) -> dict[str, float]:
    """`hardly_there` says that most of the last 60 school days were not at school."""
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
    found["concern_missing"] = 0.0 if reaches(request, "concerns", as_of, taught) and not hardly_there else 1.0
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
        f"{code}_stale": 1.0 if newest is None and len(current) < len(known) else 0.0,
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
