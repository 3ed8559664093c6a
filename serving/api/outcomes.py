"""`POST /outcomes`: structured interviews and what happened, kept as labels and read as a person's word."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from models.triage import ZONE, StudentFacts, present_of
from runxin.errors import Problem
from serving.access import Client
from serving.api.answer_parts import Given
from serving.api.check import invalid
from serving.api.evidence_names import keys_by_name
from serving.api.once import Once, part_of, replayed, same_request
from serving.api.problems import problem_responses
from serving.api.reading import read_as, read_json
from serving.api.request import OutcomeRow, OutcomesRequest
from serving.api.score import body_of
from serving.api.sent import Sent, sent
from serving.platform.limits import MOST_BYTES_BATCH, MOST_OUTCOMES
from serving.platform.state import State
from serving.store import FileOf, NewOutcome, Outcome, changes_at, facts_of, file_of, homes, record_outcomes
from serving.store.identity import follow_decisions
from serving.store.schools import known_school_ids
from serving.store.sent_requests import AnswerPart, claim_of, keep_answer

router = APIRouter(tags=["outcomes"])


class OutcomeGiven(Given):
    """What became of one row, in the order of the request. `known`: the same row was recorded before, and nothing was
    done; where it has been corrected since, it stays so, since a retry looks the same. What is so again is sent with
    `corrects`. `record_id` names the row for that and for any later correction. Of a student on no list, or of another
    school's, the row is kept all the same; until somebody has found out who it is, it counts for nobody else."""

    status: Literal["recorded", "known"]
    student: Literal["on_list", "identity_to_check"]
    record_id: str


class OutcomesAnswer(Given):
    """`evidence_closed` counts open evidence that these interviews have assessed, `evidence_reopened` what a correction
    took back."""

    recorded: int
    known: int
    identity_to_check: int
    evidence_closed: int
    evidence_reopened: int
    results: tuple[OutcomeGiven, ...]


@router.post(
    "/outcomes",
    response_model=OutcomesAnswer,
    responses=problem_responses(400, 401, 403, 408, 409, 410, 413, 415, 422, 429, 500, 503),
    openapi_extra=body_of("OutcomesRequest"),
)
def outcomes(
    given: Annotated[Sent, Depends(sent("outcomes", MOST_BYTES_BATCH, "outcomes", MOST_OUTCOMES), scope="function")],
    key: Once,
) -> Response:
    """Record outcomes, all of them or none. They count at once. An interview by a named person closes the evidence that
    it says it assessed (`assessed`, by the keys that `/score` answers with), danger by two persons only; without a list
    it has assessed what was known before its day. The same row is recorded once: `known` changes nothing, also
    where the row was corrected in between; to say it again, name in `corrects` the record it takes the place of. A row
    that names the record it `corrects`, or agrees with one that arrived before it on student, kind, day and
    interviewer, takes that one's place; within one request the later day of record counts. Tiers of
    the model and agreement with its reasons are no outcomes and have no place here."""
    state, client, body = given.state, given.client, given.body
    claim = None if key is None else claim_of(client.key_id, key, b"/outcomes\n" + body)
    before_it = same_request(state, claim)
    if before_it is not None:
        return replayed(_whole(before_it.rest, [part_of(before_it, place) for place in range(before_it.places)]))
    rows, now = read_as(OutcomesRequest, read_json(body)).outcomes, state.clock()
    files, today = _files(state, client, rows), now.astimezone(ZONE).date()
    before = facts_of(state.store, [one.file_id for one in files], today)
    rows = [_with_keys(state, row, where, before[where.file_id]) for row, where in zip(rows, files, strict=True)]
    problems = [
        problem
        for index, (row, where) in enumerate(zip(rows, files, strict=True))
        for problem in _faults(index, row, before[where.file_id], today)
    ]
    if problems:
        raise invalid(problems)
    new = [_new(row, where, today) for row, where in zip(rows, files, strict=True)]
    kept = record_outcomes(state.store, client.client, new, now)
    after = facts_of(state.store, list(before), today)
    opened, still = _open(state, before.values()), _open(state, after.values())
    results = tuple(
        OutcomeGiven(
            status="recorded" if one.new else "known",
            student="on_list" if where.on_roster else "identity_to_check",
            record_id=one.record_id,
        )
        for one, where in zip(kept, files, strict=True)
    )
    answer = OutcomesAnswer(
        recorded=sum(one.new for one in kept),
        known=sum(not one.new for one in kept),
        identity_to_check=sum(one.student == "identity_to_check" for one in results),
        evidence_closed=len(opened - still),
        evidence_reopened=len(still - opened),
        results=results,
    )
    parts = [one.model_dump_json().encode() for one in results]
    rest = answer.model_copy(update={"results": ()}).model_dump_json().encode()
    if claim is not None:
        said = [AnswerPart(one.file_id, one.school_id, part) for one, part in zip(files, parts, strict=True)]
        keep_answer(state.store, replace(claim, rest=rest), said, now)
    return Response(_whole(rest, parts), media_type="application/json")


