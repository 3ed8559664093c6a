"""What class a case is, what a half-year is, and which counts are hidden."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_schemas.instruments import packaged_instruments
from models.assessment import GROUPS, Assessment, InstrumentResult, ScoreResult
from models.small_counts import hidden_below
from runxin.errors import UserError
from serving.access import Role, User
from serving.miss_review import (
    KeptReview,
    MissClass,
    classified,
    half_of,
    keep_reviews,
    open_misses,
    read_half,
)
from serving.miss_review.classes import also_there
from serving.platform.words import catalogue
from serving.store import AuditEvent
from tests.factories import NOW, assessment, floor, sheet, words
from tests.new_stores import new_store
from tests.sample_pages import make_state

ON = date(2026, 11, 20)
GRACE = 90
INSTRUMENTS = packaged_instruments()


def low(code: str = "phq9", days_ago: int = 10, **fields: object) -> InstrumentResult:
    """A sheet in its mildest band."""
    plain: dict[str, object] = {
        "administered_on": ON - timedelta(days=days_ago),
        "total": 2,
        "band": words("无", "minimal"),
        "band_code": "minimal",
        "critical_status": "negative",
        "suicidality_covered": True,
        "scores": (),
        "soft_items": (),
        "critical_items": (),
    }
    return replace(sheet(code), **(plain | fields))


def of(*sheets: InstrumentResult, **fields: object) -> MissClass:
    return classified(assessment(instruments=sheets, **fields), ON, INSTRUMENTS, GRACE)


def test_no_sheet_that_holds_is_not_screened() -> None:
    assert classified(None, ON, INSTRUMENTS, GRACE) is MissClass.UNSCREENED
    assert of() is MissClass.UNSCREENED
    assert of(low(total=None, band=None, band_code=None)) is MissClass.UNSCREENED
    assert of(low(valid=False)) is MissClass.UNSCREENED


def test_age_is_told_on_the_day_of_the_event() -> None:
    window = INSTRUMENTS["phq9"].recall.days + GRACE
    assert of(low(days_ago=window)) is MissClass.CONCEALED
    assert of(low(days_ago=window + 1)) is MissClass.STALE
    assert of(low(days_ago=window + 1, total=22, band_code="severe", current=True)) is MissClass.STALE
    assert of(low(days_ago=window + 1), low("gad7", days_ago=3)) is MissClass.CONCEALED


SIGNS = {
    "a higher band": {"total": 6, "band_code": "mild"},
    "a critical item": {"critical_status": "positive"},
    "a critical item left blank": {"critical_status": "unknown"},
    "an item worth asking about": {"soft_items": (words("睡眠", "sleep"),)},
}


@pytest.mark.parametrize("sign", SIGNS)
def test_any_sign_in_a_current_sheet_is_ranked_low(sign: str) -> None:
    assert of(low(**SIGNS[sign])) is MissClass.RANKED_LOW
    assert of(low("gad7"), low(**SIGNS[sign])) is MissClass.RANKED_LOW
    assert of(low("gad7"), low(days_ago=900, **SIGNS[sign])) is MissClass.CONCEALED, "an old sheet says nothing now"


def test_a_protective_score_is_mild_at_its_top() -> None:
    form = INSTRUMENTS["sdq_self"]
    prosocial = next(one for one in form.scores if one.polarity == "protective" and one.bands)
    codes = [band.code for band in prosocial.bands[0].bands]
    mild_total = form.total.bands[0].bands[0].code
    found = {}
    for code in codes:
        score = ScoreResult(prosocial.code, words("亲社会", "prosocial"), 5.0, None, code, "protective")
        found[code] = of(low("sdq_self", band_code=mild_total, suicidality_covered=False, scores=(score,)))
    assert found.pop(codes[-1]) is MissClass.CONCEALED
    assert found
    assert set(found.values()) == {MissClass.RANKED_LOW}


def test_what_else_was_there_is_said_beside_the_class() -> None:
    groups = {"questionnaire": 1.0, "leave": 0.3, "family": 0.2, "concern": -0.1, "context": 0.0}
    seen: Assessment = assessment(
        instruments=(low(suspect=("speeding",)),), floors=(floor(),), group_contributions=groups
    )
    assert also_there(seen) == ("suspect", "floor", "leave")
    assert also_there(None) == ()


def test_every_group_that_does_not_come_from_answers_or_circumstances_is_said_and_has_a_word() -> None:
    everything = assessment(group_contributions=dict.fromkeys(GROUPS, 0.5))
    said = also_there(everything)
    assert set(said) == set(GROUPS) - {"questionnaire", "family", "context"}
    assert all(f"miss_also_{one}" in catalogue() for one in said)


def test_a_half_year_is_of_the_calendar() -> None:
    first, second = read_half("2026H1"), read_half(" 2026H2 ")
    assert (first.first, first.last) == (date(2026, 1, 1), date(2026, 6, 30))
    assert (second.first, second.last) == (date(2026, 7, 1), date(2026, 12, 31))
    assert half_of(date(2026, 6, 30)) == first
    assert half_of(date(2026, 7, 1)) == second
    assert (second.before, first.before.name) == (first, "2025H2")
    for wrong in ("", "2026", "2026h1", "2026H3", "1999H1", "2026H1x"):
        with pytest.raises(UserError, match="a half-year is written 2026H1"):
            read_half(wrong)


HIDDEN = [
    ({"a": 22, "b": 10, "c": 8}, 5, set()),
    ({"a": 22, "b": 10, "c": 4}, 5, {"b", "c"}),  # one alone could be told from the sum
    ({"a": 22, "b": 1, "c": 1}, 5, {"a", "b", "c"}),  # so could two that are few together
    ({"a": 22, "b": 9, "c": 4, "d": 3}, 5, {"c", "d"}),
    ({"a": 4, "b": 0}, 5, {"a", "b"}),
    ({"a": 22, "b": 5}, 5, set()),  # the least itself is shown
    ({"a": 22, "b": 3, "c": 2}, 5, {"b", "c"}),  # and hides who adds up to it
    ({"a": 3, "b": 0}, 0, set()),
    ({}, 5, set()),
]


@pytest.mark.parametrize(("cells", "least", "hidden"), HIDDEN)
def test_small_counts_are_hidden_and_cannot_be_worked_out(cells: dict[str, int], least: int, hidden: set[str]) -> None:
    shown = hidden_below(cells, least)
    assert {name for name, n in shown.items() if n is None} == hidden
    assert all(n == cells[name] for name, n in shown.items() if n is not None)


@pytest.mark.parametrize(("events", "shown"), [(4, None), (5, 5)])
def test_the_least_number_of_events_is_shown(events: int, shown: int | None, tmp_path: Path) -> None:
    store, half = new_store(tmp_path), read_half("2026H1")
    counts: dict[str, dict[str, int]] = {name: {} for name in ("class", "stream", "kind", "no_list")}
    review = KeptReview(half.name, "school-01", NOW, False, events, events, counts)
    keep_reviews(store, [review], AuditEvent(NOW, "cli", "misses.reviewed"))
    reading, _ = open_misses(make_state(store, tmp_path, lambda: NOW), User("zhou", Role.BUREAU), half, None)
    store.close()
    assert reading is not None
    assert (reading.least, reading.events) == (5, shown)
