"""`GET /openapi.json`, `/docs.json` and `/docs`: what the service takes and gives, for programs and for people."""

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment

from serving.api.description import PREFIX, example_text, rows_of
from serving.api.problems import TITLES

router = APIRouter(include_in_schema=False)
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@router.get("/openapi.json")
@router.get("/docs.json")
def openapi_document(request: Request) -> Response:
    """The OpenAPI description. BentoML keeps an empty one of its own at /docs.json, which this one goes before."""
    return Response(example_text(request.app.openapi()), media_type="application/json")


@router.get("/docs")
def docs_page(request: Request) -> Response:
    document = request.app.openapi()
    page = _template().render(
        title=document["info"]["title"],
        version=document["info"]["version"],
        about=document["info"]["description"],
        operations=_operations(document),
        objects=_objects(document),
        titles=TITLES,
    )
    return Response(page, headers=HEADERS, media_type="text/html")


@cache
def _template() -> Any:
    source = files("serving.api").joinpath("docs.html").read_text("utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
            found.append(
                {
                    "path": path,
                    "method": method.upper(),
                    "about": operation.get("description", ""),
                    "parameters": operation.get("parameters", []),
                    "body": _name(body.get("schema")),
                    "example": example_text(body["example"]) if "example" in body else None,
                    "answer": _name(answer),
                    "errors": [status for status in operation["responses"] if status != "200"],
                }
            )
    return found


def _objects(document: dict[str, Any]) -> list[dict[str, Any]]:
    schemas = document["components"]["schemas"]
    return [
        {"name": name, "about": schema.get("description", ""), "rows": rows_of(schema)}
        for name, schema in sorted(schemas.items())
        if schema.get("type") == "object"
    ]


def _name(schema: dict[str, Any] | None) -> str | None:
    return schema["$ref"].removeprefix(PREFIX) if schema and "$ref" in schema else None
