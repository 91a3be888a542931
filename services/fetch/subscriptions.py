"""Subscriptions to hubs as fetch reads and writes them. Raises Unavailable and what the Elasticsearch client raises."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch, ConflictError, NotFoundError

from services.contracts import indices
from services.contracts.sources import SourceRecord
from services.contracts.websub import Subscription
from services.runtime.elastic import documents_of, ensure_index
from services.runtime.settings import Settings
from services.runtime.sources.websub import index_body


@dataclass(frozen=True)
class Held:
    """A subscription with the version of its document."""

    key: str
    subscription: Subscription
    seq_no: int
    primary_term: int


class Subscriptions:
    """The index of subscriptions, which need not be there."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es
        self._settings = settings
        self._name = settings.name(indices.WEBSUB)

    async def some(self, keys: Collection[str]) -> dict[str, Subscription]:
        """Those of the documents `keys` that there are, as written last."""
        found = await self._found(self._name, keys)
        return {key: Subscription.model_validate(document) for key, document in found.items()}

    async def sources(self, identities: Collection[str]) -> dict[str, SourceRecord]:
        """Those of these sources that there are, by id."""
        found = await self._found(self._settings.name(indices.SOURCES), identities)
        return {key: SourceRecord.model_validate(document) for key, document in found.items()}

    async def add(self, key: str, subscription: Subscription) -> None:
        """Write a new one; one that is there stays."""
        await ensure_index(self._es, index_body(self._settings))
        try:
            document = subscription.model_dump(mode="json")
            await self._es.index(index=self._name, id=key, document=document, op_type="create")
        except ConflictError:
            return

    async def due(self, now: datetime, most: int) -> list[Held]:
        """Those whose time has come, the longest due first."""
        found = await self._es.search(
            index=self._name,
            query={"range": {"due_at": {"lte": now.isoformat()}}},
            sort=[{"due_at": "asc"}],
            size=most,
            seq_no_primary_term=True,
            ignore_unavailable=True,
        )
        return [
            Held(hit["_id"], Subscription.model_validate(hit["_source"]), hit["_seq_no"], hit["_primary_term"])
            for hit in found["hits"]["hits"]
        ]

    async def claim(self, held: Held, fields: dict[str, Any]) -> bool:
        """Write these fields unless someone wrote since it was read: so one worker alone goes on with it."""
        version = {"if_seq_no": held.seq_no, "if_primary_term": held.primary_term}
        return await self._update(held.key, fields, **version)

    async def note(self, key: str, fields: dict[str, Any]) -> bool:
        """Write these fields on top of whatever stands there. False when it is gone."""
        return await self._update(key, fields, retry_on_conflict=5)

    async def forget(self, held: Held) -> None:
        """Delete it, unless someone wrote since it was read."""
        try:
            await self._es.delete(
                index=self._name, id=held.key, if_seq_no=held.seq_no, if_primary_term=held.primary_term
            )
        except (ConflictError, NotFoundError):
            return

    async def _update(self, key: str, fields: dict[str, Any], **how: Any) -> bool:
        try:
            await self._es.update(index=self._name, id=key, doc=fields, **how)
        except (ConflictError, NotFoundError):
            return False
        return True

    async def _found(self, index: str, ids: Collection[str]) -> dict[str, dict[str, Any]]:
        if not ids:
            return {}
        answer = await self._es.mget(index=index, ids=sorted(ids))
        return documents_of(answer["docs"])
