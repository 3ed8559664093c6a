"""Whatever arrives, the service does not fail, and its answers fit their description."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.api_state import make_api


@pytest.fixture(scope="module")
def key_and_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    api = make_api(tmp_path_factory.mktemp("home"))
    return api.key(), api.client.app


@pytest.fixture(scope="module")
def described(key_and_app: Any) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", key_and_app[1])


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_makes_it_fail(case: Any, key_and_app: Any) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {key_and_app[0]}"},
        checks=[not_a_server_error, response_schema_conformance, status_code_conformance],
    )
