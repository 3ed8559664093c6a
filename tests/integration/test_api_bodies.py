"""Malformed bodies and queries: keys and parameters that are there twice or unknown, what is no JSON, what is nested or
counted beyond reason. Always a problem that names the place, never a value, and never a fault of the service."""

import pytest

from serving.api.problems import MEDIA_TYPE
from serving.app import ROUTERS
from serving.store import audit_rows
from tests.api_state import Api, make_api, phq9, record


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("home"))


BODY = b'{"student_id":"S-1","stage":"junior","grade":8,"sex":"male"'
DOUBLED = {
    "at the top": (BODY + b',"student_id":"77777"}', ["student_id"]),
    "the same value": (BODY + b',"grade":8}', ["grade"]),
    "an escaped one": (BODY + rb',"gr\u0061de":7}', ["grade"]),
    "in a row": (
        BODY + b',"leaves":[{"type":"sick","start_on":"2026-03-02","type":"personal","end_on":"2026-03-02"}]}',
        ["leaves[0].type"],
    ),
    "a list that would be lost": (BODY + b',"responses":[77777],"responses":[]}', ["responses"]),
    "inside of one that would be lost": (
        BODY + b',"family":[{"flag":1,"flag":2}],"family":[]}',
        ["family", "family[0].flag"],
    ),
    "a name that is none": (BODY + b',"77777 77777":1,"77777 77777":2}', ["(unnamed)"]),
}


@pytest.mark.parametrize("case", DOUBLED)
def test_a_key_that_is_there_twice_is_named(api: Api, case: str) -> None:
    body, named = DOUBLED[case]
    answer = api.post("/score", body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, MEDIA_TYPE)
    said = answer.json()
    assert said["detail"] == "an object of the body has a key twice (send each once)"
    assert [(error["field"], error["problem"]) for error in said["errors"]] == [
        (field, "this key is there twice") for field in named
    ]
    assert "77777" not in answer.text


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("/score_batch", b'{"records":[],"records":[{}]}', "records"),
        ("/score_batch", b'{"records":[{},{"grade":1,"grade":2}]}', "records[1].grade"),
        ("/outcomes", b'{"outcomes":[{"level":3,"level":0}]}', "outcomes[0].level"),
    ],
)
def test_no_route_takes_the_last_of_two(api: Api, route: str, body: bytes, field: str) -> None:
    answer = api.post(route, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


MALFORMED = {
    "empty": b"",
    "blanks": b"  \n",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "half of a character": b'{"student_id": "\xe5\xad',
    "a trailing comma": b'{"a": 1,}',
    "two documents": b"{}{}",
    "single quotes": b"{'a': 1}",
    "a raw line break in a text": b'{"a": "x\ny"}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and whole": b"[" * 5_000 + b"]" * 5_000,
    "deep, whole and doubled": b'{"a":' * 700 + b'{"b":1,"b":2}' + b"}" * 700,
    "a number of 5,000 digits": b'{"grade": ' + b"9" * 5_000 + b"}",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "a number": b"1e999",
    "bare NaN": b"NaN",
    "minus infinity": b"-Infinity",
    "a huge whole number": BODY.replace(b"8", b"9" * 4000) + b"}",
    "a huge fraction": BODY + b',"age_years":1e999}',
    "NaN in a list": BODY + b',"responses":[{"instrument":"phq9","administered_on":"2026-03-02","answers":[NaN]}]}',
    "a huge answer": BODY
    + b',"responses":[{"instrument":"phq9","administered_on":"2026-03-02","answers":['
    + b",".join([b"9" * 400] * 9)
    + b"]}]}",
    "a huge duration": BODY
    + b',"responses":[{"instrument":"phq9","administered_on":"2026-03-02","duration_s":1e400,"answers":[0]}]}',
    "nothing for everything": b'{"student_id":null,"stage":null,"grade":null,"sex":null,"responses":null}',
}


@pytest.mark.parametrize("route", ["/score", "/score_batch", "/outcomes"])
@pytest.mark.parametrize("body", MALFORMED)
def test_a_malformed_body_is_a_problem(api: Api, route: str, body: str) -> None:
    answer = api.post(route, MALFORMED[body])
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["status"] == answer.status_code
    assert "99999" not in answer.text


def test_a_duration_at_the_edge_of_numbers_is_read(api: Api) -> None:
    assert api.post("/score?dry_run=true", record(responses=[phq9([0] * 9, duration_s=1e308)])).status_code == 200


ROUTES = [
    (method, route.path.replace("{code}", "phq9"))
    for router in ROUTERS
    for route in router.routes
    for method in sorted(route.methods - {"HEAD"})
]
NEEDED = {"/follow_up_list": "school_id=A&"}


@pytest.mark.parametrize(("method", "address"), ROUTES)
def test_no_route_takes_a_parameter_that_it_does_not_know(api: Api, method: str, address: str) -> None:
    headers = {"authorization": f"Bearer {api.key()}", "content-type": "application/json"}
    before = len(audit_rows(api.state.store, 1000))
    for query in ("verbose=1", "secret%2077777=1", "=1"):
        answer = api.client.send(method, f"{address}?{NEEDED.get(address, '')}{query}", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
        assert [error["problem"] for error in answer.json()["errors"]] == ["there is no such parameter"]
        assert "77777" not in answer.text
    assert len(audit_rows(api.state.store, 1000)) == before, "nothing was read"


@pytest.mark.parametrize("address", ["/score", "/score_batch"])
@pytest.mark.parametrize(
    ("query", "field", "fix"),
    [
        ("dryrun=true", "dryrun", "is it dry_run?"),
        ("Dry_Run=true", "Dry_Run", "is it dry_run?"),
        ("dry_run=true&dry_run=false", "dry_run", "send it once"),
        ("dry_run=true&x=1", "x", "known here: dry_run"),
    ],
)
def test_a_misspelt_dry_run_records_nothing(api: Api, address: str, query: str, field: str, fix: str) -> None:
    sent = record("S-misspelt")
    answer = api.post(f"{address}?{query}", sent if address == "/score" else {"records": [sent]})
    assert answer.status_code == 422
    assert [(error["field"], error["fix"]) for error in answer.json()["errors"]] == [(field, fix)]
    listed = api.get("/follow_up_list?school_id=A")
    assert "S-misspelt" not in listed.text
