"""The description is made from the code that answers, and what is answered fits it."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from data_schemas.tables import RESPONSE_COLUMNS, TABLES
from serving.api import request as rows
from serving.api.description import EXAMPLE, is_said, words_of_fields
from serving.app import ROUTERS
from tests.api_state import Api, make_api, phq9, promote, record

PARTS = {
    "scores": rows.ScoreRow,
    "leaves": rows.LeaveRow,
    "leave_totals": rows.LeaveTotal,
    "family": rows.FamilyRow,
    "concerns": rows.ConcernRow,
    "consents": rows.ConsentRow,
    "contacts": rows.ContactRow,
    "feeds": rows.FeedRow,
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    content: dict[str, Any] = api.client.get("/openapi.json").json()
    return content


@pytest.mark.parametrize("table", PARTS)
def test_a_part_of_a_request_is_a_row_of_its_table(table: str) -> None:
    """A column that is added to a table is added to the request, or the API would refuse what a dataset may hold."""
    columns = set(TABLES[table].names) - {"student_id", "school_id"}
    assert set(PARTS[table].model_fields) == columns


def test_a_sheet_is_a_row_of_responses() -> None:
    columns = {column.name for column in RESPONSE_COLUMNS} - {"student_id"}
    assert set(rows.SheetRow.model_fields) == columns | {"instrument", "answers"}


@pytest.mark.parametrize("table", [name for name in PARTS if name != "feeds"])
def test_codes_are_those_of_the_table(table: str, document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"][PARTS[table].__name__]
    for column in TABLES[table].columns:
        if column.codes is not None:
            field = schema["properties"][column.name]
            enums = [one["enum"] for one in field.get("anyOf", [field]) if "enum" in one]
            assert enums == [list(column.codes.codes())], column.name


def test_both_addresses_hold_the_same_description(api: Api) -> None:
    assert api.client.get("/docs.json").json() == api.client.get("/openapi.json").json()


PATHS = {
    "/outcomes",
    "/events",
    "/prompts",
    "/changes",
    "/score",
    "/score_batch",
    "/follow_up_list",
    "/instruments",
    "/instruments/{code}",
    "/model",
}


def test_every_route_is_described(document: dict[str, Any]) -> None:
    shown = {route.path for router in ROUTERS for route in router.routes if getattr(route, "include_in_schema", False)}
    assert set(document["paths"]) == shown == PATHS


def test_an_unknown_parameter_is_answered_with_those_that_are_described(api: Api, document: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {api.key()}"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            described = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            address = f"{path.replace('{code}', 'phq9')}?zzz=1"
            (error,) = api.client.send(method.upper(), address, headers=headers).json()["errors"]
            told = f"known here: {', '.join(described)}" if described else "this address takes none"
            assert error["fix"] == told, path


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)):
        assert name in schemas
    assert "HTTPValidationError" not in schemas


def test_the_example_is_accepted(api: Api) -> None:
    assert api.post("/score?dry_run=true", EXAMPLE).status_code == 200


def test_answers_fit_their_description(tmp_path: Path, document: dict[str, Any]) -> None:
    api = make_api(tmp_path)
    promote(api)
    given = {
        ("/score", "post"): api.post("/score", record(responses=[phq9([1] * 8 + [2])])),
        ("/score_batch", "post"): api.post("/score_batch", {"records": [record(), {}]}),
        ("/model", "get"): api.get("/model"),
        ("/follow_up_list", "get"): api.get("/follow_up_list?school_id=A"),
        ("/instruments", "get"): api.get("/instruments"),
        ("/instruments/{code}", "get"): api.get("/instruments/scl90"),
    }
    for (path, method), answer in given.items():
        assert answer.status_code == 200, answer.text
        schema = document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), schema | {"components": document["components"]})


def test_problems_fit_their_description(api: Api, document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/ProblemDetails", "components": document["components"]}
    for answer in (api.post("/score", {}), api.post("/score", b"{"), api.client.get("/model"), api.get("/nothing")):
        jsonschema.validate(answer.json(), schema)


def test_the_page_shows_every_route_and_object_and_loads_nothing(api: Api, document: dict[str, Any]) -> None:
    answer = api.client.get("/docs")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in document["paths"]:
        assert f'id="{path}"' in answer.text
    for name in document["components"]["schemas"]:
        assert f'id="object-{name}"' in answer.text
    assert not re.findall(r"<script|<link|<img|@import|url\(|https?://", answer.text)
    for anchor in re.findall(r'href="#([^"]+)"', answer.text):
        assert f'id="{anchor}"' in answer.text, anchor


def test_every_field_and_parameter_says_what_it_is(document: dict[str, Any]) -> None:
    fields = {
        (name, field): is_said(schema)
        for name, whole in document["components"]["schemas"].items()
        for field, schema in whole.get("properties", {}).items()
    }
    assert [place for place, said in fields.items() if not said] == []
    parameters = [
        (path, one["name"])
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for one in operation.get("parameters", ())
        if not one.get("description") and not one["schema"].get("description")
    ]
    assert parameters == []


def test_no_sentence_is_of_a_field_that_is_none(api: Api) -> None:
    schemas = api.client.get("/openapi.json").json()["components"]["schemas"]
    words = words_of_fields()
    anywhere = {field for schema in schemas.values() for field in schema.get("properties", {})}
    assert words.pop("any").keys() <= anywhere
    for name, fields in words.items():
        assert fields.keys() <= schemas[name]["properties"].keys(), name
