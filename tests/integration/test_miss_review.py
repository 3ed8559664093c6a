"""A half-year looked back on, over a real store: who was below the line, what the records showed, who may read it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data_schemas.dataset import read_dataset
from data_schemas.synthetic import make_city, write_city
from models import read_policy
from runxin.cli.main import run
from runxin.errors import Kind, UserError
from runxin.settings import Settings, read_settings
from serving.access import Role, User
from serving.miss_review import Case, KeptReview, case_of, half_of, open_misses, read_half, review_half, reviews_of
from serving.platform import State
from serving.screening import publish_screening
from serving.store import (
    NewOutcome,
    Outcome,
    Store,
    audit_rows,
    erase_record,
    open_store,
    record_outcomes,
    school_ids,
)
from serving.store.tables import inputs
from serving.today import FollowUpList, follow_up_list
from tests.api_state import make_api, phq9, record, today
from tests.known_schools import make_known
from tests.sample_pages import make_state

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
POLICY = read_policy()
HALF, DAY = read_half("2026H1"), date(2026, 4, 10)


@dataclass(frozen=True)
class World:
    settings: Settings
    store: Store
    listed: FollowUpList
    who: dict[str, str]  # by what befell: the student
    reviews: list[KeptReview]

    @property
    def school(self) -> str:
        return self.listed.school_id

    @property
    def state(self) -> State:
        return make_state(self.store, self.settings.home, lambda: NOW)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A city of rules alone, and events a week after its list: of students on the line, below it and on no list."""
    folder: Path = tmp_path_factory.mktemp("misses")
    write_city(make_city(600, seed=5), folder / "city")
    dataset = read_dataset(folder / "city")
    settings = read_settings({"RUNXIN_HOME": str(folder / "home")})
    store = open_store(settings)
    publish_screening(store, dataset, dataset.description.as_of, None, POLICY, NOW)
    school = next(one for one in school_ids(store) if len(follow(store, one).queue("below")) > 8)
    listed = follow(store, school)
    above = {line.student.student_id for line in (*listed.queue("immediate"), *listed.queue("week"))}
    spoken = set(dataset.tables["outcomes"]["student_id"])
    below = [line.student.student_id for line in listed.queue("below") if line.student.student_id not in above | spoken]
    ids = dataset.students.loc[dataset.students["school_id"] == school, "student_id"].tolist()
    quiet = [one for one in ids if one not in above and one not in {line.student.student_id for line in lines(listed)}]
    who = {
        "checked": listed.queue("immediate")[0].student.student_id,
        "week": listed.queue("week")[0].student.student_id,
        "audit": next(line.student.student_id for line in listed.queue("week") if line.slot == "audit"),
        "below": below[0],
        "quiet": quiet[0],
        "unscreened": next(
            line.student.student_id
            for line in listed.queue("not_screened")
            if line.student.student_id not in above and not line.assessment.instruments
        ),
        "erased": below[1],
        "incomplete": below[2],
        "stranger": "S-nobody",
    }
    erase_record(store, who["erased"], NOW, "cli")
    with store.writing() as connection:
        connection.execute(inputs.delete().where(inputs.c.student_id == who["incomplete"]))
    events = [Outcome(student, DAY, "referral", 2, "concern", 0.4, DAY) for student in who.values()]
    events.append(Outcome(who["below"], date(2026, 5, 4), "crisis_event", 3, "all", 1.0, date(2026, 5, 5)))
    events.append(Outcome(who["below"], date(2026, 7, 4), "crisis_event", 3, "all", 1.0, date(2026, 7, 5)))
    given = [NewOutcome(one, one, "unassigned" if one.student_id == "S-nobody" else school) for one in events]
    record_outcomes(store, "city", given, NOW + timedelta(hours=1))  # after the list
    reviews = review_half(store, settings.models, HALF, POLICY, NOW, "cli")
    yield World(settings, store, listed, who, reviews)
    store.close()


def follow(store: Store, school: str) -> FollowUpList:
    return follow_up_list(store, school, NOW, False, POLICY)


def lines(listed: FollowUpList) -> tuple[object, ...]:
    return (*listed.queue("below"), *listed.queue("not_screened"), *listed.queue("retest"), *listed.queue("history"))  # type: ignore[return-value]


def cases_of(world: World) -> dict[str, Case]:
    """By student, the last one."""
    (mine,) = (one for one in world.reviews if one.school_id == world.school)
    found = {one.student_id: case_of(one) for one in mine.cases}
    assert len(found) == len(mine.cases) - 1, "one student has two"
    return found


def test_each_event_below_the_line_has_its_class(world: World) -> None:
    found = cases_of(world)
    missed = {name: found[student] for name, student in world.who.items() if student in found}
    assert set(missed) == set(world.who) - {"checked", "week", "audit", "stranger"}, "the others stood above the line"
    told = {name: (case.miss, case.why_not) for name, case in missed.items()}
    assert told["unscreened"] == ("unscreened", None)
    assert told["erased"] == ("unscreened", None), "nothing of before is known any more"
    assert told["incomplete"] == ("not_replayable", "incomplete")
    assert told["below"][0] in ("ranked_low", "stale")
    assert told["quiet"][0] in ("concealed", "ranked_low", "stale", "unscreened")
    assert missed["below"].replay == missed["quiet"].replay == "identical"
    assert missed["below"].as_of == date(2026, 4, 3)
    assert missed["below"].observed_on == date(2026, 5, 4), "July is of the next half-year"
    (strangers,) = (one for one in world.reviews if one.school_id == "unassigned")
    assert [(case.student_id, case.case["miss"]) for case in strangers.cases] == [("S-nobody", "unscreened")]


