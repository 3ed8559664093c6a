"""`POST /outcomes`: structured interviews and what happened, kept as labels and read as a person's word."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from runxin.errors import Kind, Problem, UserError
from serving.access import Client, check_school
from serving.api.answer_parts import Given
from serving.api.check import invalid
from serving.api.fields import today
from serving.api.filing import school_of_strangers
from serving.api.problems import problem_responses
from serving.api.reading import read_as, read_json, received
from serving.api.request import OutcomeRow, OutcomesRequest
from serving.api.score import body_of
from serving.platform.callers import caller
from serving.platform.limits import MOST_BYTES_BATCH, MOST_OUTCOMES, at_once
from serving.platform.state import State, state_of
from serving.store import Known, NewOutcome, Outcome, known_students, record_outcomes

router = APIRouter(tags=["outcomes"])


class OutcomeGiven(Given):
    """What became of one row, in the order of the request. `known`: the same row was recorded before. Of a student on
    no list the row is kept all the same, and counts once the roster has the id; until then who it is has to be
    checked."""

    status: Literal["recorded", "known"]
    student: Literal["on_list", "identity_to_check"]


class OutcomesAnswer(Given):
    """`evidence_closed` counts open evidence that these interviews have assessed."""

    recorded: int
    known: int
    identity_to_check: int
    evidence_closed: int
    results: tuple[OutcomeGiven, ...]


@router.post(
    "/outcomes",
    response_model=OutcomesAnswer,
    responses=problem_responses(400, 401, 403, 413, 415, 422, 429, 500, 503),
    openapi_extra=body_of("OutcomesRequest"),
    dependencies=[Depends(at_once("outcomes", MOST_OUTCOMES))],
)
def outcomes(
    state: Annotated[State, Depends(state_of)],
    client: Annotated[Client, Depends(caller("outcomes"))],
    body: Annotated[bytes, Depends(received(MOST_BYTES_BATCH))],
) -> Response:
    """Record outcomes, all of them or none. An interview by a named person closes the evidence that it has assessed,
    danger by two persons only; the same row is recorded once. A row that agrees with an earlier one on student, kind,
    day and interviewer and says something else corrects it. Tiers of the model and agreement with its reasons are no
    outcomes and have no place here."""
    rows, now = read_as(OutcomesRequest, read_json(body)).outcomes, datetime.now(UTC)
    problems = [problem for index, row in enumerate(rows) for problem in _faults(index, row, today())]
    if problems:
        raise invalid(problems)
    known = known_students(state.store, [row.student_id for row in rows])
    _check_schools(client, rows, known)
    nowhere = school_of_strangers(state, client)
    given = [_new(row, known[row.student_id].school_id or row.school_id or nowhere) for row in rows]
    new, closed = record_outcomes(state.store, client.client, given, today(), now)
    results = tuple(
        OutcomeGiven(
            status="recorded" if is_new else "known",
            student="identity_to_check" if known[row.student_id].school_id is None else "on_list",
        )
        for row, is_new in zip(rows, new, strict=True)
    )
    answer = OutcomesAnswer(
        recorded=sum(new),
        known=len(new) - sum(new),
        identity_to_check=sum(one.student == "identity_to_check" for one in results),
        evidence_closed=closed,
        results=results,
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def _faults(index: int, row: OutcomeRow, day: date) -> Iterator[Problem]:
    place = f"outcomes[{index}]"
    for column in ("observed_on", "recorded_on"):
        value = getattr(row, column)
        if value is not None and value > day:
            yield Problem("this day has not come yet", column=f"{place}.{column}")
    if row.recorded_on is not None and row.recorded_on < row.observed_on:
        yield Problem("this day lies before observed_on", column=f"{place}.recorded_on")
    if row.second_interviewer is not None:
        if row.interviewer is None:
            yield Problem("a second interviewer needs a first", column=f"{place}.interviewer")
        elif row.second_interviewer == row.interviewer:
            yield Problem("the second interviewer is another person", column=f"{place}.second_interviewer")


def _check_schools(client: Client, rows: list[OutcomeRow], known: dict[str, Known]) -> None:
    """Raise `UserError` (refused) naming every row of a school that the key does not hold for."""
    problems = []
    for index, row in enumerate(rows):
        try:
            check_school(client, row.school_id, known[row.student_id].school_id)
        except UserError as error:
            problems.append(Problem(error.message, column=f"outcomes[{index}].student_id"))
    if problems:
        raise UserError(Kind.REFUSED, "this key does not hold for that school; nothing was recorded", problems=problems)


def _new(row: OutcomeRow, school_id: str) -> NewOutcome:
    fields = row.model_dump(exclude={"school_id"})
    sent = Outcome(**fields)
    return NewOutcome(Outcome(**fields | {"recorded_on": row.recorded_on or today()}), sent, school_id)
