"""The registry of sources as the gateway reads and writes it, with Elasticsearch's errors in our words.

Fetch polls what stands here, and keeps the state; what people set and what fetch keeps are written apart, so that
neither undoes the other's work.
"""

from datetime import UTC, datetime
from typing import Any

from elasticsearch import AsyncElasticsearch, ConflictError, NotFoundError
from elasticsearch.helpers import BulkIndexError, async_bulk, async_scan

from services.contracts import indices
from services.contracts.sources import SourceRecord
from services.runtime.elastic import ensure_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.sources.index import WITHOUT_MEMORY, index_body
from services.runtime.sources.plan import Plan
from services.search.provider import ANSWER_LIMIT_S, AT_ONCE, reachable, removed


class Registry:
    """Sources in Elasticsearch. Every method raises Unavailable when it does not answer."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es.options(request_timeout=ANSWER_LIMIT_S, retry_on_timeout=False)
        self._settings = settings
        self._name = settings.name(indices.SOURCES)

    async def search(self, body: dict[str, Any]) -> tuple[int, list[SourceRecord]]:
        """How many there are, and those that the body asks for."""
        async with reachable():
            answer = await self._es.search(
                index=self._name,
                body={**body, "_source": WITHOUT_MEMORY, "track_total_hits": True},
                ignore_unavailable=True,
            )
        hits = answer["hits"]
        return hits.get("total", {"value": 0})["value"], [
            SourceRecord.model_validate(h["_source"]) for h in hits["hits"]
        ]

    async def all(self) -> list[SourceRecord]:
        """Every source, by name."""
        try:
            async with reachable():
                await self._es.indices.refresh(index=self._name)
                hits = [hit async for hit in async_scan(self._es, index=self._name, _source=WITHOUT_MEMORY)]
        except NotFoundError:
            return []
        found = [SourceRecord.model_validate(hit["_source"]) for hit in hits]
        return sorted(found, key=lambda source: (source.name.casefold(), source.id))

    async def get(self, identity: str) -> SourceRecord | None:
        """One source."""
        try:
            async with reachable():
                found = await self._es.get(index=self._name, id=identity, source_excludes=WITHOUT_MEMORY["excludes"])
        except NotFoundError:
            return None
        return SourceRecord.model_validate(found["_source"])

    async def following(self, urls: list[str]) -> SourceRecord | None:
        """A source that has one of these feeds or sitemaps already."""
        either = [{"terms": {name: urls}} for name in ("feeds", "sitemaps")]
        _, found = await self.search({"size": 1, "query": {"bool": {"should": either}}})
        return found[0] if found else None

    async def add(self, source: SourceRecord) -> bool:
        """Write a new source; False when one of its id is there."""
        await self._ensure()
        try:
            async with reachable():
                await self._es.index(
                    index=self._name,
                    id=source.id,
                    document=source.model_dump(mode="json"),
                    op_type="create",
                    refresh=AT_ONCE,
                )
        except ConflictError:
            return False
        return True

    async def apply(self, plan: Plan) -> None:
        """Write what a plan says; the state that pollers keep is left alone."""
        await self._ensure()
        added = [{"_op_type": "create", "_id": s.id, "_source": s.model_dump(mode="json")} for s in plan.added.values()]
        merged = [{"_op_type": "update", "_id": s.id, "doc": s.config()} for s in plan.merged.values()]
        async with reachable():
            try:
                await async_bulk(self._es, [*added, *merged], index=self._name, refresh=AT_ONCE)
            except BulkIndexError as error:
                raise Unavailable(f"{len(error.errors)} sources could not be written; try it again") from error

    async def change(self, identity: str, fields: dict[str, Any]) -> bool:
        """Write these fields of what people set, and have it polled soon. False when it is not there."""
        return await self._update(identity, {**fields, **_due(datetime.now(UTC))})

    async def poll_now(self, identity: str) -> bool:
        """Have it polled at the poller's next look. False when it is not there."""
        return await self.poll_at(identity, datetime.now(UTC))

    async def poll_at(self, identity: str, when: datetime) -> bool:
        """Have it polled then. False when it is not there."""
        return await self._update(identity, _due(when))

    async def remove(self, identity: str) -> bool:
        """Follow it no more; its articles stay. False when it is not there."""
        return await removed(self._es, self._name, identity)

    async def _update(self, identity: str, document: dict[str, Any]) -> bool:
        try:
            async with reachable():
                # A poller writes its state meanwhile: our part is applied to whatever stands there then.
                await self._es.update(index=self._name, id=identity, doc=document, retry_on_conflict=5, refresh=AT_ONCE)
        except NotFoundError:
            return False
        return True

    async def _ensure(self) -> None:
        async with reachable():
            await ensure_index(self._es, index_body(self._settings))


def _due(when: datetime) -> dict[str, Any]:
    """A time rather than none: a worker that polls meanwhile tells by it that it was asked again (fetch/leases.py)."""
    return {"state": {"next_poll": when.isoformat()}}
