"""What the list and records sent since say, taken together: nothing that anybody asked for is lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data_schemas.codes import Tier
from data_schemas.instruments import Words
from models.assessment import Assessment, DataQuality, Retest, Task
from models.came import Came
from models.triage import as_received, newest_of_leave, newest_said, taken_together
from tests.factories import assessment
from tests.factories import sheet as sheet_of

TODAY = date(2026, 11, 20)
LEAVE = ("leave",)


def day(before: int) -> date:
    return TODAY - timedelta(days=before)


def words(said: str) -> Words:
    return Words(zh=said, en=said)


def said(tier: Tier | None = None, *, sheet: int | None = None, asks: str | None = None, **more: Any) -> Assessment:
    """An assessment of today with a sheet of so many days ago, because of which something is asked."""
    sheets = () if sheet is None else (sheet_of("phq9", administered_on=day(sheet)),)
    retest = () if asks is None else (Retest("phq9", asks, words(asks)),)
    quality = DataQuality("ok", retest, more.pop("missing", ()))
    plain = assessment("S-1", instruments=sheets, data_quality=quality, screened=bool(sheets))
    return replace(plain, model_tier=tier, **({"as_of": TODAY} | more))


def task(kind: str, on: int) -> Task:
    return Task(kind, day(on), day(on), words(kind))


def together(published: Assessment | None, *sent: Assessment) -> Assessment:
    every = ([] if published is None else [published]) + list(sent)
    newest = newest_said(published, sent)
    assert newest is not None
    return taken_together(newest, published, every, TODAY)


@pytest.mark.parametrize("listed", [Tier.PRIORITY, Tier.ROUTINE, None])
@pytest.mark.parametrize("second", [Tier.PRIORITY, None])
def test_a_skipped_item_is_asked_whatever_came_before_and_after(listed: Tier | None, second: Tier | None) -> None:
    list_of = said(listed, sheet=40)
    blank = said(Tier.ROUTINE, sheet=3, asks="critical_blank")
    report = said(second)
    for sent in ([blank], [blank, report], [report, blank]):
        now = together(list_of, *sent)
        assert [one.why for one in now.data_quality.retest] == ["critical_blank"], sent
        assert [one.administered_on for one in now.instruments] == [day(3)], sent


def test_a_newer_sheet_has_the_answer() -> None:
    now = together(said(sheet=9, asks="critical_blank"), said(sheet=2))
    assert now.data_quality.retest == ()
    late = together(said(sheet=2), said(sheet=9, asks="critical_blank"))
    assert late.data_quality.retest == (), "an older sheet that comes late"
    same = together(said(sheet=2), said(sheet=2, asks="unscored"))
    assert [one.why for one in same.data_quality.retest] == ["unscored"], "of one day, the one that came last"


@pytest.mark.parametrize("tier", [Tier.PRIORITY, None])
def test_every_task_stands_once(tier: Tier | None) -> None:
    listed = said(Tier.WATCH, tasks=(task("visit", 5), task("contact_unexcused", 1)))
    sent = said(tier, tasks=(task("visit", 5), task("visit", 2)))
    kinds = [(one.kind, one.on) for one in together(listed, sent).tasks]
    assert kinds == [("visit", day(5)), ("visit", day(2)), ("contact_unexcused", day(1))]


SUSPENDED: list[tuple[str, list[dict[str, Any]], date | None]] = [
    ("the list alone", [{"since": 9}], day(9)),
    ("a record that knows nothing of leave", [{"since": 9}, {"missing": LEAVE}], day(9)),
    ("a record that knows of a return", [{"since": 9}, {}], None),
    ("a record that knows of a suspension", [{}, {"since": 2}], day(2)),
    ("what came last counts", [{"since": 9}, {}, {"since": 1}, {"missing": LEAVE}], day(1)),
    ("its last day is over", [{"since": 9, "until": 1}], None),
    ("its last day is today", [{"since": 9, "until": 0}], day(9)),
]


@pytest.mark.parametrize(("why", "given", "since"), SUSPENDED, ids=[one[0] for one in SUSPENDED])
@pytest.mark.parametrize("tier", [Tier.PRIORITY, None])
def test_a_suspension_outlasts_a_record(
    why: str, given: list[dict[str, Any]], since: date | None, tier: Tier | None
) -> None:
    found = []
    for one in given:
        spans = {f"suspended_{key}": day(one[key]) for key in ("since", "until") if key in one}
        found.append(said(tier, missing=one.get("missing", ()), **spans))
    now = together(*found)
    assert now.suspended_since == since, why
    assert (now.suspended_until is not None) == (since is not None and "until" in given[0]), why


def test_who_was_screened_still_is_and_keeps_the_place_of_the_questionnaires() -> None:
    listed, report = said(Tier.ROUTINE, sheet=5, severity=0.6), said(Tier.WATCH, severity=0.0)
    now = together(listed, report)
    assert (now.model_tier, now.screened, now.severity) == (Tier.WATCH, True, 0.6)
    fresh = together(listed, said(Tier.WATCH, sheet=1, severity=0.2))
    assert fresh.severity == 0.2, "a newer sheet has its own"


def test_what_is_missing_is_what_nobody_has_a_sheet_of() -> None:
    listed, report = said(Tier.ROUTINE, sheet=5), said(Tier.WATCH, missing=("phq9", "gad7", "leave"))
    assert together(listed, report).data_quality.missing == ("gad7", "leave")
    stale = said(Tier.ROUTINE, sheet=200, missing=("phq9",))
    assert together(stale, report).data_quality.missing == ("phq9", "gad7", "leave")


def test_records_of_a_stranger_stand_together() -> None:
    now = together(None, said(sheet=3, asks="critical_blank"), said(tasks=(task("visit", 1),)))
    assert ([one.why for one in now.data_quality.retest], len(now.tasks)) == (["critical_blank"], 1)


def test_what_is_sent_about_another_year_says_nothing_of_a_suspension_now() -> None:
    away, before = said(suspended_since=day(9)), said(as_of=day(400))
    for sent in ([away, before], [before, away]):
        assert together(said(Tier.ROUTINE, as_of=day(10)), *sent).suspended_since == day(9)
    assert together(away, said()).suspended_since is None, "of one day, what came last"
    assert newest_of_leave([said(missing=LEAVE)]) is None


def test_a_task_is_here_since_it_was_first_put() -> None:
    """What a list says again of a report that a record brought was not known the earlier for it."""
    at = datetime(2026, 11, 19, 8, tzinfo=UTC)
    visit, call = task("visit", 1), task("contact_unexcused", 2)
    came = Came(at, "S-1")
    sent = as_received(said(tasks=(visit, call)), came)
    assert [one.came for one in sent.tasks] == [came, came]
    assert [one.came for one in together(None, sent, said(tasks=(visit,))).tasks] == [came, came]
    assert [one.came for one in together(said(tasks=(visit,)), sent).tasks] == [came, None]


RAISED = [  # the list's tier and the record's, whether the record has sheets, and whether it counts
    (Tier.WATCH, Tier.PRIORITY, False, True),
    (Tier.WATCH, Tier.WATCH, True, True),
    (Tier.WATCH, Tier.WATCH, False, False),
    (Tier.PRIORITY, Tier.WATCH, True, False),
    (Tier.ROUTINE, None, True, False),
    (None, Tier.ROUTINE, False, True),
    (None, None, True, True),
    (None, None, False, False),
]


@pytest.mark.parametrize(("ours", "theirs", "sheets", "counts"), RAISED)
def test_a_record_may_raise_what_the_list_says_and_never_lowers_it(
    ours: Tier | None, theirs: Tier | None, sheets: bool, counts: bool
) -> None:
    listed, sent = said(ours, sheet=9), said(theirs, sheet=1 if sheets else None)
    assert newest_said(listed, [sent]) is (sent if counts else listed)
    assert newest_said(listed, []) is listed
    assert newest_said(None, [sent]) is sent
    assert newest_said(listed, [sent, said()]) is (sent if counts else listed), "a later one that says nothing"


@pytest.mark.parametrize(
    ("lacks", "after", "since"),
    [((), [], None), (LEAVE, [], 9), (LEAVE, [LEAVE], 9), (LEAVE, [()], None)],
    ids=["the list knows of leave", "it does not", "nor does what came since", "what came since does"],
)
def test_a_suspension_ends_where_something_that_knows_of_leave_says_so(
    lacks: tuple[str, ...], after: list[tuple[str, ...]], since: int | None
) -> None:
    """A list that came after a record settles it where it knows of leave, but for what is still to be asked."""
    older = said(suspended_since=day(9), asks="critical_blank", sheet=9)
    listed = said(Tier.ROUTINE, missing=lacks)
    sent = [said(missing=one) for one in after]
    now = taken_together(listed, listed, [older, listed, *sent], TODAY)
    assert now.suspended_since == (None if since is None else day(since))
    assert [one.why for one in now.data_quality.retest] == ["critical_blank"]


def test_where_nobody_knows_of_leave_a_record_still_says_what_it_says() -> None:
    assert together(None, said(missing=LEAVE), said(missing=LEAVE)).suspended_since is None
