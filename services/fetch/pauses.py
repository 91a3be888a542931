"""Why hosts are left alone: kept in Elasticsearch too, for whoever asks them next, after a kill or a handover.

A document a host, for as long as it is left alone. It is written beside the fetching when that begins or ends, which is
rare, and read when partitions are dealt, before anything is asked. Elasticsearch need not answer: then a worker goes
on with what it knows itself, and writes it down once it can.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts import indices
from services.contracts.sites import SLOTS, slot_of_host
from services.runtime.elastic import ensure_index, small_index
from services.runtime.settings import Settings

KEPT = 10_000
"""Most hosts that are learnt at once: those that are left alone the longest; and most that wait to be written."""
LIMIT_S = 15.0
"""For one request; a rebalance waits for it. Elasticsearch just started, on a busy machine, took over 5 s to make an
index."""
CLOSE_S = 5.0
AGAIN_S, LONGEST_AGAIN_S = 0.5, 30.0
"""Between two tries to write; doubled with each."""
BUSY = 429
_MAPPINGS = {"dynamic": False, "properties": {"slot": {"type": "short"}, "until": {"type": "date"}}}
_ERRORS = (ApiError, TransportError, TimeoutError)
log = structlog.get_logger()


@dataclass(frozen=True)
class Pause:
    """A host is left alone until then: since it did not answer `failures` times in a row, or (0) since it asked so."""

    until: datetime
    why: str
    failures: int = 0


class Memory(Protocol):
    """Outlives the process. Nothing of it waits."""

    def recall(self, host: str) -> Pause | None:
        """What was learnt of `host` and not yet told."""

    def note(self, host: str, pause: Pause | None) -> None:
        """Keep this; None: it is over."""


class Pauses:
    """The index as one worker's memory."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es.options(request_timeout=LIMIT_S, max_retries=0)
        self._name = settings.name(indices.HOSTS)
        self._body = small_index(self._name, _MAPPINGS, settings.replicas)
        self._ours: Collection[int] = range(SLOTS)
        self._known: dict[str, Pause] = {}
        self._unwritten: dict[str, Pause | None] = {}
        self._writing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def recall(self, host: str) -> Pause | None:
        return self._known.pop(host, None)

    def note(self, host: str, pause: Pause | None) -> None:
        self._unwritten[host] = pause
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="write pauses")

    async def learn(self, slots: Collection[int]) -> None:
        """Read what there is of hosts in `slots`, which are ours from now on, and have what is over deleted."""
        self._ours = frozenset(slots)
        self._unwritten = self._left({})
        try:
            async with asyncio.timeout(LIMIT_S):
                hits = await self._hits(slots)
        except _ERRORS as error:
            log.warning("pauses of hosts can not be read; they are not known here", error=str(error))
            return
        now = datetime.now(UTC)
        found = {hit["_id"]: _pause(hit["_source"]) for hit in hits}
        self._known = {host: pause for host, pause in found.items() if pause.until > now}
        for host in found.keys() - self._known.keys():
            self.note(host, None)

    async def close(self) -> None:
        """Wait a moment for what is to be written, which is tried once more."""
        self._closing.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.written(), CLOSE_S)

    async def written(self) -> None:
        """Wait until nothing is left to write."""
        while self._writing is not None:
            await self._writing

    async def _hits(self, slots: Collection[int]) -> list[dict[str, Any]]:
        await self._es.indices.refresh(index=self._name, ignore_unavailable=True)  # the last may be of this very moment
        answer = await self._es.search(
            index=self._name,
            query={"terms": {"slot": sorted(slots)}},
            sort=[{"until": "desc"}],
            size=KEPT,
            ignore_unavailable=True,
        )
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    async def _write(self) -> None:
        """Write until nothing is left, each time what came meanwhile. What fails waits, and is given up at the end."""
        wait_s = AGAIN_S
        try:
            while self._unwritten:
                is_last = self._closing.is_set()
                taken, self._unwritten = self._unwritten, {}
                failed, why = await self._sent(taken)
                if not failed:
                    wait_s = AGAIN_S
                    continue
                log.warning("pauses of hosts can not be kept", hosts=len(failed), error=why, is_given_up=is_last)
                if is_last:
                    return
                self._unwritten = self._left(failed)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait_s)
                wait_s = min(2 * wait_s, LONGEST_AGAIN_S)
        finally:
            self._writing = None

    def _left(self, failed: dict[str, Pause | None]) -> dict[str, Pause | None]:
        """What is left to write: of each host the last word; without pauses that are over, of at most KEPT hosts, all
        ours: of others' their worker knows better by now."""
        now = datetime.now(UTC)
        every = {host: pause for host, pause in {**failed, **self._unwritten}.items() if _slot(host) in self._ours}
        left = {host: pause for host, pause in every.items() if pause is None or pause.until > now}
        return dict(list(left.items())[-KEPT:])

    async def _sent(self, pauses: dict[str, Pause | None]) -> tuple[dict[str, Pause | None], str]:
        """Write these; those that may be written another time, and why they were not."""
        operations: list[dict[str, Any]] = []
        for host, pause in pauses.items():
            operations += [{"index": {"_id": host}}, _document(host, pause)] if pause else [{"delete": {"_id": host}}]
        try:
            await ensure_index(self._es, self._body)
            answer = await self._es.bulk(index=self._name, operations=operations)
        except _ERRORS as error:
            return pauses, str(error)
        refused = [result for item in answer["items"] for result in item.values() if "error" in result]
        if lost := [result for result in refused if result["status"] < BUSY]:
            log.error("pauses of hosts were refused", hosts=len(lost), error=str(lost[0]["error"]))
        busy = {result["_id"]: pauses[result["_id"]] for result in refused if result["status"] >= BUSY}
        return busy, str(refused[0]["error"]) if refused else ""


def _document(host: str, pause: Pause) -> dict[str, Any]:
    about = {"until": pause.until.isoformat(), "why": pause.why[:500], "failures": pause.failures}
    return {"slot": _slot(host), **about}


def _slot(host: str) -> int:
    return slot_of_host(host.strip("[]"))


def _pause(source: dict[str, Any]) -> Pause:
    return Pause(datetime.fromisoformat(source["until"]), source["why"], source["failures"])