def test_what_is_kept_is_what_was_found_and_can_be_made_again(world: World) -> None:
    kept = reviews_of(world.store, HALF.name, None, with_cases=True)
    assert [one.counts for one in kept] == [
        one.counts for one in sorted(world.reviews, key=lambda review: review.school_id)
    ]
    again = review_half(world.store, world.settings.models, HALF, POLICY, NOW, "cli", world.school)
    assert [one.counts for one in again] == [one.counts for one in world.reviews if one.school_id == world.school]
    assert len(reviews_of(world.store, HALF.name, None, with_cases=False)) == len(world.reviews)
    actions = [event.action for event in audit_rows(world.store, 200)]
    assert actions[0] == "misses.reviewed"
    assert "assessment.replayed" in actions, "each replay is a reading of a student's record"


def test_a_counselor_reads_cases_others_counts_and_strangers_nothing(world: World) -> None:
    counselor = User("wang", Role.COUNSELOR, (world.school,))
    reading, halves = open_misses(world.state, counselor, HALF, world.school)
    assert reading is not None
    assert halves == [HALF.name]
    assert {student for student, _ in reading.cases} >= {world.who["below"], world.who["unscreened"]}
    assert reading.classes["unscreened"] is not None
    event = audit_rows(world.store, 1)[0]
    assert (event.actor, event.action, event.purpose, event.object_id, event.detail) == (
        "wang",
        "misses.read",
        "quality_audit",
        world.school,
        "2026H1 cases",
    )
    for user, school in (
        (User("li", Role.PRINCIPAL, (world.school,)), world.school),
        (User("zhou", Role.BUREAU), None),
    ):
        counts, _ = open_misses(world.state, user, HALF, school)
        assert counts is not None
        assert counts.cases == ()
        assert counts.kinds == {}
        told = [n for n in (counts.events, counts.below, counts.on_line, *counts.classes.values()) if n is not None]
        assert all(n >= counts.least for n in told)
        assert (counts.least, audit_rows(world.store, 1)[0].detail) == (10 if school else 5, "2026H1 counts")
    for user, school in (
        (User("chief", Role.ADMINISTRATOR), None),
        (User("zhao", Role.COUNSELOR, ("school-99",)), world.school),
        (User("li", Role.PRINCIPAL, (world.school,)), None),
        (User("zhou", Role.BUREAU), world.school),
    ):
        with pytest.raises(UserError) as refused:
            open_misses(world.state, user, HALF, school)
        assert refused.value.kind is Kind.REFUSED
    assert open_misses(world.state, counselor, read_half("2020H1"), world.school)[0] is None


def test_the_verb_says_it_in_words_and_in_json(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(world.settings.home))
    assert run(["miss-review", "--half", "2026H1", "--school", world.school, "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    (mine,) = said["schools"]
    assert sum(said["classes"].values()) == said["below_the_line"] == len(mine["cases"])
    assert (said["from"], said["to"], said["complete"]) == ("2026-01-01", "2026-06-30", True)
    assert said["classes"]["not_replayable"] == 1
    assert run(["miss-review", "--half", "2026H1", "--school", world.school]) == 0
    text = capsys.readouterr().out
    assert "无法复算 not_replayable: 1" in text
    assert "found none is no proof of none missed" in text
    assert run(["miss-review", "--half", "June"]) == 2
    assert run(["miss-review", "--half", "2026H1", "--school", "school-99"]) == 2


def test_an_erased_student_leaves_counts_and_no_case(world: World) -> None:
    before = reviews_of(world.store, HALF.name, world.school, with_cases=True)[0]
    erase_record(world.store, world.who["unscreened"], NOW, "cli")
    after = reviews_of(world.store, HALF.name, world.school, with_cases=True)[0]
    assert after.counts == before.counts
    assert world.who["unscreened"] not in {case.student_id for case in after.cases}
    counselor = User("wang", Role.COUNSELOR, (world.school,))
    reading, _ = open_misses(world.state, counselor, HALF, world.school)
    assert reading is not None
    assert reading.erased == len(before.cases) - len(after.cases) > 0


def test_what_a_platform_sent_is_looked_back_on_too(tmp_path: Path) -> None:
    """A platform that publishes no lists has entries: a danger in one stands above every line, a quiet one does not."""
    api = make_api(tmp_path)
    make_known(api.state.store, ["A"])
    for student, answers in (("S-1", [0] * 9), ("S-2", [2] * 8 + [3])):
        assert api.post("/score", record(student, responses=[phq9(answers, days_ago=0)])).status_code == 200
    tomorrow = today() + timedelta(days=1)
    events = [
        Outcome(f"{student} (A)", tomorrow, "crisis_event", 3, "all", 1.0, tomorrow)
        for student in ("S-1", "S-2", "S-3")
    ]
    given = [NewOutcome(one, one, "A") for one in events]
    record_outcomes(api.state.store, "city", given, NOW)
    half = half_of(tomorrow)
    (review,) = review_half(api.state.store, api.settings.models, half, POLICY, NOW, "cli", "A")
    assert [(one.student_id, one.case["miss"], one.case["replay"]) for one in review.cases] == [
        ("S-1 (A)", "concealed", "identical")
    ]
    assert review.events == 2
    assert review.counts["no_list"] == {"all": 1}, "the third was on no list, where there was none"
