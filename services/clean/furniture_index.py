"""The hosts' memories in Elasticsearch, where all workers of clean find them, also after a restart."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.clean.sightings import Memory, Sighting, merged
from services.contracts import indices
from services.runtime.elastic import documents_of, ensure_index, small_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

MOST_HOSTS = 20_000
"""Some 400 MB; beyond, those that brought nothing for longest go."""
AT_ONCE = 50  # hosts a request: 2 MB at most
TIMEOUT_S = 3.0  # clean goes on without, so it does not wait long
_MAPPINGS: dict[str, Any] = {"dynamic": False, "properties": {"at": {"type": "date", "format": "epoch_second"}}}
log = structlog.get_logger()


class FurnitureIndex:
    """One document a host, written with optimistic concurrency. Every method raises Unavailable."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es.options(request_timeout=TIMEOUT_S, max_retries=0)
        self._name = settings.name(indices.FURNITURE)
        self._body = small_index(self._name, _MAPPINGS, settings.replicas)

    async def load(self, hosts: Collection[str]) -> dict[str, Memory]:
        """The memories of `hosts`; empty where there is none."""
        found: dict[str, Memory] = {}
        for some in _slices(sorted(hosts)):
            found |= {host: memory_of(document) for host, document in documents_of(await self._get(some)).items()}
        return {host: found.get(host, ()) for host in hosts}

    async def save(self, memories: Mapping[str, Memory]) -> dict[str, Memory]:
        """Join the memories with what is there. What there is now of each host; those are missing that another wrote
        at the same time, for which it is to be done again."""
        kept: dict[str, Memory] = {}
        if memories:
            await self._asked(ensure_index(self._es, self._body))
        for some in _slices(sorted(memories)):
            kept |= await self._save({host: memories[host] for host in some})
        return kept

    async def prune(self, most: int = MOST_HOSTS) -> int:
        """Forget the hosts beyond `most` whose newest article is oldest, AT_ONCE at a time; how many."""
        answer = await self._asked(self._es.count(index=self._name, ignore_unavailable=True))
        over = min(answer["count"] - most, AT_ONCE)
        if over <= 0:
            return 0
        oldest = await self._asked(self._es.search(index=self._name, sort=[{"at": "asc"}], size=over, source=False))
        ids = [hit["_id"] for hit in oldest["hits"]["hits"]]
        await self._asked(self._es.bulk(operations=[{"delete": {"_index": self._name, "_id": id_}} for id_ in ids]))
        return len(ids)

    async def _save(self, memories: Mapping[str, Memory]) -> dict[str, Memory]:
        there = {doc["_id"]: doc for doc in await self._get(list(memories)) if doc.get("found")}
        kept: dict[str, Memory] = {}
        operations: list[dict[str, Any]] = []
        for host, memory in memories.items():
            stored = memory_of(there[host]["_source"]) if host in there else ()
            kept[host] = merged(stored, memory)
            if kept[host] != stored:
                operations += [_action(self._name, host, there.get(host)), document_of(kept[host])]
        if not operations:
            return kept
        answer = await self._asked(self._es.bulk(operations=operations))
        results = {r["_id"]: r for item in answer["items"] for r in item.values()}
        for refused in (r for r in results.values() if r["status"] not in (200, 201, 409)):
            raise Unavailable(f"Elasticsearch does not keep what recurs on {refused['_id']}: {refused.get('error')}")
        return {host: memory for host, memory in kept.items() if results.get(host, {}).get("status") != 409}

    async def _get(self, hosts: list[str]) -> list[dict[str, Any]]:
        docs: list[dict[str, Any]] = (await self._asked(self._es.mget(index=self._name, ids=hosts)))["docs"]
        documents_of(docs)  # raises what a shard says instead of an answer
        return docs

    @staticmethod
    async def _asked(request: Any) -> Any:
        try:
            return await request
        except (TransportError, ApiError) as error:
            raise Unavailable(f"Elasticsearch: {error}") from error


def document_of(memory: Memory) -> dict[str, Any]:
    """As it is kept: numbers and hashes, no word of a page."""
    articles = [{"at": one.at, "id": one.id, "sketch": one.sketch, "lines": one.lines} for one in memory]
    return {"at": memory[0].at if memory else 0, "articles": articles}


def memory_of(document: Mapping[str, Any]) -> Memory:
    """The opposite; what is of another form, such as a later release's, counts as nothing."""
    try:
        return merged(Sighting(**fields) for fields in document["articles"])
    except (KeyError, TypeError) as error:
        log.warning("a host's memory can not be read and is made anew", error=repr(error))
        return ()


def _action(index: str, host: str, there: dict[str, Any] | None) -> dict[str, Any]:
    if there is None:
        return {"create": {"_index": index, "_id": host}}
    version = {"if_seq_no": there["_seq_no"], "if_primary_term": there["_primary_term"]}
    return {"index": {"_index": index, "_id": host, **version}}


def _slices(hosts: list[str]) -> Iterator[list[str]]:
    rest = iter(hosts)
    while some := list(islice(rest, AT_ONCE)):
        yield some
