"""Elasticsearch as seen through a server that fails in its name: an HTTP proxy that understands bulk requests.

Faults are data (`Fault`); which one a request meets is drawn from a seed. Everything else passes unchanged.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from support.loop_thread import LoopThread

MOST_BYTES = 128 * 1024 * 1024
ERRORS = {
    429: ("es_rejected_execution_exception", "rejected execution of coordinating operation"),
    503: ("unavailable_shards_exception", "primary shard is not active"),
    400: ("document_parsing_exception", "failed to parse field [published_at]"),
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a part (0 to 1) of the bulk requests.

    `whole`: the request is refused with this status and not passed on. `items`: so is this part of its items, each
    with one of `statuses`. `cut`: the request is passed on whole, and the connection ends before the answer.
    """

    part: float
    whole: int | None = None
    items: float = 0.0
    statuses: tuple[int, ...] = (429, 503)
    cut: bool = False


@dataclass
class Faulty:
    """The proxy. `bad` are ids that can never be indexed: a mapping error, each time. `met` counts what happened."""

    upstream: str
    seed: int
    faults: list[Fault] = field(default_factory=list)
    bad: frozenset[str] = frozenset()
    met: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def __enter__(self) -> "Faulty":
        self._dice = random.Random(self.seed)
        self._thread = LoopThread()
        self._thread.call(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.call(self._stop())
        self._thread.stop()

    async def _start(self) -> None:
        self._session = aiohttp.ClientSession()
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not request.path.endswith("/_bulk"):
            return await self._pass(request, body)
        fault = self._draw()
        if fault and fault.whole:
            self.met[f"whole {fault.whole}"] += 1
            return web.json_response(_refusal(fault.whole), status=fault.whole, headers=_PRODUCT)
        return await self._bulk(request, parse(body), fault)

    def _draw(self) -> Fault | None:
        """The fault that the next bulk request meets."""
        number = self._dice.random()
        for fault in self.faults:
            if number < fault.part:
                return fault
            number -= fault.part
        return None

    async def _bulk(self, request: web.Request, items: list["Item"], fault: Fault | None) -> web.StreamResponse:
        refused = {i: status for i, item in enumerate(items) if (status := self._refused(item, fault))}
        self.met.update(f"item {status}" for status in refused.values())
        kept = [item for i, item in enumerate(items) if i not in refused]
        answer: dict[str, Any] = {"took": 1, "errors": bool(refused), "items": []}
        if kept:
            response = await self._pass(request, b"".join(item.lines for item in kept))
            if response.status != 200:
                return response
            answer = json.loads(response.body or b"{}")
        if fault and fault.cut and request.transport:
            self.met["cut after the write"] += 1
            request.transport.abort()
        given = iter(answer["items"])
        answer["items"] = [items[i].refusal(refused[i]) if i in refused else next(given) for i in range(len(items))]
        answer["errors"] = answer.get("errors", False) or bool(refused)
        return web.json_response(answer, headers=_PRODUCT)

    def _refused(self, item: "Item", fault: Fault | None) -> int | None:
        if item.id in self.bad and "articles" in item.index:
            return 400
        if fault and self._dice.random() < fault.items:
            return self._dice.choice(fault.statuses)
        return None

    async def _pass(self, request: web.Request, body: bytes) -> web.Response:
        drop = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "content-encoding"}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in drop}
        url = self.upstream + request.path_qs
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            content = await answer.read()
            kept = {n: v for n, v in answer.headers.items() if n.lower() in ("content-type", "x-elastic-product")}
            return web.Response(status=answer.status, body=content, headers=kept)


_PRODUCT = {"X-Elastic-Product": "Elasticsearch"}


@dataclass(frozen=True)
class Item:
    """One item of a bulk request: its operation, where it goes, and its lines."""

    operation: str
    index: str
    id: str
    lines: bytes

    def refusal(self, status: int) -> dict[str, Any]:
        """What Elasticsearch would answer for it."""
        error = dict(zip(("type", "reason"), ERRORS[status], strict=True))
        return {self.operation: {"_index": self.index, "_id": self.id, "status": status, "error": error}}


def parse(body: bytes) -> list[Item]:
    """The items of a bulk body (NDJSON: an action line, and a source line unless it deletes)."""
    return list(_items(line for line in body.splitlines() if line.strip()))


def _items(lines: Iterable[bytes]) -> Iterable[Item]:
    rest = iter(lines)
    for action in rest:
        ((operation, about),) = json.loads(action).items()
        source = b"" if operation == "delete" else next(rest) + b"\n"
        yield Item(operation, about.get("_index", ""), about["_id"], action + b"\n" + source)


def _refusal(status: int) -> dict[str, Any]:
    kind, reason = ERRORS[status]
    return {"error": {"root_cause": [], "type": kind, "reason": reason}, "status": status}
