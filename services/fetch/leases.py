"""Sources that are due, leased so that no two workers poll one at once; a dead worker's lease runs out.

Whoever writes names the version it read (`if_seq_no`, `if_primary_term`), so of two that lease at once one fails:
https://www.elastic.co/guide/en/elasticsearch/reference/8.19/optimistic-concurrency-control.html
What many polls write at once is one bulk request: with one each, Elasticsearch had most of the time of a poll.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts import indices
from services.contracts.sources import SourceRecord, SourceState
from services.runtime.elastic import ensure_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.share import Share
from services.runtime.sources.index import MAPPINGS, index_body
from services.runtime.together import Together

LEASE_S = 180.0
MOST_IDS = 5000
CONFLICT, NOT_FOUND = 409, 404


@dataclass(frozen=True)
class Leased:
    """A source with the version of its document."""

    source: SourceRecord
    seq_no: int
    primary_term: int


@dataclass(frozen=True)
class Write:
    """A change of one source's document, made only if that is still as it was read."""

    held: Leased
    source: SourceRecord
    doc: dict[str, Any]


class Leases:
    """The registry as a poller sees it. Raises Unavailable, and what the Elasticsearch client raises.

    `owner` is the same after a restart, so that a worker goes on at once with what it held when it died.
    """

    def __init__(self, es: AsyncElasticsearch, settings: Settings, owner: str) -> None:
        self._es = es
        self._settings = settings
        self._owner = owner
        self._name = settings.name(indices.SOURCES)
        self._writes = Together(self._write_all)
        self._know = Together(self._known_all)

    async def ensure(self) -> None:
        """Create the index unless it is there; one of an earlier release gets the fields that came since."""
        await ensure_index(self._es, index_body(self._settings))
        await self._es.indices.put_mapping(index=self._name, properties=MAPPINGS["properties"])

    async def due(self, now: datetime, most: int, share: Share) -> list[Leased]:
        """Enabled sources of our share whose time has come and that no other holds, the longest due first."""
        stamp = now.isoformat()
        held = {"bool": {"must": {"range": {"state.lease_until": {"gt": stamp}}}, "must_not": self._mine()}}
        query = {
            "bool": {
                "filter": [{"term": {"enabled": True}}, *_of(share)],
                "must_not": [{"range": {"state.next_poll": {"gt": stamp}}}, held],
            }
        }
        found = await self._es.search(
            index=self._name,
            query=query,
            sort=[{"state.next_poll": {"order": "asc", "missing": "_first"}}],
            size=most,
            seq_no_primary_term=True,
        )
        leased = [_leased(hit, hit["_source"]) for hit in found["hits"]["hits"]]
        return [one for one in leased if one.source.next_slot in share.slots]

    def _mine(self) -> dict[str, Any]:
        return {"term": {"state.lease_owner": self._owner}}

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
        return await self._know(ids) if ids else set()

    async def _known_all(self, asked: Sequence[list[str]]) -> list[set[str]]:
        every = sorted({one for ids in asked for one in ids})
        found: set[str] = set()
        for start in range(0, len(every), MOST_IDS):
            found |= await self._journeys_of(every[start : start + MOST_IDS])
        return [found.intersection(ids) for ids in asked]

    async def _journeys_of(self, ids: list[str]) -> set[str]:
        try:
            answer = await self._es.mget(index=self._settings.name(indices.JOURNEYS), ids=ids, source=False)
        except NotFoundError:  # no journeys yet: the index service has not started
            return set()
        return {doc["_id"] for doc in answer["docs"] if doc.get("found")}

    async def _keep(self, held: Leased, state: SourceState) -> Leased | None:
        source = held.source.model_copy(update={"state": state})
        doc = {"slot": source.slot, "state": state.model_dump(mode="json")}
        return await self._write(held, source, doc)

    async def _write(self, held: Leased, source: SourceRecord, doc: dict[str, Any]) -> Leased | None:
        written = await self._writes(Write(held, source, doc))
        if isinstance(written, Unavailable):  # this one's; the others of its bulk request are well
            raise written
        return written

    async def _write_all(self, writes: Sequence[Write]) -> list[Leased | Unavailable | None]:
        operations: list[dict[str, Any]] = []
        for write in writes:
            seen = {"if_seq_no": write.held.seq_no, "if_primary_term": write.held.primary_term}
            operations += ({"update": {"_id": write.source.id, **seen}}, {"doc": write.doc})
        answer = await self._es.bulk(index=self._name, operations=operations)
        return [_written(item["update"], write) for item, write in zip(answer["items"], writes, strict=True)]


def _of(share: Share) -> list[dict[str, Any]]:
    """By where a round goes on, else by the source's slot; those that have none are of an earlier release, and whoever
    leases one writes it down."""
    if share.is_whole:
        return []
    ours = sorted(share.slots)
    nowhere = {"bool": {"must_not": {"exists": {"field": "slot"}}}}
    begins = {
        "bool": {
            "should": [{"terms": {"slot": ours}}, nowhere],
            "minimum_should_match": 1,
            "must_not": {"exists": {"field": "state.slot"}},
        }
    }
    return [{"bool": {"should": [{"terms": {"state.slot": ours}}, begins]}}]


def _written(item: dict[str, Any], write: Write) -> Leased | Unavailable | None:
    if item["status"] in (CONFLICT, NOT_FOUND):
        return None
    if "error" in item:
        return Unavailable(f"Elasticsearch did not take the state of {write.source.id}: {item['error']}")
    return Leased(write.source, item["_seq_no"], item["_primary_term"])


def _leased(answer: Any, source: Any) -> Leased:
    return Leased(SourceRecord.model_validate(source), answer["_seq_no"], answer["_primary_term"])
