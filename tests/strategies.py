"""Generated records of students, and rows that nobody can know yet."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from data_schemas.codes import Concern, FamilyFlag, LeaveReason, LeaveType, Stage
from models.features.catalogue import UNSIGNED_FLAGS
from tests.students import AS_OF, Request, Row, concern, flag, leave, sheet, student

ITEMS = {"phq9": 9, "gad7": 7}
AHEAD = (-400, -1)  # days before the as-of date: from tomorrow on
ADVERSE_FLAGS = [one.code for one in FamilyFlag if one not in UNSIGNED_FLAGS]


def days(least: int, most: int) -> st.SearchStrategy[date]:
    """Days between so many and so many days before the as-of date; one of them often, so that rows meet on it."""
    back = st.one_of(st.just(max(least, min(most, 10))), st.integers(least, most))
    return back.map(lambda days: AS_OF - timedelta(days=days))


def _some(rows: st.SearchStrategy[Row], most: int = 4) -> st.SearchStrategy[list[Row] | None]:
    """A list that was collected, or None where it was not."""
    return st.one_of(st.lists(rows, max_size=most), st.none())


@st.composite
def sheets(draw: st.DrawFn, least: int = 0, most: int = 420, answered: st.SearchStrategy[Any] | None = None) -> Row:
    """A sheet that was administered and received between `least` and `most` days before the as-of date."""
    code = draw(st.sampled_from(sorted(ITEMS)))
    answer = answered if answered is not None else st.one_of(st.none(), st.sampled_from([0, 0, 0, 1, 1, 2, 3]))
    on = draw(days(least, most))
    received = min(on + timedelta(days=draw(st.sampled_from([0, 0, 1, 20]))), AS_OF - timedelta(days=least))
    row = sheet(code, draw(st.lists(answer, min_size=ITEMS[code], max_size=ITEMS[code])), on, received)
    return {**row, "received_at": draw(st.sampled_from([row["received_at"], None]))}


@st.composite
def totals(draw: st.DrawFn, least: int = 0, most: int = 420) -> Row:
    """A total that came without its items."""
    code = draw(st.sampled_from(sorted(ITEMS)))
    value = float(draw(st.integers(0, ITEMS[code] * 3)))
    return {"instrument": code, "scale": "total", "value": value, "administered_on": draw(days(least, most))}


@st.composite
def leaves(draw: st.DrawFn, least: int = 0, most: int = 420) -> Row:
    """A leave recorded at its start; half days are known for short ones only."""
    start, length = draw(days(least, most)), draw(st.integers(1, 40))
    halves = draw(st.one_of(st.none(), st.integers(1, 2 * length))) if length <= 14 else None
    return leave(
        start,
        start + timedelta(days=length - 1),
        draw(st.sampled_from(LeaveType.codes())),
        half_days=halves,
        reason_code=draw(st.one_of(st.none(), st.sampled_from(LeaveReason.codes()))),
        recorded_on=min(start + timedelta(days=draw(st.integers(0, 3))), AS_OF - timedelta(days=least)),
    )


@st.composite
def leave_totals(draw: st.DrawFn, least: int = 0, most: int = 420) -> Row:
    until = draw(days(least, most))
    window = draw(st.sampled_from([20, 30, 60, 180, 365, 730]))
    return {
        "until_on": until,
        "recorded_on": until,
        "window_days": window,
        "days": float(draw(st.integers(0, 20))),
        "episodes": draw(st.one_of(st.none(), st.integers(0, 6))),
    }


@st.composite
def flags(draw: st.DrawFn, least: int = 0, most: int = 600) -> Row:
    since = draw(days(least, most))
    until = draw(st.one_of(st.none(), st.integers(0, 700).map(lambda more: since + timedelta(days=more))))
    return flag(
        draw(st.sampled_from(FamilyFlag.codes())),
        draw(st.sampled_from(["yes", "no", "unknown"])),
        since,
        valid_to=until,
        verified_by=draw(st.sampled_from(["village-1", None])),
    )


@st.composite
def concerns(draw: st.DrawFn, least: int = 0, most: int = 420) -> Row:
    kind = draw(st.sampled_from(Concern.codes()))
    on = draw(days(least, most))
    received = min(on + timedelta(days=draw(st.sampled_from([0, 1, 30]))), AS_OF - timedelta(days=least))
    tier = draw(st.sampled_from([None, "watch", "priority", "crisis"])) if kind == "manual" else None
    value = draw(st.sampled_from([None, None, "yes", "no", "unknown"]))
    return concern(kind, on, recorded_on=received, tier=tier, value=value)


@st.composite
def interviews(draw: st.DrawFn, least: int = 0, most: int = 420) -> Row:
    on = draw(days(least, most))
    return {
        "kind": "interview",
        "observed_on": on,
        "recorded_on": on,
        "level": draw(st.integers(0, 3)),
        "interviewer": draw(st.sampled_from(["staff-1", None])),
        "second_interviewer": draw(st.sampled_from(["staff-2", None])),
    }


@st.composite
def consents(draw: st.DrawFn, least: int = 0, most: int = 400) -> Row:
    given = draw(days(least, most))
    over = draw(st.one_of(st.none(), st.none(), st.integers(1, 300).map(lambda more: given + timedelta(days=more))))
    return {"scope": "model_score", "given_on": given, "withdrawn_on": over}


@st.composite
def contacts(draw: st.DrawFn, least: int = 0, most: int = 60) -> Row:
    on = draw(days(least, most))
    return {"contacted_on": on, "whom": draw(st.sampled_from(["guardian", None])), "recorded_on": on}


@st.composite
def feeds(draw: st.DrawFn) -> Row:
    table = draw(st.sampled_from(["leaves", "concerns", "family"]))
    start = draw(days(100, 500))
    return {"table": table, "covered_from": start, "covered_to": start + timedelta(days=draw(st.integers(0, 520)))}


@st.composite
def students(draw: st.DrawFn, consent: bool = True, collected: bool = False) -> Request:
    """Everything about one student. Where `collected`, no table is missing; with `consent` a score may be refused."""
    stage = draw(st.sampled_from(Stage.codes()))

    def some(rows: st.SearchStrategy[Row], most: int = 4) -> Any:
        found = draw(_some(rows, most))
        return [] if found is None and collected else found

    return student(
        stage=stage,
        grade=draw(st.one_of(st.none(), st.integers(1, 12))),
        sex=draw(st.sampled_from(["male", "female", "unknown"])),
        age_years=draw(st.one_of(st.none(), st.integers(6, 19).map(float))),
        boarding=draw(st.sampled_from([True, False, None])),
        enrolled_on=draw(st.one_of(st.none(), days(10, 700))),
        responses=some(sheets(), 5),
        scores=some(totals(), 1),
        leaves=some(leaves(), 6),
        leave_totals=some(leave_totals(), 1),
        family=some(flags(), 8),
        concerns=some(concerns(), 4),
        outcomes=some(interviews(), 2),
        consents=some(consents(), 2) if consent else None,
        contacts=some(contacts(), 1),
        feeds=draw(st.lists(feeds(), max_size=2)),
    )


@st.composite
def with_withdrawals(draw: st.DrawFn, requests: st.SearchStrategy[Request]) -> Request:
    """A student of whose leave, suspensions and returns some were taken back, on their day of record or later."""
    request = draw(requests)
    rows = request.get("leaves")
    if not rows:
        return request
    taken_back = draw(st.lists(st.sampled_from(rows), max_size=3))
    later = [timedelta(days=draw(st.integers(0, 5))) for _ in taken_back]
    gone = [
        {**row, "half_days": 0, "recorded_on": min(row["recorded_on"] + more, AS_OF)}
        for row, more in zip(taken_back, later, strict=True)
    ]
    return {**request, "leaves": [*rows, *gone]}


@st.composite
def later_rows(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Rows of every table that happen after the as-of date, and rows of earlier days that are recorded after it."""
    then = AS_OF + timedelta(days=draw(st.integers(1, 60)))

    def late(rows: st.SearchStrategy[Row], column: str = "recorded_on") -> list[Row]:
        return [{**row, column: then} for row in draw(st.lists(rows, max_size=2))]

    def ahead(rows: st.SearchStrategy[Row]) -> list[Row]:
        return draw(st.lists(rows, max_size=2))

    return {
        "responses": late(sheets(), "received_at") + ahead(sheets(*AHEAD)),
        "scores": late(totals(), "received_at") + ahead(totals(*AHEAD)),
        "leaves": late(leaves()) + ahead(leaves(*AHEAD)),
        "leave_totals": late(leave_totals()) + ahead(leave_totals(*AHEAD)),
        "family": late(flags()) + ahead(flags(*AHEAD)),
        "concerns": late(concerns()) + ahead(concerns(*AHEAD)),
        "outcomes": late(interviews()) + ahead(interviews(*AHEAD)),
        "consents": ahead(consents(*AHEAD)),
        "contacts": late(contacts()) + ahead(contacts(*AHEAD)),
    }
