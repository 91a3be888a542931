"""The keys of `newsloom keys`, as gateways know them."""

import asyncio
import time

from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.runtime.keys import KeyRecord
from services.runtime.settings import Settings
from services.search.access import Access
from services.search.provider import reachable

FRESH_S = 10.0
MOST = 10_000
LIMIT_S = 5.0


class Keyring:
    """Tells `access` which keys there are, at most every ten seconds."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings, access: Access) -> None:
        self._es = es.options(request_timeout=LIMIT_S, retry_on_timeout=False)
        self._name = settings.name(indices.KEYS)
        self._access = access
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None

    async def fresh(self) -> None:
        """Know the keys as they were ten seconds ago at most. Raises Unavailable: who can not know lets nobody in."""
        async with self._asking:
            if self._asked_at is not None and time.monotonic() - self._asked_at < FRESH_S:
                return
            async with reachable():
                answer = await self._es.search(
                    index=self._name, size=MOST, ignore_unavailable=True, allow_partial_search_results=False
                )
            self._access.learn([KeyRecord.model_validate(hit["_source"]) for hit in answer["hits"]["hits"]])
            self._asked_at = time.monotonic()
