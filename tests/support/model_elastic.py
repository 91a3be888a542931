"""Elasticsearch's external versioning as a dict: `bulk`, `mget` and the look at aliases, with faults to order.

What it does is held against the real server in tests/integration/index.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import ApiError
from elasticsearch import ConnectionError as ConnectionBroken

Fault = Callable[[str, dict[str, Any]], int | None]
"""(index, document) → status with which the item is refused, or None."""


def status_error(status: int) -> ApiError:
    """What the client raises when a whole request is answered so."""
    node = NodeConfig("http", "model", 9200)
    return ApiError(f"status {status}", ApiResponseMeta(status, "1.1", HttpHeaders(), 0.0, node), {})


class ModelElastic:
    """Indices are made as they are written to. `faults` and `cuts` are asked before and after each request's work."""

    def __init__(self, aliases: dict[str, list[str]] | None = None) -> None:
        self.aliases = aliases or {}
        self.store: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
        self.requests: list[list[tuple[str, str]]] = []
        self.looks = 0
        self.item_fault: Fault = lambda index, document: None
        self.before: Callable[[list[bytes]], None] = lambda operations: None
        self.after: Callable[[], None] = lambda: None
        self.at_once = self.most_at_once = 0
        self.indices = self

    def options(self, **_: object) -> "ModelElastic":
        return self

    async def get_alias(self, name: str) -> Any:
        found = self.aliases.get(name, [f"{name}-000001"])
        body = {index: {"aliases": {name: {"is_write_index": index == max(found)}}} for index in found}
        return type("Answer", (), {"body": body})()

    async def bulk(self, operations: Sequence[bytes], **__: object) -> dict[str, Any]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for _ in range(10):
                await asyncio.sleep(0)
            self.before(list(operations))
            pairs = zip(map(orjson.loads, operations[::2]), map(orjson.loads, operations[1::2]), strict=True)
            actions = [(action["index"], document) for action, document in pairs]
            self.requests.append([(action["_index"], action["_id"]) for action, _ in actions])
            items = [{"index": self._index(action, document)} for action, document in actions]
            self.after()
            return {"items": items}
        finally:
            self.at_once -= 1

    async def mget(self, docs: list[dict[str, Any]], **_: object) -> dict[str, Any]:
        self.looks += 1
        await asyncio.sleep(0)
        return {"docs": [self._get(self._name(doc["_index"]), doc["_id"]) for doc in docs]}

    def documents(self, alias: str) -> dict[str, dict[str, Any]]:
        """What is in `alias`, by id."""
        return {id_: document for (index, id_), (_, document) in self.store.items() if index.startswith(alias)}

    def _get(self, index: str, id_: str) -> dict[str, Any]:
        if (index, id_) not in self.store:
            return {"_index": index, "_id": id_, "found": False}
        version, document = self.store[index, id_]
        return {"_index": index, "_id": id_, "found": True, "_version": version, "_source": document}

    def _name(self, index: str) -> str:
        if index[-6:].isdigit():
            return index
        return max(self.aliases.get(index, [f"{index}-000001"]))

    def _index(self, action: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
        if status := self.item_fault(action["_index"], document):
            return {"status": status, "error": {"type": "given", "reason": f"as the test says: {status}"}}
        place = self._name(action["_index"]), action["_id"]
        stored = self.store.get(place, (0, {}))[0]
        loses = stored > action["version"] or (stored == action["version"] and action["version_type"] == "external")
        if loses:
            return {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "version conflict"}}
        self.store[place] = action["version"], document
        return {"status": 200 if stored else 201}


def broken(*_: object) -> None:
    """A fault for `before` or `after`: the connection is cut."""
    raise ConnectionBroken("the connection was cut")
