"""What the schema allows is answered, and what it forbids is refused: never a fault."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

PATHS = {"/", "/rank", "/explain", "/similar/{influencer}", "/health", "/ready", "/metrics"}


def test_no_fault(run):
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis")
    pytest.importorskip("fastapi", reason="needs the extra serve")
    from morning.serve.app import application
    from morning.serve.settings import Settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    held = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_asgi("/openapi.json", application(Settings(run.folder)))
    asked = dict.fromkeys(PATHS, 0)
    for each in schema.get_all_operations():
        operation = each.ok()
        for mode in schemathesis.GenerationMode:

            @settings(max_examples=50, suppress_health_check=list(HealthCheck), database=None)
            @given(case=operation.as_strategy(mode))
            def answered(case):
                asked[case.operation.path] += 1
                case.call_and_validate(checks=held)

            try:
                answered()
            except Unsatisfiable:  # what has no parameters cannot be asked wrongly
                assert operation.path not in ("/rank", "/explain", "/similar/{influencer}")
    assert set(asked) == PATHS
    assert min(asked.values()) >= 1
    assert asked["/rank"] >= 100
