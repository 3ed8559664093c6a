"""Whatever arrives, the service does not fail, and its answers fit their description."""

from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from serving.app import ROUTERS
from tests.api_state import make_api
from tests.examples import examples

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
ROUTES = [
    (route.path, method)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.include_in_schema
    for method in sorted(route.methods)
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The service's description, and a key for it."""
    api = make_api(tmp_path_factory.mktemp("home"))
    return schemathesis.openapi.from_asgi("/openapi.json", api.client.app), api.key()


@pytest.mark.whole
@pytest.mark.parametrize(("path", "method"), ROUTES)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_nothing_makes_it_fail(described: Any, path: str, method: str, mode: schemathesis.GenerationMode) -> None:
    schema, key = described

    @settings(
        max_examples=examples(30),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def answers_well(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    answers_well()
