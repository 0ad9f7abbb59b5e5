"""The server keeps to its own description, whatever it is asked (schemathesis, fixed seed)."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dashboards.serving.app import create_app

_OPERATIONS = ("releases", "files", "file", "data", "availability", "structure")
_PLAIN = {"Accept-Encoding": "identity"}  # the client of this test unpacks nothing
_SETTINGS = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture(scope="module")
def described(home):
    return schemathesis.openapi.from_wsgi("/api/openapi.json", create_app(home).server)


def test_the_operations_of_this_test_are_those_described(described) -> None:
    found = [result.ok().definition.raw["operationId"] for result in described.get_all_operations()]
    assert tuple(found) == _OPERATIONS


@pytest.mark.parametrize("name", _OPERATIONS)
def test_every_answer_is_one_that_is_described(described, name) -> None:
    @_SETTINGS
    @given(case=described.find_operation_by_id(name).as_strategy())
    def asked(case) -> None:
        case.call_and_validate(headers=_PLAIN)

    asked()


@pytest.mark.parametrize("name", ["data", "availability", "structure"])
def test_the_examples_of_the_description_are_answered(described, name) -> None:
    operation = described.find_operation_by_id(name)
    given = {"path": {}, "query": {}}
    for parameter in operation.definition.raw["parameters"]:
        found = parameter
        if "$ref" in found:
            place = found["$ref"].rpartition("/")[2]
            found = described.raw_schema["components"]["parameters"][place]
        if "example" in found:
            given[found["in"]][found["name"]] = found["example"]
    case = operation.Case(path_parameters=given["path"], query=given["query"])
    assert case.call_and_validate(headers=_PLAIN).status_code == 200
