"""Who is where, consents and feeds follow from the runs that stand, whatever was published or withdrawn when."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from serving.store import (
    Feed,
    NewContact,
    NewEntry,
    Published,
    RunFacts,
    Store,
    Withdrawal,
    erase_record,
    facts_of,
    feeds_of_schools,
    find_student,
    outcomes_between,
    read_school,
    record_entry,
    school_ids,
    student_ids,
    taken_back,
    withdraw_run,
)
from serving.store.contents import Content
from serving.store.run_tables import brought
from serving.store.tables import assessments, inputs
from tests.factories import AS_OF, NOW, assessment, present, publish, student, tell, word
from tests.new_stores import new_store

pytestmark = pytest.mark.usefixtures("each_database")

TODAY = NOW.date()
FEED = Feed("A", "leaves", date(2025, 9, 1), date(2026, 11, 13))
SCORE = "model_score"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def hour(number: int) -> datetime:
    return NOW + timedelta(hours=number)


def run(store: Store, number: int, where: dict[str, str], ago: int = 0, facts: RunFacts | None = None) -> Published:
    """The run that is published in hour `number`, as of so many days ago, over these students and their schools."""
    them = [student(who, school, class_id=f"class {number}") for who, school in where.items()]
    found = [assessment(who) for who in where]
    day, at = AS_OF - timedelta(days=ago), hour(number)
    return publish(store, found, students=them, as_of=day, at=at, fingerprint=f"f{number}", facts=facts)


def take_back(store: Store, done: Published, number: int = 9) -> None:
    assert withdraw_run(store, done.run_id, "the wrong file", hour(number), "wang")


def there(store: Store, school: str) -> set[str]:
    return {one.student_id for one in read_school(store, school, TODAY).everyone}


def class_of(store: Store, student_id: str = "S-1") -> str | None:
    found = find_student(store, student_id)
    return None if found is None else found.class_id


def test_the_newest_list_says_where_a_student_is_and_a_withdrawal_what_the_one_before_said(store: Store) -> None:
    run(store, 1, {"S-1": "A", "S-2": "A"}, ago=7)
    moved = run(store, 2, {"S-1": "B"})
    assert (there(store, "A"), there(store, "B"), class_of(store)) == ({"S-2"}, {"S-1"}, "class 2")
    take_back(store, moved)
    assert (there(store, "A"), there(store, "B"), class_of(store)) == ({"S-1", "S-2"}, set(), "class 1")
    assert (student_ids(store, "B"), school_ids(store)) == (set(), ["A"])


def test_of_two_lists_of_one_day_the_one_published_last_has_the_student(store: Store) -> None:
    run(store, 1, {"S-1": "A"})
    last = run(store, 2, {"S-1": "B"})
    assert student_ids(store, "B") == {"S-1"}
    take_back(store, last)
    assert student_ids(store, "A") == {"S-1"}


def test_a_screening_of_an_earlier_day_takes_no_student_from_another_school(store: Store) -> None:
    run(store, 1, {"S-1": "A", "S-2": "A"})
    run(store, 2, {"S-1": "B", "S-3": "B"}, ago=30)
    assert (there(store, "A"), there(store, "B")) == ({"S-1", "S-2"}, {"S-3"})


def test_a_screening_that_is_not_in_force_changes_neither_class_nor_consent_nor_feeds(store: Store) -> None:
    gone = [Withdrawal("S-1", SCORE, date(2026, 10, 1))]
    run(store, 1, {"S-1": "A"}, facts=RunFacts(withdrawals=gone, feeds=[FEED]))
    older = [replace(FEED, covered_to=date(2026, 5, 1)), replace(FEED, feed="contacts")]
    run(store, 2, {"S-1": "A", "S-2": "A"}, ago=30, facts=RunFacts(feeds=older))
    assert class_of(store) == "class 1"
    assert facts_of(store, ["S-1"], TODAY)["S-1"].withdrawn.keys() == {SCORE}
    assert taken_back(store, frozenset({SCORE}), TODAY) == {("S-1", SCORE): date(2026, 10, 1)}
    assert read_school(store, "A", TODAY).feeds == (FEED,)
    assert find_student(store, "S-2") is None


def test_consents_and_feeds_are_again_what_they_were_before_a_run_that_was_withdrawn(store: Store) -> None:
    gone = [Withdrawal("S-1", SCORE, date(2026, 10, 1))]
    run(store, 1, {"S-1": "A"}, facts=RunFacts(withdrawals=gone, feeds=[FEED]))
    other = replace(FEED, covered_to=AS_OF)
    wrong = run(store, 2, {"S-1": "A"}, facts=RunFacts(feeds=[other, replace(FEED, feed="contacts")]))
    assert facts_of(store, ["S-1"], TODAY)["S-1"].withdrawn == {}
    assert [one.feed for one in read_school(store, "A", TODAY).feeds] == ["contacts", "leaves"]
    take_back(store, wrong)
    assert facts_of(store, ["S-1"], TODAY)["S-1"].withdrawn.keys() == {SCORE}
    assert feeds_of_schools(store, ["A"], TODAY)["A"][1] == [FEED]


def test_a_table_that_is_no_longer_delivered_is_remembered_by_its_last_day(store: Store) -> None:
    run(store, 1, {"S-1": "A"}, ago=30, facts=RunFacts(feeds=[FEED]))
    run(store, 2, {"S-1": "A"})
    assert read_school(store, "A", TODAY).feeds == (FEED,)


def test_who_has_left_stays_at_the_school_and_whom_only_a_withdrawn_run_had_is_nowhere(store: Store) -> None:
    first = run(store, 1, {"S-1": "A", "S-2": "A"}, ago=30)
    second = run(store, 2, {"S-2": "A", "S-3": "A"}, ago=20)
    run(store, 3, {"S-2": "A"})
    assert (there(store, "A"), student_ids(store, "A")) == ({"S-2"}, {"S-1", "S-2", "S-3"})
    take_back(store, second)
    assert student_ids(store, "A") == {"S-1", "S-2"}
    take_back(store, first)
    assert student_ids(store) == {"S-2"}


def test_who_is_on_no_list_any_more_goes_to_the_school_whose_list_has_them(store: Store) -> None:
    run(store, 1, {"S-1": "B"}, ago=30)
    run(store, 2, {"S-1": "A", "S-2": "A"}, ago=20)
    run(store, 3, {"S-2": "A"})
    assert (there(store, "B"), student_ids(store, "A")) == ({"S-1"}, {"S-2"})


@pytest.mark.parametrize(("other", "counts"), [(None, False), ("before", True), ("after", True), ("api", True)])
def test_a_word_counts_as_long_as_one_who_brought_it_stands(store: Store, other: str | None, counts: bool) -> None:
    said = word("S-1", 2)
    told = RunFacts(outcomes=[(said, "A")])
    run(store, 1, {"S-1": "A"}, ago=20, facts=told if other == "before" else None)
    wrong = run(store, 2, {"S-1": "A"}, ago=10, facts=told)
    if other == "api":
        assert tell(store, said, at=hour(3), school="A") == [False]
    run(store, 4, {"S-1": "A"}, facts=told if other == "after" else None)
    assert present(store).words[0].persons == {"staff-1"}
    take_back(store, wrong)
    now = present(store)
    assert (now.words[0].persons == {"staff-1"}, now.tier.code) == (counts, "priority"), "it may still raise"
    assert [one.outcome for one in outcomes_between(store)] == ([said] if counts else []), "it is no label"


def test_a_withdrawn_word_corrects_nothing(store: Store) -> None:
    said = word("S-1", 2)
    assert tell(store, said, school="A") == [True]
    wrong = [word("S-1", 0, recorded_on=TODAY + timedelta(days=1)), word("S-1", 0, AS_OF, corrects=said.sha256)]
    done = run(store, 1, {"S-1": "A"}, facts=RunFacts(outcomes=[(one, "A") for one in wrong]))
    assert present(store).tier.code == "watch"
    take_back(store, done)
    now = present(store, "S-1 (A)")
    assert (now.tier.code, now.source, len(now.words)) == ("priority", "human", 3)


@pytest.mark.parametrize("shared", [True, False], ids=["read for a list as well", "of the record alone"])
def test_what_a_record_was_made_from_goes_along_with_it(store: Store, shared: bool) -> None:
    """A replay looks for it under the id of the file that the record stands in."""
    rows, said = Content("inputs", "a1", b"rows"), assessment("S-1")
    done = run(store, 1, {"S-1": "A", "S-2": "A"})
    if shared:
        with store.writing() as connection:
            connection.execute(assessments.update().where(assessments.c.student_id == "S-1").values(inputs="a1"))
    record_entry(store, NewEntry("city", "S-1", "A", "junior", 7, {}, said, hour(2), inputs=rows))
    take_back(store, done)
    with store.reading() as connection:
        found = connection.execute(sa.select(inputs.c.student_id, inputs.c.sha256)).all()
    assert set(found) == {("S-1 (A)", "a1")} | ({("S-1", "a1")} if shared else set())
    run(store, 3, {"S-1": "A"})
    with store.reading() as connection:
        assert connection.execute(sa.select(inputs.c.student_id, inputs.c.sha256)).all() == [("S-1", "a1")]


def test_contacts_that_only_a_withdrawn_run_has_brought_did_not_come_about(store: Store) -> None:
    once, twice = NewContact("S-1", "A", AS_OF, "student"), NewContact("S-1", "A", AS_OF, "guardian")
    run(store, 1, {"S-1": "A"}, facts=RunFacts(contacts=[twice]))
    wrong = run(store, 2, {"S-1": "A"}, facts=RunFacts(contacts=[once, twice]))
    assert len(facts_of(store, ["S-1"], TODAY)["S-1"].contacts) == 2
    take_back(store, wrong)
    assert [one.with_whom for one in facts_of(store, ["S-1"], TODAY)["S-1"].contacts] == ["guardian"]


def test_a_screening_may_be_made_again_as_often_as_it_was_withdrawn(store: Store) -> None:
    ids = []
    for number in range(3):
        done = publish(store, [assessment("S-1")], at=hour(number))
        assert done.new
        assert not publish(store, [assessment("S-1")], at=hour(number)).new
        ids.append(done.run_id)
        assert student_ids(store) == {"S-1"}
        take_back(store, done)
        assert student_ids(store) == set()
    assert len(set(ids)) == 3


def test_erasure_leaves_no_row_of_any_roster_and_no_trace_of_a_word(store: Store) -> None:
    who = student("S-1", "A", sex="female", birth_date=date(2012, 5, 4))
    for number in range(2):
        told = RunFacts(outcomes=[(word("S-1"), "A")], contacts=[NewContact("S-1", "A", AS_OF, "student")])
        publish(store, [assessment("S-1")], students=[who], at=hour(number), fingerprint=f"f{number}", facts=told)
    erase_record(store, "S-1", NOW, "cli")
    with store.reading() as connection:
        assert connection.execute(sa.select(assessments)).all() == []
        assert connection.execute(sa.select(brought)).all() == []
    assert find_student(store, "S-1") is None
    assert read_school(store, "A", TODAY).everyone == ()
