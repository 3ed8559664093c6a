"""Assessments as bytes and back, without loss: compressed JSON, readable without this program."""

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import CoreConfig, SchemaSerializer, SchemaValidator, core_schema, to_json

from data_schemas.codes import Code
from models.assessment import Assessment
from runxin.errors import Kind, UserError

# What is not kept with an assessment: evidence is filed by itself, what it rests on is kept with it and goes when the
# inputs are erased, and the entry says when it came in, and where.
APART: Any = {
    "proven": True,
    "floors": {"__all__": {"record"}},
    "leads": {"__all__": {"record"}},
    "tasks": {"__all__": {"came"}},
    "data_quality": {"retest": {"__all__": {"came"}}},
}
LEVEL = 1  # half of the time of the default level for a tenth more bytes


class _Form:
    """How an assessment is written and read: as its dataclasses say, a member of a vocabulary by its code."""

    def __init__(self) -> None:
        schema = _by_code(TypeAdapter(Assessment).core_schema)
        config = CoreConfig(ser_json_inf_nan="constants")
        self.writer, self.reader = SchemaSerializer(schema, config), SchemaValidator(schema, config)


@cache
def _form() -> _Form:
    return _Form()


def _by_code(schema: Any) -> Any:
    """A schema of pydantic's in which every vocabulary is written and read by its codes."""
    if isinstance(schema, dict):
        if schema.get("type") == "enum" and issubclass(schema["cls"], Code):
            one: type[Code] = schema["cls"]
            written = core_schema.plain_serializer_function_ser_schema(_code_of, when_used="always")
            found = core_schema.no_info_plain_validator_function(_member_of(one), serialization=written)
            return found | {"ref": schema["ref"]} if "ref" in schema else found
        return {key: _by_code(value) for key, value in schema.items()}
    return [_by_code(one) for one in schema] if isinstance(schema, list) else schema


def _code_of(member: Code) -> str:
    return member.code


def _member_of(vocabulary: type[Code]) -> Callable[[Any], Code]:
    known = {member.code: member for member in vocabulary}

    def read(code: Any) -> Code:
        if code not in known:
            raise ValueError(f"{code!r} is no code of {vocabulary.__name__}")
        return known[code]

    return read


def pack(content: dict[str, Any]) -> bytes:
    return zlib.compress(to_json(content, inf_nan_mode="constants"), LEVEL)


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
    content: dict[str, Any] = _form().writer.to_python(assessment, mode="json", exclude=APART)
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
    """The inverse of `assessment_to_json`."""
    found: Assessment = _form().reader.validate_python(content)
    return found


def pack_assessment(assessment: Assessment) -> bytes:
    return zlib.compress(_form().writer.to_json(assessment, exclude=APART), LEVEL)


def unpack_assessment(stored: bytes) -> Assessment:
    """Raises `UserError` (unavailable) where the bytes are not those that were packed."""
    return assessment_from_json(unpack(stored))
