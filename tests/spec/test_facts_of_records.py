"""Facts as a dataset's own records hold them: what is corrected, what is open, and what other doors add."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from data_schemas.calendar import date_to_day
from data_schemas.codes import Selection, Tier
from models import records_of_requests
from models.columns import NO_DAY
from models.corrections import taken_back
from models.records import rows_of
from models.triage import day_start
from models.triage.from_records import facts_of_assessments, open_of, seen_of, with_filed, words_of_records
from tests import factories
from tests.students import AS_OF, POLICY, Row, days_before, interview, phq9, student
from tests.triage_facts import at, contact, facts, piece, rule, talk

TODAY = date_to_day(AS_OF)
ALONE = {"interviewer": None}


def said(level: int, recorded: int | None = 9, on: int = 9, **fields: object) -> Row:
    """An interview of so many days before the as-of date, and the day before it on which it was entered."""
    plain = interview(days_before(on), level)
    return {**plain, "recorded_on": None if recorded is None else days_before(recorded), **fields}


TAKEN_BACK: list[tuple[str, list[Row], list[bool]]] = [
    ("nothing", [], []),
    ("one", [said(1)], [False]),
    ("entered later, though milder", [said(2), said(0, 7)], [True, False]),
    ("entered later, though graver", [said(0), said(2, 7)], [True, False]),
    ("no day of entry: the day it was held", [said(2, None), said(0, 8)], [True, False]),
    ("neither has a day of entry: the graver stands", [said(2, None), said(0, None)], [False, True]),
    ("held and entered on one day: the graver stands", [said(2, None), said(0, 9)], [False, True]),
    ("as grave: one person", [said(1), said(1, second_interviewer="staff-2")], [False, True]),
    (
        "as grave: twice the same person is one",
        [said(1, second_interviewer="staff-1"), said(1, second_interviewer="staff-2")],
        [False, True],
    ),
    ("level goes before persons", [said(2, second_interviewer="staff-2"), said(1)], [False, True]),
    ("three times", [said(0), said(1, 5), said(2, 7)], [True, False, True]),
    ("nobody's name", [said(2, **ALONE), said(0, 7, **ALONE)], [False, False]),
    ("nobody's name beside two of one", [said(2, **ALONE), said(2), said(0, 7)], [False, True, False]),
    ("another day", [said(2), said(0, 7, on=8)], [False, False]),
    ("another person", [said(2), said(0, 7, interviewer="staff-9")], [False, False]),
    ("another kind", [said(2), said(0, 7, kind="referral")], [False, False]),
]


@pytest.mark.parametrize(("rows", "gone"), [row[1:] for row in TAKEN_BACK], ids=[row[0] for row in TAKEN_BACK])
def test_which_outcomes_a_later_export_takes_back(rows: list[Row], gone: list[bool]) -> None:
    for order in permutations(range(len(rows))):
        held = rows_of(records_of_requests([student(outcomes=[rows[place] for place in order])]), "outcomes")[0]
        assert taken_back(held).tolist() == [gone[place] for place in order]


def test_what_one_student_s_record_says_takes_nothing_of_another_back() -> None:
    records = records_of_requests([student("S-1", outcomes=[said(2)]), student("S-2", outcomes=[said(0, 7)])])
    assert taken_back(rows_of(records, "outcomes")[0]).tolist() == [False, False]


def test_when_each_was_last_spoken_with_and_who_never_was() -> None:
    outcomes = [[said(0)], [], [said(0), said(1, on=3, recorded=3)], [said(2, **ALONE)]]
    records = records_of_requests([student(f"S-{n}", outcomes=rows) for n, rows in enumerate(outcomes)])
    assert seen_of(records, TODAY).tolist() == [TODAY - 9, NO_DAY, TODAY - 3, NO_DAY]


def test_what_is_open_may_leave_out_what_people_said_lately() -> None:
    looked_into = student("S-1", responses=[phq9(1, on=days_before(20))], outcomes=[said(0)])
    records = records_of_requests([looked_into, student("S-2", responses=[phq9(1, on=days_before(20))])])
    for until, left in ((None, [0, 1]), (TODAY, [0, 1]), (TODAY - 9, [0, 1]), (TODAY - 10, [1, 1])):
        assert [len(floors) for floors in open_of(records, TODAY, POLICY, until)] == left


@pytest.mark.parametrize(("changed", "since"), [(days_before(40), days_before(40)), (None, AS_OF)])
def test_the_facts_of_an_assessment_are_its_own_and_its_student_s_words(changed: date | None, since: date) -> None:
    records = records_of_requests([student("S-1"), student("S-2", outcomes=[said(2)])])
    floor = factories.floor()
    one = factories.assessment("S-2", Tier.PRIORITY, as_of=AS_OF, changed_on=changed, floors=(floor,), proven=(floor,))
    other = factories.assessment("S-1", as_of=AS_OF)
    found = facts_of_assessments([one, other], records, AS_OF, {"S-1": "school-01", "S-2": "school-02"})
    assert [each.student_id for each in found] == ["S-2", "S-1"]
    mine = found[0]
    assert (mine.school_id, mine.assessment, mine.model_tier) == ("school-02", one, one.model_tier)
    assert mine.model_since == day_start(since)
    assert (mine.margin, mine.severity, mine.screened) == (one.margin, one.severity, one.screened)
    assert [(each.floor, each.received_at) for each in mine.pieces] == [(floor, day_start(floor.known_on))]
    assert [word.level for word in mine.words] == [2]
    assert (found[1].pieces, found[1].words) == ((), ())


LAST = at(0, 15)  # when the last of what is on file came in


def test_what_the_dataset_says_counts_once_and_what_is_new_comes_after_all_that_is_on_file() -> None:
    own, again = piece(rule("R01")), piece(rule("R01"), filed_by="run-1")
    other, fresh = piece(rule("R02"), door="page"), piece(rule("R10"))
    kept, exported = talk(-2, door="screening"), talk(-3, door="screening")
    mine = facts(exported, kept, pieces=[own, fresh], contacts=(contact(-5),), withdrawn={"training": days_before(0)})
    filed = facts(
        replace(kept, word_id="its name"),
        talk(-1, door="page"),
        pieces=[again, other],
        contacts=(contact(0),),
        withdrawn={"screening": days_before(0)},
        severity=0.9,
    )
    both = with_filed(mine, filed)
    assert both.pieces == (again, other, replace(fresh, file="S-1", filed_at=LAST))
    assert both.words == (*filed.words, replace(exported, file="S-1", received_at=LAST))
    assert both.contacts == (contact(-5), contact(0))
    assert both.withdrawn.keys() == {"training", "screening"}
    assert both.severity == mine.severity, "an assessment is the dataset's own"
    assert with_filed(mine, None) is mine
    assert with_filed(mine, facts()) == mine


@pytest.mark.parametrize(
    ("theirs", "counts"),
    [({}, False), ({"record": "another"}, True), ({"severity": 99}, True), ({"severity": 1}, False)],
    ids=["the same", "of another sheet", "with more in it", "with less in it"],
)
def test_a_piece_of_a_dataset_is_new_where_a_screening_would_file_it(theirs: dict[str, Any], counts: bool) -> None:
    """Another sheet of the day that the platform sent stands beside the dataset's, each under the same key."""
    on_file, told = piece(rule(record="one")), piece(rule(**({"record": "one"} | theirs)))
    both = with_filed(facts(pieces=[told]), facts(pieces=[on_file]))
    assert [one.floor for one in both.pieces] == [on_file.floor, *([told.floor] if counts else [])]


