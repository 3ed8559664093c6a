"""`GET /instruments` and `GET /instruments/{code}`: which questionnaires are known, and how each is scored."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from data_schemas.instruments import Instrument
from runxin.errors import Kind, UserError
from serving.access import Client
from serving.api.answer_parts import Given, WordsGiven
from serving.api.problems import problem_responses
from serving.platform.callers import caller
from serving.platform.state import State, instruments_of, state_of

router = APIRouter(tags=["instruments"])
SCHEMA = {"$ref": "#/components/schemas/Instrument"}
DEFINITION: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": SCHEMA}}}}


class InstrumentLine(Given):
    """One questionnaire in few words. `form` is `items` where answers are scored here and `scores` where totals are
    read; `range` is that of the total."""

    code: str
    version: int
    edition: str | None
    name: WordsGiven
    family: str
    form: str
    items: int
    range: tuple[float, float]
    scores: tuple[str, ...]
    codings: tuple[str, ...]
    must_declare_coding: bool
    recall_days: int
    ages: tuple[float, float]
    licence: str
    suicidality_covered: bool


class InstrumentList(Given):
    instruments: tuple[InstrumentLine, ...]


@router.get("/instruments", response_model=InstrumentList, responses=problem_responses(401, 403, 422, 500, 503))
def list_instruments(
    state: Annotated[State, Depends(state_of)],
    _client: Annotated[Client, Depends(caller("score", "model"))],
) -> Response:
    """Every questionnaire that a record may name."""
    known = instruments_of(state)
    lines = _lines([known[code] for code in sorted(known)])
    return Response(InstrumentList(instruments=lines).model_dump_json(), media_type="application/json")


@router.get(
    "/instruments/{code}",
    response_model=None,
    responses=DEFINITION | problem_responses(401, 403, 404, 422, 500, 503),
)
def get_instrument(
    code: Annotated[str, Path(description="The questionnaire's code.")],
    state: Annotated[State, Depends(state_of)],
    _client: Annotated[Client, Depends(caller("score", "model"))],
) -> Response:
    """The whole definition: codings, scores, bands, rules, and where each number comes from."""
    instrument = instruments_of(state).get(code)
    if instrument is None:
        raise UserError(Kind.NOT_FOUND, "no questionnaire of this code is defined", fix="GET /instruments lists them")
    return Response(instrument.model_dump_json(), media_type="application/json")


def _lines(known: Sequence[Instrument]) -> tuple[InstrumentLine, ...]:
    return tuple(
        InstrumentLine(
            code=one.code,
            version=one.version,
            edition=one.edition,
            name=WordsGiven(zh=one.name.zh, en=one.name.en),
            family=one.family,
            form=one.form,
            items=one.items,
            range=one.range_of("total"),
            scores=tuple(score.code for score in one.scores),
            codings=tuple(coding.variant for coding in one.codings),
            must_declare_coding=one.must_declare_coding,
            recall_days=one.recall.days,
            ages=one.age.years,
            licence=one.licence.status,
            suicidality_covered=one.suicidality_covered,
        )
        for one in known
    )
