"""Sources that are due, leased so that no two workers poll one at once; a dead worker's lease runs out.

Whoever writes names the version it read (`if_seq_no`, `if_primary_term`), so of two that lease at once one fails:
https://www.elastic.co/guide/en/elasticsearch/reference/8.19/optimistic-concurrency-control.html
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from elasticsearch import AsyncElasticsearch, ConflictError, NotFoundError

from services.contracts import indices
from services.contracts.sources import SourceRecord, SourceState
from services.runtime.elastic import ensure_index
from services.runtime.settings import Settings
from services.runtime.sources.index import index_body

LEASE_S = 180.0


@dataclass(frozen=True)
class Leased:
    """A source with the version of its document."""

    source: SourceRecord
    seq_no: int
    primary_term: int


class Leases:
    """The registry as a poller sees it. Raises what the Elasticsearch client raises."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings, owner: str) -> None:
        self._es = es
        self._settings = settings
        self._owner = owner
        self._name = settings.name(indices.SOURCES)

    async def ensure(self) -> None:
        """Create the index unless it is there."""
        await ensure_index(self._es, index_body(self._settings))

    async def due(self, now: datetime, most: int) -> list[Leased]:
        """Enabled sources whose time has come and that nobody holds, the longest due first."""
        stamp = now.isoformat()
        query = {
            "bool": {
                "filter": [{"term": {"enabled": True}}],
                "must_not": [
                    {"range": {"state.next_poll": {"gt": stamp}}},
                    {"range": {"state.lease_until": {"gt": stamp}}},
                ],
            }
        }
        found = await self._es.search(
            index=self._name,
            query=query,
            sort=[{"state.next_poll": {"order": "asc", "missing": "_first"}}],
            size=most,
            seq_no_primary_term=True,
        )
        return [_leased(hit, hit["_source"]) for hit in found["hits"]["hits"]]

    async def take(self, found: Leased, now: datetime) -> Leased | None:
        """Lease a source that was found due; None when another was faster."""
        until = now + timedelta(seconds=LEASE_S)
        state = found.source.state.model_copy(update={"lease_owner": self._owner, "lease_until": until})
        return await self._keep(found, state)

    async def release(self, held: Leased, state: SourceState) -> None:
        """Write the state of a poll and give the lease back.

        When people changed the source meanwhile, the state goes on top of their change; when the lease ran out and
        another took it, its word stands and nothing is written. A poll that was asked for meanwhile stays asked for.
        """
        taken = held.source.state.next_poll
        state = state.model_copy(update={"lease_owner": None, "lease_until": None})
        while await self._keep(held, state) is None:
            try:
                answer = await self._es.get(index=self._name, id=held.source.id)
            except NotFoundError:
                return
            held = _leased(answer, answer["_source"])
            if held.source.state.lease_owner != self._owner:
                return
            if held.source.state.next_poll != taken:
                state = state.model_copy(update={"next_poll": held.source.state.next_poll})

    async def followed(self, source: SourceRecord) -> str | None:
        """Id of another source that has one of this one's lists."""
        either = [{"terms": {name: list(source.lists)}} for name in ("feeds", "sitemaps")]
        query = {"bool": {"should": either, "minimum_should_match": 1, "must_not": [{"term": {"id": source.id}}]}}
        found = await self._es.search(index=self._name, query=query, size=1)
        return next((str(hit["_source"]["id"]) for hit in found["hits"]["hits"]), None)

    async def describe(self, held: Leased, source: SourceRecord) -> Leased | None:
        """Write what was found out about a leased source; None when someone changed it meanwhile."""
        return await self._write(held, source, source.config())

    async def known(self, ids: list[str]) -> set[str]:
        """Which of these articles already have a journey."""
        if not ids:
            return set()
        try:
            answer = await self._es.mget(index=self._settings.name(indices.JOURNEYS), ids=ids, source=["fate"])
        except NotFoundError:  # no journeys yet: the index service has not started
            return set()
        return {doc["_id"] for doc in answer["docs"] if doc.get("found")}

    async def _keep(self, held: Leased, state: SourceState) -> Leased | None:
        source = held.source.model_copy(update={"state": state})
        return await self._write(held, source, {"state": state.model_dump(mode="json")})

    async def _write(self, held: Leased, source: SourceRecord, doc: dict[str, Any]) -> Leased | None:
        try:
            answer = await self._es.update(
                index=self._name,
                id=source.id,
                doc=doc,
                if_seq_no=held.seq_no,
                if_primary_term=held.primary_term,
            )
        except (ConflictError, NotFoundError):
            return None
        return _leased(answer, source)


def _leased(answer: Any, source: Any) -> Leased:
    return Leased(SourceRecord.model_validate(source), answer["_seq_no"], answer["_primary_term"])
