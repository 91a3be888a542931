"""Documents by id: what is not there is told from what can not be read now."""

from typing import Any, cast

import pytest
from elasticsearch import AsyncElasticsearch

from services.runtime.errors import Unavailable
from services.search.provider import documents

THERE = {"_id": "a", "found": True, "_source": {"x": 1}}
MISSING = {"_id": "b", "found": False}


class Answering:
    """An Elasticsearch that answers `mget` so."""

    def __init__(self, *docs: dict[str, Any]) -> None:
        self._docs = docs

    async def mget(self, **_: Any) -> dict[str, Any]:
        return {"docs": self._docs}


async def found(*docs: dict[str, Any]) -> dict[str, Any]:
    return await documents(cast(AsyncElasticsearch, Answering(*docs)), "an-index", ["a", "b"])


def failed(kind: str) -> dict[str, Any]:
    return {"_id": "b", "error": {"type": kind, "reason": "because"}}


async def test_what_is_not_there_is_left_out() -> None:
    assert await found(THERE, MISSING) == {"a": {"x": 1}}
    assert await found(failed("index_not_found_exception")) == {}


async def test_a_shard_that_does_not_answer_is_no_missing_document() -> None:
    with pytest.raises(Unavailable, match="because"):
        await found(THERE, failed("no_shard_available_action_exception"))
