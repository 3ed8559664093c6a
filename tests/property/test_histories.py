"""Random histories: what they are made of, and that requests and rows carry all of them."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from serving.api.request import BatchRequest, OutcomeRow, ScoreRequest
from tests.obvious_cases import SCHOOL, screen, sheet, talk
from tests.obvious_facts import Answered, Batched, Enrolled, Fact, Found, Reached, Reported, Screened, Withdrawn
from tests.obvious_model import Obvious
from tests.property.histories import histories
from tests.property.history_rows import Row, batch_body, found_row, score_body
from tests.property.one_truth import Seen, closed_without_a_word, walk


class Echo:
    """The model once more, told by requests and rows alone: what they leave out, it does not know."""

    def __init__(self, strangers: dict[str, str]) -> None:
        self.strangers = strangers  # a row of a file does not say its school, and who is on no roster has none
        self.model = Obvious()
        self.sent: list[tuple[str, Row]] = []

    def screen(self, tables: dict[str, list[Row]], run: str, as_of: date, at: datetime) -> None:
        schools = {row["student_id"]: row["school_id"] for row in tables["students"]}
        here = tuple(dict.fromkeys(schools.values()))
        self.model.files = [_enrolled(row, tables["leaves"], at) for row in tables["students"]]
        for name, make in (("responses/phq9", _answered), ("concerns", _reported), ("contacts", _reached)):
            for row in tables[name]:
                school = schools.get(row["student_id"]) or self.strangers[row["student_id"]]
                self.model.files.append(make(row, at, "import", school))
        for row in tables["outcomes"]:
            self.model.files.append(self._found(row, at, "import", schools[row["student_id"]]))
        self.model.apply(Screened(at, run, as_of, here))

    def withdraw(self, run: str, at: datetime) -> None:
        self.model.apply(Withdrawn(at, run))

    def score(self, body: Row, at: datetime) -> None:
        self.model.apply(_scored(body, at, "api"))

    def score_batch(self, body: Row, at: datetime) -> None:
        self.model.apply(Batched(at, tuple(_scored(one, at, "api") for one in body["records"])))

    def outcomes(self, body: Row, at: datetime) -> None:
        for row in body["outcomes"]:
            self.model.apply(self._found(row, at, "api", row.get("school_id")))

    def page_talk(self, row: Row, at: datetime) -> None:
        self.model.apply(self._found(row, at, "page", row.get("school_id")))

    def page_contact(self, row: Row, at: datetime) -> None:
        self.model.apply(_scored(row, at, "page"))

    def keys(self) -> dict[str, str]:
        return {}

    def names(self) -> dict[str, str]:
        return {}

    def heard(self, name: str, row: Row) -> None:
        self.sent.append((name, {key: value for key, value in row.items() if key != "school_id"}))

    def drawn(self, at: datetime) -> list[tuple[str, str]]:
        return []

    def seen(self, student: str, school: str | None, at: datetime) -> list[Seen]:
        said = self.model.present(student, at, school)
        clocks = {key: since.moment for key, since in said["clocks"].items()}
        sets: dict[str, Any] = {name: frozenset(said[name]) for name in ("open", "leads", "queues")}
        same: dict[str, Any] = {
            name: said[name] for name in ("tier", "source", "confirmed", "missing", "protected", "suspended")
        }
        return [Seen("echo", clocks=clocks, **sets, **same)]

    def _found(self, row: Row, at: datetime, door: str, school: str | None) -> Found:
        told = {key: value for key, value in row.items() if key not in ("student_id", "school_id")}
        bare = {key: value for key, value in row.items() if key != "school_id" and value is not None}
        name = next(name for name, sent in self.sent if sent == bare)
        told |= {key: _day(row.get(key)) for key in ("observed_on", "recorded_on")}
        if row.get("assessed") is not None:
            told["assessed"] = tuple(row["assessed"])
        return Found(at=at, door=door, name=name, student=row["student_id"], school=school, **told)  # type: ignore[arg-type]


def _day(text: str | None) -> Any:
    return None if text is None else date.fromisoformat(text)


def _scored(body: Row, at: datetime, door: str) -> Answered | Reported | Reached:
    for name, make in (("responses", _answered), ("concerns", _reported), ("contacts", _reached)):
        for row in body.get(name, []):
            return make({**row, "student_id": body["student_id"]}, at, door, body.get("school_id"))
    raise AssertionError("a body without a record")


def _answered(row: Row, at: datetime, door: str, school: str | None) -> Answered:
    answers = row.get("answers") or [row[f"item_{number}"] for number in range(1, 10)]
    received = row.get("received_at")
    moment = None if received is None else datetime.fromisoformat(received)
    return Answered(at, door, row["student_id"], school, tuple(answers), _day(row["administered_on"]), moment)  # type: ignore[arg-type]


def _reported(row: Row, at: datetime, door: str, school: str | None) -> Reported:
    days = {key: _day(row.get(key)) for key in ("reported_on", "recorded_on")}
    told = {"kind": row["kind"], "source": row["source"], "tier": row.get("tier")}
    return Reported(at=at, door=door, student=row["student_id"], school=school, **told, **days)  # type: ignore[arg-type]


def _reached(row: Row, at: datetime, door: str, school: str | None) -> Reached:
    recorded = _day(row.get("recorded_on"))
    return Reached(at, door, row["student_id"], school, _day(row["contacted_on"]), row["whom"], recorded)  # type: ignore[arg-type]


def _enrolled(row: Row, leaves: list[Row], at: datetime) -> Enrolled:
    mine = [one for one in leaves if one["student_id"] == row["student_id"]]
    spans = tuple((_day(one["start_on"]), _day(one["end_on"])) for one in mine)
    days = {key: _day(row[key]) for key in ("enrolled_on", "left_on")}
    return Enrolled(at, row["student_id"], row["school_id"], suspended=spans, **days)


@given(histories())
def test_requests_and_rows_carry_all_of_a_history(history: tuple[Fact, ...]) -> None:
    """Told by what is sent alone, the model says the same of everybody after every step."""
    told = [fact for fact in history if isinstance(fact, Answered | Reported | Reached) and fact.door == "import"]
    assert list(walk(history, Echo({fact.student: str(fact.school) for fact in told}))) == []


@given(histories())
def test_every_request_is_one_that_the_api_takes(history: tuple[Fact, ...]) -> None:
    for fact in history:
        if isinstance(fact, Batched):
            _takes(BatchRequest, batch_body(fact))
        elif isinstance(fact, Found) and fact.door == "api":
            names = {} if fact.corrects is None else {fact.corrects: sha256(fact.corrects.encode()).hexdigest()}
            _takes(OutcomeRow, found_row(fact, names=names))
        elif isinstance(fact, Answered | Reported | Reached) and fact.door == "api":
            _takes(ScoreRequest, score_body(fact))


def _takes(model: type[BaseModel], body: Row) -> None:
    model.model_validate(body)


@given(st.booleans().flatmap(lambda settled: histories(settled=settled, most=20)))
def test_what_holds_whatever_happens(history: tuple[Fact, ...]) -> None:
    """Of the model itself: danger stays on some list, no clock restarts, nothing but a word closes."""
    assert [one.at for one in history] == sorted({one.at for one in history}), "two facts of one moment"
    model = Obvious()
    before: dict[object, dict[str, Any]] = {}
    for fact in history:
        model.apply(fact)
        for whose in model.people(fact.at):
            said = model.present(whose.student, fact.at, whose.school)
            assert said["queues"] or not said["open"], "open danger on no list"
            earlier = before.get(whose)
            for key in said["clocks"].keys() & (earlier or {"clocks": {}})["clocks"].keys():
                assert said["clocks"][key] <= earlier["clocks"][key], "a clock restarted"  # type: ignore[index]
            assert closed_without_a_word(earlier, said, fact) == []
            before[whose] = said


class Deaf(Echo):
    """A product that waits for the next screening until a person's word counts."""

    def outcomes(self, body: Row, at: datetime) -> None:
        return


def test_a_product_that_does_not_hear_a_word_is_found_out() -> None:
    history = (
        Enrolled(datetime(2026, 11, 1), "Q", SCHOOL),
        sheet(2),
        screen(19),
        talk(20, 3, "I1 I2", school=SCHOOL),
    )
    assert list(walk(history, Echo({}))) == []
    place = "step 3 (Found), Q at sch-1: echo says "
    found = [line.removeprefix(place) for line in walk(history, Deaf({}))]
    assert [line.split()[0] for line in found] == ["confirmed", "source", "open", "missing", "queues", "clock"], found
    assert found[0] == "confirmed False, it is True"
