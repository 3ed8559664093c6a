"""Assessments as bytes and back, without loss: compressed JSON, readable without this program."""

import json
import zlib
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from data_schemas.codes import Tier
from models.assessment import AnswerTime, Assessment
from runxin.errors import Kind, UserError

TIERS = {tier.code: tier for tier in Tier}
ANSWER_TIMES = {time.code: time for time in AnswerTime}
LEVEL = 1  # half of the time of the default level for a tenth more bytes


@cache
def _adapter() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


def pack(content: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), LEVEL)


def unpack(stored: bytes) -> dict[str, Any]:
    """Raises `UserError` (unavailable) where the bytes are not those that were packed."""
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(stored))
    except (zlib.error, ValueError) as error:
        fix = "restore the database from a backup"
        raise UserError(Kind.UNAVAILABLE, "a record in the database is damaged", fix=fix) from error
    return content


def assessment_to_json(assessment: Assessment) -> dict[str, Any]:
    """The assessment in JSON's own types, a tier as its code."""
    content: dict[str, Any] = _adapter().dump_python(assessment, mode="json")
    del content["proven"]  # evidence is filed by itself
    content["tier"], content["own_tier"] = assessment.tier.code, assessment.own_tier.code
    content["model_tier"] = None if assessment.model_tier is None else assessment.model_tier.code
    for part in ("floors", "leads"):
        for shown, floor in zip(content[part], getattr(assessment, part), strict=True):
            shown["tier"], shown["answer"] = floor.tier.code, floor.answer.code
            del shown["record"]  # it is kept with the evidence, and goes when the inputs are erased
    for task in content["tasks"]:
        del task["came"]  # the entry says when it came in, and where
    for retest in content["data_quality"]["retest"]:
        del retest["came"]
    return content


def as_kept(assessment: Assessment) -> Assessment:
    """The assessment as it comes back from the database."""
    quality = assessment.data_quality
    return replace(
        assessment,
        proven=(),
        floors=tuple(replace(floor, record=None) for floor in assessment.floors),
        leads=tuple(replace(floor, record=None) for floor in assessment.leads),
        tasks=tuple(replace(task, came=None) for task in assessment.tasks),
        data_quality=replace(quality, retest=tuple(replace(one, came=None) for one in quality.retest)),
    )


def assessment_from_json(content: dict[str, Any]) -> Assessment:
    """The inverse of `assessment_to_json`; `content` is used up."""
    content["tier"], content["own_tier"] = TIERS[content["tier"]], TIERS[content["own_tier"]]
    if content.get("model_tier") is not None:
        content["model_tier"] = TIERS[content["model_tier"]]
    for floor in (*content["floors"], *content.get("leads", ())):
        floor["tier"] = TIERS[floor["tier"]]
        if "answer" in floor:
            floor["answer"] = ANSWER_TIMES[floor["answer"]]
    return _adapter().validate_python(content)


def pack_assessment(assessment: Assessment) -> bytes:
    return pack(assessment_to_json(assessment))


def unpack_assessment(stored: bytes) -> Assessment:
    return assessment_from_json(unpack(stored))
