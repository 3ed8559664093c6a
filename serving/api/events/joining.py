"""From events to one record of the form that `/score` takes, read beside what is on record of the student."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from data_schemas.codes import Stage
from data_schemas.instruments import Instrument, declared_coding
from data_schemas.own_features import TABLE, OwnFeature
from data_schemas.stages import contradictions
from runxin.errors import Problem, UserError
from serving.api.assessing import Checked
from serving.api.check import check_request, invalid
from serving.api.events.request import OWN_EVENT, EventsRequest
from serving.api.reading import read_as
from serving.api.request import ScoreRequest
from serving.store.joined_rows import JoinedRows

NOBODY_SAID = {"stage": Stage.JUNIOR.code, "grade": None, "sex": "unknown"}  # rules of leave and reports do not read it
TABLE_OF = {"leave": "leaves", "sheet": "responses", "concern": "concerns"}
PLACE = re.compile(r"(\w+)\[(\d+)\](.*)")
RETURNS = ("resumption", "discharge")


def joined(
    request: EventsRequest,
    content: Mapping[str, Any],
    stored: JoinedRows,
    instruments: Mapping[str, Instrument],
    own: Sequence[OwnFeature],
    today: date,
) -> Checked:
    """The events of a valid request, of which `content` is the raw form, as a record beside what is `stored`. Raises
    `UserError` (bad data) naming each field of an event at fault; what is on record is never at fault. `own` are
    the features of the operator's own that the serving model reads."""
    rows: dict[str, list[dict[str, Any]]] = {}
    places: dict[str, list[int]] = {}
    told: dict[str, Any] = {}
    problems = []
    for place, (event, raw) in enumerate(zip(request.events, content["events"], strict=True)):
        said = {name: value for name, value in raw.items() if name != "event" and value is not None}
        if event.event == "roster":
            told |= said
            continue
        if event.event == "leave" and event.type in OWN_EVENT:
            fix = f"send it as the event {event.type}"
            problems.append(Problem("this is an event of its own", column=f"events[{place}].type", fix=fix))
        table = TABLE_OF.get(event.event, "leaves")
        rows.setdefault(table, []).append(said if event.event in TABLE_OF else _leave(event.event, said))
        places.setdefault(table, []).append(place)
    if problems:
        raise invalid(problems)
    who = _who(stored.who, told, today)
    plain = {"student_id": request.student_id, "school_id": request.school_id}
    record = read_as(ScoreRequest, plain | who | rows | {"feeds": _reach(rows, today)})
    try:
        as_of = check_request(record, instruments, (), today)
    except UserError as error:
        raise invalid([_as_sent(one, places, request) for one in error.problems]) from None
    return Checked(record, as_of, _readable(stored, instruments, own))


def _who(stored: Mapping[str, Any], told: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Who the student is: as it was told now, else as it is on record where the two can be so together."""
    known = {**stored, **told}
    if "birth_date" in told:
        known.pop("age_years", None)
    stage = Stage.of(known.get("stage", Stage.JUNIOR.code))
    grade, born = known.get("grade"), known.get("birth_date")
    if isinstance(grade, float):
        known["grade"] = grade = int(grade)
    day = date.fromisoformat(born[:10]) if born else None
    if any(contradictions(stage, grade, known.get("age_years"), day, today)):
        known = {"stage": stage.code, **told}
    return NOBODY_SAID | known | ({"birth_date": born[:10]} if "birth_date" in known and born else {})


def _reach(rows: Mapping[str, Sequence[Mapping[str, Any]]], today: date) -> list[dict[str, str]]:
    """An event tells of its own days and of no others: that nothing else happened, it does not say."""
    first = {"leaves": "start_on", "concerns": "reported_on"}
    found = []
    for table, day in first.items():
        if table in rows:
            start, ends = min(row[day] for row in rows[table]), [row.get("end_on") for row in rows[table]]
            end = min(today.isoformat(), max(one or today.isoformat() for one in ends))
            found.append({"table": table, "covered_from": start, "covered_to": max(start, end)})
    return found


def _as_sent(one: Problem, places: Mapping[str, Sequence[int]], request: EventsRequest) -> Problem:
    column = _sent_as(one.column or "", places, request)
    return replace(one, what=one.what.replace("the as-of date", "today"), column=column)


def _sent_as(column: str, places: Mapping[str, Sequence[int]], request: EventsRequest) -> str:
    """By what name a field of the record was sent."""
    found = PLACE.fullmatch(column)
    if found is not None and found[1] in places:
        place = places[found[1]][int(found[2])]
        rest = found[3]
        if request.events[place].event in RETURNS:
            rest = rest.replace("start_on", "returned_on").replace("end_on", "returned_on")
        return f"events[{place}]{rest}"
    told = (n for n, one in enumerate(request.events) if getattr(one, column, None) is not None)
    where = next(told, None)
    return column if where is None else f"events[{where}].{column}"


def _readable(stored: JoinedRows, instruments: Mapping[str, Instrument], own: Sequence[OwnFeature]) -> JoinedRows:
    """Without sheets and scores of questionnaires that are not defined any more, or not as they were, and without
    features that the model does not read."""
    names = {one.name for one in own}
    kept = {
        name: tuple(row for row in rows if _fits(name, row, instruments, names)) for name, rows in stored.tables.items()
    }
    return replace(stored, tables=kept)


def _fits(table: str, row: Mapping[str, Any], instruments: Mapping[str, Instrument], own: Collection[str]) -> bool:
    if table not in ("responses", "scores"):
        return table != TABLE or row["name"] in own
    instrument = instruments.get(row["instrument"])
    if instrument is None:
        return False
    if table == "scores":
        return row["scale"] in {one.code for one in instrument.scores}
    try:
        coding = declared_coding(instrument, row.get("coding_variant"))
    except UserError:
        return False
    answers = row["answers"]
    return len(answers) == instrument.items and all(a is None or coding.low <= a <= coding.high for a in answers)


def _leave(event: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """A row of leave: of a return, of its first day."""
    if event == "suspension":
        return {"type": event, **said}
    rest = {name: value for name, value in said.items() if name != "returned_on"}
    return {"type": event, "start_on": said["returned_on"], "end_on": said["returned_on"], **rest}
