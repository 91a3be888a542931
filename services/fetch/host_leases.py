"""Hosts leased to one worker at a time, so that manners towards a host hold over all workers.

A document a host, written under optimistic concurrency as sources are (leases.py). No clock is trusted with the lease
itself: whoever waits takes a host over when it has seen the same lease for as long as it lasts, by its own stopwatch.
"""

import time
import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, ConflictError, NotFoundError, TransportError

from services.contracts import indices
from services.fetch.handover import Handover, Lease, claimed, given_back, waiting
from services.runtime.alive import rest
from services.runtime.elastic import ensure_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

HOLD_S = 20.0
"""A worker that has held a host so long gives it back after the request at hand, and asks for it again."""
SLACK_S = 40.0
"""What a lease lasts beyond the holding and one request: the longest pause that is waited for, and some more."""
ASK_AGAIN_S = 0.5
IDLE_S = 1.0
"""A host that nobody here asked for so long is given back."""
log = structlog.get_logger()
Version = tuple[int, int] | None
"""Sequence number and primary term of a document; None: there is none."""


class HostLeases:
    """The hosts as one worker leases them."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es
        self._settings = settings
        self._index = settings.name(indices.HOSTS)
        self._owner = uuid.uuid4().hex
        self._lease_s = HOLD_S + SLACK_S + settings.fetch_timeout_s
        self.request_s = settings.fetch_timeout_s + 5.0
        """What must be left of a lease when a request begins."""
        self._ready = False

    async def claim(self, host: str) -> tuple[float, Handover]:
        """Wait until `host` is this worker's; until when (monotonic clock), and what is known. Raises Unavailable."""
        seen, since = -1, 0.0
        while True:
            lease, version = await self._read(host)
            now = time.monotonic()
            if lease.term != seen:
                seen, since = lease.term, now
            mine = claimed(lease, self._owner, self._lease_s, now - since, time.time())
            if mine and await self._write(host, mine, version):
                return now + self._lease_s, mine.known(time.time())
            if not mine and lease.next is None:
                await self._write(host, waiting(lease, self._owner), version)
            await rest(ASK_AGAIN_S)

    async def give_back(self, host: str, known: Handover) -> None:
        """Let others have `host`. When that fails it is logged: the lease runs out by itself."""
        try:
            while True:
                lease, version = await self._read(host)
                if lease.owner != self._owner:
                    return
                if await self._write(host, given_back(lease, known, time.time()), version):
                    return
        except Unavailable as error:
            log.warning("a host could not be given back", host=host, error=str(error))

    async def _read(self, host: str) -> tuple[Lease, Version]:
        try:
            if not self._ready:
                await ensure_index(self._es, index_body(self._settings))
                # If it was made just now: writes wait until its shard has started, reads fail with 503.
                return Lease(), None
            answer = await self._es.get(index=self._index, id=host)
        except NotFoundError:
            return Lease(), None
        except (ApiError, TransportError) as error:
            raise Unavailable(f"leases of hosts can not be read: {error}") from error
        return Lease.model_validate(answer["_source"]), (answer["_seq_no"], answer["_primary_term"])

    async def _write(self, host: str, lease: Lease, version: Version) -> bool:
        """False when another wrote since."""
        expected: Mapping[str, Any] = (
            {"if_seq_no": version[0], "if_primary_term": version[1]} if version else {"op_type": "create"}
        )
        try:
            await self._es.index(index=self._index, id=host, document=lease.model_dump(), **expected)
            self._ready = True
        except ConflictError:
            self._ready = True
            return False
        except (ApiError, TransportError) as error:
            raise Unavailable(f"leases of hosts can not be written: {error}") from error
        return True


def index_body(settings: Settings) -> dict[str, Any]:
    """What the index is created with: documents by id, nothing to search."""
    return {
        "index": settings.name(indices.HOSTS),
        "mappings": {"dynamic": False, "properties": {}},
        "settings": {"number_of_shards": 1, "number_of_replicas": settings.replicas, "refresh_interval": "60s"},
    }
