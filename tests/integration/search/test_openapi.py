"""Whatever the OpenAPI document allows, and whatever it forbids, sent to a gateway: it answers as the document says."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.archive import news
from support.gateway import gateway
from support.topics import create_topics

pytestmark = pytest.mark.stack
DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text())
CASES = int(os.environ.get("NEWSLOOM_API_CASES", "5"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    (path, method, mode)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if path != "/v1/stream"  # which has no end; test_stream.py reads it
    and (mode.is_positive or operation.keys() & {"parameters", "requestBody"})  # or nothing can be wrong
]
schema: Any = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def site(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a gateway as its users run it, over an archive that the cases may change."""
    with gateway(servers, tmp_path_factory.mktemp("gateway"), news(100)) as own:
        create_topics(own)
        yield f"http://{own.http}"


@pytest.mark.parametrize(
    ("path", "method", "mode"), OPERATIONS, ids=[f"{mode.value} {method} {path}" for path, method, mode in OPERATIONS]
)
def test_answers_are_as_the_document_says(path: str, method: str, mode: GenerationMode, site: str) -> None:
    @settings(max_examples=CASES, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        case.validate_response(case.call(base_url=site, timeout=60), checks=CHECKS)

    check()
