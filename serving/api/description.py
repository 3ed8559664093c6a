"""The OpenAPI description, made from the code that answers, and the same as one page without scripts."""

import json
import tomllib
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from data_schemas.instruments import Instrument
from serving.api.events.prompts import PromptRequest
from serving.api.events.request import EventsRequest
from serving.api.problems import ProblemDetails
from serving.api.request import BatchRequest, OutcomesRequest, ScoreRequest

PREFIX = "#/components/schemas/"
EXAMPLE = {
    "student_id": "S-1077",
    "stage": "junior",
    "grade": 8,
    "sex": "female",
    "age_years": 13.5,
    "responses": [
        {"instrument": "phq9", "administered_on": "2024-09-16", "answers": [1, 2, 1, 2, 0, 1, None, 0, 0]},
    ],
    "leaves": [
        {
            "type": "sick",
            "start_on": "2024-09-09",
            "end_on": "2024-09-10",
            "reason_code": "headache",
            "recorded_on": "2024-09-09",
        },
    ],
    "family": [{"flag": "left_behind", "value": "unknown"}],
    "concerns": [],
}

OUTCOME = {
    "student_id": "S-1077",
    "observed_on": "2024-09-18",
    "kind": "interview",
    "level": 1,
    "selection_reason": "ranked",
    "selection_prob": 0.8,
    "interviewer": "I-12",
    "saw_score": True,
}

EVENTS = {
    "student_id": "S-1077",
    "events": [{"event": "leave", "type": "unexcused", "start_on": "2024-09-18", "end_on": "2024-09-18"}],
}

PROMPT = {"prompt_id": "e-0123456789abcdef01234567", "step": "told", "entered_by": "staff"}

SAME_AS = {"LeaveEvent": "LeaveRow", "SheetEvent": "SheetRow", "ConcernEvent": "ConcernRow"}  # whose fields they have

HEADERS = {
    "X-Request-Id": "Names the request in the service's log.",
    "Retry-After": "Seconds after which to ask again.",
    "WWW-Authenticate": "How to say who is asking: `Bearer`.",
}
HEADERS_OF = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "409": ("Retry-After",), "503": ("Retry-After",)}


def describe(app: FastAPI) -> None:
    """Give `app` an OpenAPI description that holds the bodies which its routes read by themselves."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def operation_id(route: APIRoute) -> str:
    """What a generated client calls the operation: the name of the function that answers."""
    return route.name


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (ScoreRequest, "validation"),
        (BatchRequest, "validation"),
        (OutcomesRequest, "validation"),
        (EventsRequest, "validation"),
        (PromptRequest, "validation"),
        (ProblemDetails, "serialization"),
    ]
    _, read = models_json_schema(models, ref_template=PREFIX + "{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in read["$defs"].items():
        schemas.setdefault(name, schema)
    definition = Instrument.model_json_schema(mode="serialization", ref_template=PREFIX + "Instrument{model}")
    # Parts of a definition have names of their own: a score of a definition is not a row of scores.
    schemas |= {f"Instrument{name}": schema for name, schema in definition.pop("$defs").items()}
    schemas["Instrument"] = definition
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    bodies = {
        "/score": EXAMPLE,
        "/score_batch": {"records": [EXAMPLE]},
        "/outcomes": {"outcomes": [OUTCOME]},
        "/events": EVENTS,
        "/prompts": PROMPT,
    }
    for path, example in bodies.items():
        document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"] = example
    _say_the_rest(schemas)
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        for status, response in operation["responses"].items():
            names = ("X-Request-Id", *HEADERS_OF.get(status, ()))
            response["headers"] = {name: {"schema": {"type": "string"}, "description": HEADERS[name]} for name in names}
    return document


def _say_the_rest(schemas: dict[str, Any]) -> None:
    """Give each field that says nothing of itself the sentence that stands in `descriptions.toml`."""
    said = words_of_fields()
    said |= {event: said[row] | said.get(event, {}) for event, row in SAME_AS.items()}
    for name, schema in schemas.items():
        for field_name, field in schema.get("properties", {}).items():
            text = said.get(name, {}).get(field_name) or said["any"].get(field_name)
            if text is not None and not is_said(field):
                field["description"] = text


def words_of_fields() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("serving.api").joinpath("descriptions.toml").read_text("utf-8"))


def is_said(field: dict[str, Any]) -> bool:
    """Whether a field says what it is, by itself or by the object that it holds."""
    return "$ref" in field or "description" in field or any("description" in one for one in field.get("anyOf", ()))


def rows_of(schema: dict[str, Any]) -> list[dict[str, str]]:
    """The fields of an object as rows of a table: name, kind, whether required, what it is."""
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "kind": kind_of(field),
            "required": "yes" if name in required else "",
            "about": about(field),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def kind_of(field: dict[str, Any]) -> str:
    """What a field holds, in few words."""
    if "$ref" in field:
        return str(field["$ref"].removeprefix(PREFIX))
    several = field.get("anyOf") or field.get("oneOf")
    if several:
        return " or ".join(kind_of(one) for one in several)
    if field.get("type") == "array":
        return f"list of {kind_of(field['items'])}" if "items" in field else "list"
    if "enum" in field or "const" in field:
        return "code"
    return str(field.get("format") or field.get("type") or "anything")


def about(field: dict[str, Any]) -> str:
    """A field's description with its limits and codes."""
    words = [field["description"]] if "description" in field else []
    for one in field.get("anyOf", [field]):
        if "description" in one and one is not field:
            words.append(one["description"])
        elif "enum" in one:
            words.append(", ".join(str(value) for value in one["enum"]))
        limits = {"minimum": "from", "maximum": "to", "maxItems": "at most", "maxLength": "at most"}
        words += [f"{word} {one[key]:g}" for key, word in limits.items() if key in one]
    return "; ".join(words)


def example_text(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
