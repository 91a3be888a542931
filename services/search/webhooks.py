"""Webhooks of saved searches, as the index `newsloom-webhooks` holds them: at most one a search, by the search's id."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch, ConflictError, NotFoundError
from pydantic import BaseModel, ConfigDict

from services.contracts import indices
from services.runtime.elastic import ensure_index, small_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.web.target import parse_target
from services.search.provider import ANSWER_LIMIT_S, AT_ONCE, documents, reachable, removed

MOST = 100
"""Each costs a search for every batch of new articles."""
TRIES = 20
_MAPPINGS: dict[str, Any] = {"dynamic": False, "properties": {"search": {"type": "keyword"}}}


class TooMany(Exception):
    """There are as many webhooks as there may be."""


class Webhook(BaseModel):
    """Where a saved search tells of new articles, and how that went so far.

    `secret` is kept as it is, since signing needs it; `failures` are those since the last delivery.
    """

    model_config = ConfigDict(frozen=True)

    search: str
    url: str
    secret: str
    created_at: datetime
    delivered: int = 0
    dead: int = 0
    failures: int = 0
    last_delivered_at: datetime | None = None
    last_failed_at: datetime | None = None
    last_error: str | None = None

    def shown(self) -> dict[str, Any]:
        """For people who may know the address; never with the secret."""
        return self.model_dump(mode="json", exclude={"secret"})

    def with_secret(self) -> dict[str, Any]:
        """For whoever has just set it."""
        return self.model_dump(mode="json")

    @property
    def origin(self) -> str:
        """Scheme and host of the address, the part that is no secret."""
        return parse_target(self.url).origin


class Webhooks:
    """Webhooks in Elasticsearch. Every method raises Unavailable when it does not answer."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es.options(request_timeout=ANSWER_LIMIT_S, retry_on_timeout=False)
        self._name = settings.name(indices.WEBHOOKS)
        self._replicas = settings.replicas

    async def all(self) -> dict[str, Webhook]:
        """Every one, by its search's id."""
        async with reachable():
            answer = await self._es.search(index=self._name, size=MOST, ignore_unavailable=True)
        return {hit["_id"]: Webhook.model_validate(hit["_source"]) for hit in answer["hits"]["hits"]}

    async def get(self, search: str) -> Webhook | None:
        """That of a search."""
        return (await self.some([search])).get(search)

    async def some(self, searches: Iterable[str]) -> dict[str, Webhook]:
        """Those of some searches, as written last, by the searches' ids."""
        found = await documents(self._es, self._name, searches)
        return {search: Webhook.model_validate(source) for search, source in found.items()}

    async def put(self, webhook: Webhook) -> None:
        """Write one in the place of any other of its search. Raises TooMany."""
        async with reachable():
            await ensure_index(self._es, small_index(self._name, _MAPPINGS, self._replicas))
            others = {"bool": {"must_not": [{"term": {"search": webhook.search}}]}}
            if (await self._es.count(index=self._name, query=others))["count"] >= MOST:
                raise TooMany
            document = webhook.model_dump(mode="json")
            await self._es.index(index=self._name, id=webhook.search, document=document, refresh=AT_ONCE)

    async def remove(self, search: str) -> bool:
        """Forget it. False when there is none."""
        return await removed(self._es, self._name, search)

    async def change(self, webhook: Webhook, how: Callable[[Webhook], Webhook]) -> None:
        """Write what `how` makes of it, however many workers do so at once; one that is another by now stays."""
        for _ in range(TRIES):
            try:
                async with reachable():
                    found = await self._es.get(index=self._name, id=webhook.search)
                    known = Webhook.model_validate(found["_source"])
                    if known.secret != webhook.secret:
                        return
                    await self._es.index(
                        index=self._name,
                        id=webhook.search,
                        document=how(known).model_dump(mode="json"),
                        if_seq_no=found["_seq_no"],
                        if_primary_term=found["_primary_term"],
                    )
            except NotFoundError:
                return
            except ConflictError:
                continue
            return
        raise Unavailable(f"the webhook of {webhook.search} changed {TRIES} times while it was to be written")