@pytest.mark.parametrize(
    ("more", "reason", "recorded", "assessed"),
    [
        ({}, None, days_before(9), None),
        ({"selection_reason": Selection.codes()[0]}, Selection.codes()[0], days_before(9), None),
        ({"selection_reason": "audit"}, "audit", days_before(9), None),
        ({"recorded_on": None}, None, None, None),
        ({"assessed": "R01:a R02:b"}, None, days_before(9), ("R01:a", "R02:b")),
        ({"assessed": ""}, None, days_before(9), ()),
    ],
)
def test_a_word_is_read_as_it_was_recorded(
    more: Row, reason: str | None, recorded: date | None, assessed: tuple[str, ...] | None
) -> None:
    records = records_of_requests([student("S-1", outcomes=[{**said(2), **more}])])
    ((word,),) = words_of_records(records, TODAY)
    assert (word.selection_reason, word.recorded_on, word.assessed) == (reason, recorded, assessed)


def test_words_of_the_day_are_known_at_its_end() -> None:
    records = records_of_requests([student("S-1", responses=[phq9(1, on=days_before(2))], outcomes=[said(0, 0, on=0)])])
    assert [floor.id for floor in open_of(records, TODAY, POLICY)[0]] == []
    assert seen_of(records, date_to_day(AS_OF - timedelta(days=1))).tolist() == [NO_DAY]
