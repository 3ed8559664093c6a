"""Assessments as bytes and back, without loss: compressed JSON, readable without this program."""

import json
import zlib
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from data_schemas.codes import Tier
from models.assessment import Assessment

TIERS = {tier.code: tier for tier in Tier}
LEVEL = 1  # half of the time of the default level for a tenth more bytes


@cache
def _adapter() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


def pack(content: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), LEVEL)


def unpack(stored: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(zlib.decompress(stored))
    return content


def assessment_to_json(assessment: Assessment) -> dict[str, Any]:
    """The assessment in JSON's own types, a tier as its code."""
    content: dict[str, Any] = _adapter().dump_python(assessment, mode="json")
    content["tier"], content["own_tier"] = assessment.tier.code, assessment.own_tier.code
    for shown, floor in zip(content["floors"], assessment.floors, strict=True):
        shown["tier"] = floor.tier.code
    return content


def assessment_from_json(content: dict[str, Any]) -> Assessment:
    """The inverse of `assessment_to_json`; `content` is used up."""
    content["tier"], content["own_tier"] = TIERS[content["tier"]], TIERS[content["own_tier"]]
    for floor in content["floors"]:
        floor["tier"] = TIERS[floor["tier"]]
    return _adapter().validate_python(content)


def pack_assessment(assessment: Assessment) -> bytes:
    return pack(assessment_to_json(assessment))


def unpack_assessment(stored: bytes) -> Assessment:
    return assessment_from_json(unpack(stored))
