"""A history as requests and as rows of a dataset: pure functions from facts to plain dictionaries.

`keys` turns the model's key of a piece of evidence (`R02:phq9:2026-11-18`) into the one that the product gave it, and
`names` the model's name of a record into the product's; without them the model's own are written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tests.obvious_facts import Answered, Batched, Enrolled, Found, Reached, Record, Reported

Row = dict[str, Any]
SAME: Mapping[str, str] = {}
# All of one kind: who they are is not what a history is about. Old enough for every questionnaire of a junior school.
SOMEBODY: Row = {"stage": "junior", "grade": 8, "sex": "female", "birth_date": "2012-05-04"}


def written(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def filled(row: Mapping[str, Any]) -> Row:
    """A request without what it leaves out."""
    return {name: value for name, value in row.items() if value is not None}


def answered_row(fact: Answered) -> Row:
    return filled(
        {
            "instrument": "phq9",
            "administered_on": written(fact.administered_on),
            "received_at": written(fact.received_at),
            "answers": list(fact.answers),
        }
    )


def reported_row(fact: Reported) -> Row:
    return filled(
        {
            "kind": fact.kind,
            "reported_on": written(fact.reported_on),
            "source": fact.source,
            "tier": fact.tier,
            "recorded_on": written(fact.recorded_on),
        }
    )


def reached_row(fact: Reached) -> Row:
    return filled(
        {
            "contacted_on": written(fact.contacted_on),
            "whom": fact.whom,
            "recorded_on": written(fact.recorded_on),
        }
    )


def score_body(fact: Answered | Reported | Reached) -> Row:
    """The body of `POST /score`: one student with one record; what is left out was not collected."""
    body = {"student_id": fact.student, **filled({"school_id": fact.school}), **SOMEBODY}
    if isinstance(fact, Answered):
        return {**body, "responses": [answered_row(fact)]}
    if isinstance(fact, Reported):
        return {**body, "concerns": [reported_row(fact)]}
    return {**body, "contacts": [reached_row(fact)]}


def batch_body(fact: Batched) -> Row:
    """The body of `POST /score_batch`, in the order of the batch."""
    return {"records": [score_body(one) for one in fact.facts]}


def found_row(fact: Found, keys: Mapping[str, str] = SAME, names: Mapping[str, str] = SAME) -> Row:
    """A row of `outcomes`; the page asks for the same. `assessed` is left out where nothing is said of it."""
    return filled(
        {
            "student_id": fact.student,
            "school_id": fact.school,
            "observed_on": written(fact.observed_on),
            "kind": fact.kind,
            "level": fact.level,
            "selection_reason": fact.selection_reason,
            "recorded_on": written(fact.recorded_on),
            "interviewer": fact.interviewer,
            "second_interviewer": fact.second_interviewer,
            "assessed": None if fact.assessed is None else [keys.get(key, key) for key in fact.assessed],
            "corrects": None if fact.corrects is None else names.get(fact.corrects, fact.corrects),
        }
    )


def outcomes_body(facts: Sequence[Found], keys: Mapping[str, str] = SAME, names: Mapping[str, str] = SAME) -> Row:
    """The body of `POST /outcomes`."""
    return {"outcomes": [found_row(fact, keys, names) for fact in facts]}


def dataset_rows(files: Iterable[Record | Enrolled], schools: Sequence[str]) -> dict[str, list[Row]]:
    """The tables of a dataset of some schools, from the facts that stand in their files, in the order of the facts.

    Of several roster rows of a student at a school the last is written. Cells are ISO text, numbers, or None where a
    cell is empty; a suspension that is still going on has an empty `end_on`.
    """
    tables: dict[str, list[Row]] = {
        name: [] for name in ("students", "responses/phq9", "concerns", "outcomes", "contacts", "leaves")
    }
    mine = [fact for fact in files if fact.school in schools]
    roster = {(fact.student, fact.school): fact for fact in mine if isinstance(fact, Enrolled)}
    for enrolled in roster.values():
        tables["students"].append(_student_row(enrolled))
        tables["leaves"] += _suspension_rows(enrolled)
    for fact in mine:
        student = {"student_id": fact.student}
        if isinstance(fact, Answered):
            items = {f"item_{number}": answer for number, answer in enumerate(fact.answers, start=1)}
            days = {"administered_on": written(fact.administered_on), "received_at": written(fact.received_at)}
            tables["responses/phq9"].append({**student, **days, "respondent": "self", **items})
        elif isinstance(fact, Reported):
            empty = dict.fromkeys(("kind", "reported_on", "source", "tier", "recorded_on"))
            tables["concerns"].append({**student, **empty, **reported_row(fact)})
        elif isinstance(fact, Reached):
            empty = dict.fromkeys(("contacted_on", "whom", "recorded_on"))
            tables["contacts"].append({**student, **empty, **reached_row(fact)})
        elif isinstance(fact, Found):
            empty = dict.fromkeys(("selection_reason", "recorded_on", "interviewer", "second_interviewer"))
            row = {**empty, **found_row(fact)}
            tables["outcomes"].append({name: value for name, value in row.items() if name != "school_id"})
    return tables


def _student_row(fact: Enrolled) -> Row:
    return {
        "student_id": fact.student,
        "school_id": fact.school,
        "class_id": f"{fact.school}-c-801",
        **SOMEBODY,
        "enrolled_on": written(fact.enrolled_on),
        "left_on": written(fact.left_on),
    }


def _suspension_rows(fact: Enrolled) -> list[Row]:
    return [
        {
            "student_id": fact.student,
            "type": "suspension",
            "start_on": written(start),
            "end_on": written(end),
            "recorded_on": written(start),
        }
        for start, end in fact.suspended
    ]
