"""Subscriptions to hubs as the gateway reads and writes them; every method raises Unavailable."""

import hmac
from collections.abc import Sequence
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts import indices
from services.contracts.websub import Subscription, key_within
from services.runtime.settings import Settings
from services.search.provider import ANSWER_LIMIT_S, AT_ONCE, documents, reachable

MOST = 1000
"""Subscriptions of the sources of one page that are shown."""


class Callbacks:
    """The index of subscriptions, which need not be there."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es.options(request_timeout=ANSWER_LIMIT_S, retry_on_timeout=False)
        self._name = settings.name(indices.WEBSUB)

    async def get(self, identity: str) -> Subscription | None:
        """The one whose callback ends in `identity`, as written last."""
        key = key_within(identity)
        if key is None:
            return None
        found = (await documents(self._es, self._name, [key])).get(key)
        mine = Subscription.model_validate(found) if found else None
        return mine if mine and hmac.compare_digest(mine.identity, identity) else None

    async def note(self, mine: Subscription, fields: dict[str, Any]) -> None:
        """Write these fields on top of what fetch writes meanwhile; nothing when it is gone."""
        try:
            async with reachable():
                await self._es.update(index=self._name, id=mine.key, doc=fields, retry_on_conflict=5, refresh=AT_ONCE)
        except NotFoundError:
            return

    async def forget(self, mine: Subscription) -> None:
        """Delete it."""
        try:
            async with reachable():
                await self._es.delete(index=self._name, id=mine.key)
        except NotFoundError:
            return

    async def of(self, sources: Sequence[str]) -> dict[str, list[Subscription]]:
        """Those of some sources, by their ids."""
        async with reachable():
            answer = await self._es.search(
                index=self._name,
                query={"terms": {"source": list(sources)}},
                size=MOST,
                ignore_unavailable=True,
            )
        found: dict[str, list[Subscription]] = {}
        for hit in answer["hits"]["hits"]:
            mine = Subscription.model_validate(hit["_source"])
            found.setdefault(mine.source, []).append(mine)
        return found
