"""The OpenAPI document: what people and generators of clients read first."""

from typing import Any

from support.messages import settings_for_tests

from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.search.app import create_app
from services.search.params import SearchParams


async def document() -> dict[str, Any]:
    settings = settings_for_tests()
    async with async_client(settings) as es:
        return create_app(settings, es, Publisher(settings)).openapi()


async def test_every_answer_with_content_has_an_example() -> None:
    without = [
        f"{method} {path} {status} {kind}"
        for path, methods in (await document())["paths"].items()
        for method, operation in methods.items()
        for status, answer in operation["responses"].items()
        for kind, content in answer.get("content", {}).items()
        if not content.keys() & {"example", "examples"}
    ]
    assert without == []


async def test_parameters_read_by_their_model_are_described_as_such() -> None:
    described = {p["name"]: p for p in (await document())["paths"]["/v1/search"]["get"]["parameters"]}
    assert set(described) == {field.alias or name for name, field in SearchParams.model_fields.items()}
    assert described["from"]["schema"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert described["language"]["schema"]["type"] == "array"
    assert all(p["in"] == "query" and not p["required"] for p in described.values())
