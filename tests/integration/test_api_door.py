"""The ways in which one may ask: slashes, HEAD, packing, encodings; and who is answered in problem details."""

import gzip
import json

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from serving.api.problems import CODES, MEDIA_TYPE, TITLES
from serving.app import make_app
from tests.api_state import Api, make_api, record
from tests.http_client import Client


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize(("path", "status"), [("/score/", 200), ("/score_batch//", 422), ("/model/", 405)])
def test_a_slash_at_the_end_changes_nothing(api: Api, path: str, status: int) -> None:
    assert api.post(path, record()).status_code == status


def test_head_is_get_without_the_content(api: Api) -> None:
    headers = {"authorization": f"Bearer {api.key()}"}
    head = api.client.send("HEAD", "/instruments", headers=headers)
    get = api.client.send("GET", "/instruments", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert api.client.send("HEAD", "/score", headers=headers).status_code == 405


def test_long_answers_are_packed_for_who_takes_it(api: Api) -> None:
    key = {"authorization": f"Bearer {api.key()}"}
    packed = api.client.send("GET", "/instruments", headers=key | {"accept-encoding": "gzip"})
    plain = api.client.send("GET", "/instruments", headers=key | {"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 3


def test_a_mark_of_utf_8_in_front_says_nothing(api: Api) -> None:
    assert api.post("/score", b"\xef\xbb\xbf" + json.dumps(record()).encode()).status_code == 200


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"content-encoding": "gzip"}, "send the body as it is, not packed"),
        ({"content-type": "application/json; charset=GBK"}, "send the body in UTF-8"),
        ({"content-type": "text/csv"}, "send the body as application/json"),
    ],
)
def test_other_encodings_are_refused(api: Api, headers: dict[str, str], detail: str) -> None:
    answer = api.post("/score", gzip.compress(json.dumps(record()).encode()), headers=headers)
    said = answer.json()
    assert (answer.status_code, said["code"], said["detail"]) == (415, "wrong_content_type", detail)
    assert (
        api.post("/score", record(), headers={"content-type": 'application/json; charset="UTF-8"'}).status_code == 200
    )


def test_a_platform_is_answered_in_problems_where_there_is_nothing(api: Api) -> None:
    pages = Starlette(routes=[Route("/{path:path}", lambda _request: PlainTextResponse("a page"))])
    client = Client(make_app(api.state, pages))
    assert client.send("GET", "/students/S-1", headers={}).text == "a page"
    answer = client.send("GET", "/scores", headers={"authorization": f"Bearer {api.key()}"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
    assert (answer.json()["code"], answer.json()["type"]) == ("not_found", "/docs#problem-404")


def test_an_address_with_a_line_break_is_answered_in_problems(api: Api) -> None:
    answer = api.client.send("GET", "/instruments/%0A", headers={"authorization": f"Bearer {api.key()}"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)


def test_every_problem_has_a_stable_name() -> None:
    assert CODES.keys() == TITLES.keys()
    assert len(set(CODES.values())) == len(CODES)


def test_fields_at_fault_have_stable_names(api: Api) -> None:
    sent = record(age_years=300, sex="robot", boarding="yes", colour="red", as_of="tomorrow")
    del sent["stage"]
    answer = api.post("/score", sent).json()
    assert {one["field"]: one["code"] for one in answer["errors"]} == {
        "age_years": "out_of_range",
        "sex": "unknown_code",
        "boarding": "wrong_type",
        "colour": "unknown_field",
        "as_of": "malformed",
        "stage": "missing",
    }


def test_operations_have_names_that_can_be_read(api: Api) -> None:
    document = api.client.get("/openapi.json").json()
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(set(names)) == len(names)
    assert {"score", "score_batch", "outcomes"} <= set(names)
    for methods in document["paths"].values():
        for operation in methods.values():
            assert "Retry-After" in operation["responses"].get("429", {}).get("headers", {"Retry-After": {}})
            assert all("X-Request-Id" in one["headers"] for one in operation["responses"].values())