def _whole(rest: bytes, results: Sequence[bytes]) -> bytes:
    """The answer with its results, which stand last."""
    return rest.removesuffix(b"[]}") + b"[" + b",".join(results) + b"]}"


def _files(state: State, client: Client, rows: Sequence[OutcomeRow]) -> list[FileOf]:
    at, schools = homes(state.store, [row.student_id for row in rows]), known_school_ids(state.store)
    files = [file_of(row.student_id, row.school_id, at, schools, client.schools) for row in rows]
    return follow_decisions(state.store, files, client.schools, changes_at(state.store, []))


def _open(state: State, facts: Iterable[StudentFacts]) -> set[tuple[str, str]]:
    """Open evidence by student and key."""
    school = state.calendars.default
    return {(one.student_id, s.piece.key) for one in present_of(facts, state.policy, school) for s in one.open}


def _faults(index: int, row: OutcomeRow, facts: StudentFacts, day: date) -> Iterator[Problem]:
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
        elif row.second_interviewer.casefold() == row.interviewer.casefold():
            yield Problem("the second interviewer is another person", column=f"{place}.second_interviewer")
    filed = {piece.key: piece.floor.evidence_on for piece in facts.pieces}
    for number, key in enumerate(row.assessed or ()):
        if key not in filed:
            fix = "name evidence of this student as `floors[].evidence` of an answer names it"
            yield Problem("no such evidence is on file", column=f"{place}.assessed[{number}]", fix=fix)
        elif filed[key] > row.observed_on:
            what = "this evidence is of a later day than observed_on: the talk cannot have assessed it"
            yield Problem(what, column=f"{place}.assessed[{number}]", fix="give the day on which it was talked about")
    if row.assessed and row.interviewer is None:
        yield Problem("evidence is assessed by a named person", column=f"{place}.interviewer")
    if row.corrects is not None and row.corrects not in {word.word_id for word in facts.words}:
        fix = "name the `record_id` that the record was answered with"
        yield Problem("no such record of this student", column=f"{place}.corrects", fix=fix)


def _with_keys(state: State, row: OutcomeRow, where: FileOf, facts: StudentFacts) -> OutcomeRow:
    """The row with evidence by its keys, under whatever names it was sent; what is no name of it stays as it is."""
    if not row.assessed:
        return row
    known = keys_by_name(state.store, where.file_id, (piece.key for piece in facts.pieces))
    return row.model_copy(update={"assessed": [known.get(name, name) for name in row.assessed]})


def _new(row: OutcomeRow, where: FileOf, today: date) -> NewOutcome:
    fields = row.model_dump(exclude={"school_id"}) | {"student_id": where.file_id}
    fields["assessed"] = None if row.assessed is None else tuple(row.assessed)
    sent = Outcome(**fields | {"student_id": where.apart})
    return NewOutcome(Outcome(**fields | {"recorded_on": row.recorded_on or today}), sent, where.school_id)
