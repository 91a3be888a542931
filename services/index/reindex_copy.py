"""Copies documents from one index to another, versions and all, in the order in which they were written.

Every write of a shard has a sequence number that grows by one (`_seq_no`). So "what was written since" is a range of
it: exact, whatever the clocks say, for tombstones too, and a copy that was broken off goes on from a number.
https://www.elastic.co/guide/en/elasticsearch/reference/8.19/optimistic-concurrency-control.html
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from elasticsearch import AsyncElasticsearch

from services.index.bulk import Kind, Route, Write
from services.index.writer import Writer
from services.runtime.errors import NewsloomError

PAGE = 250


class CopyError(NewsloomError):
    """The new index does not take a document that the old one holds."""


async def shards(es: AsyncElasticsearch, index: str) -> dict[str, tuple[int, int]]:
    """Shard → (number up to which every copy has all writes, highest number given out)."""
    answer = await es.indices.stats(index=index, level="shards", metric="docs")
    found = {}
    for shard, copies in answer["indices"][index]["shards"].items():
        numbers = [copy["seq_no"] for copy in copies]
        found[shard] = (min(n["local_checkpoint"] for n in numbers), max(n["max_seq_no"] for n in numbers))
    return found


async def pages(
    es: AsyncElasticsearch, index: str, shard: str, after: int, upto: int, *, source: bool = True
) -> AsyncIterator[list[dict[str, Any]]]:
    """What a shard holds that was written after number `after`, up to `upto`, oldest first; hits have `_version`."""
    while after < upto:
        answer = await es.search(
            index=index,
            query={"range": {"_seq_no": {"gt": after, "lte": upto}}},
            sort=[{"_seq_no": "asc"}],
            size=PAGE,
            source=source,
            version=True,
            seq_no_primary_term=True,
            track_total_hits=False,
            preference=f"_shards:{shard}",
            allow_partial_search_results=False,
        )
        hits = answer["hits"]["hits"]
        if not hits:
            return
        yield hits
        after = hits[-1]["_seq_no"]


async def write(writer: Writer, target: str, hits: Iterable[dict[str, Any]], *, replace_same: bool) -> None:
    """Write hits into `target` under their ids and versions; one that is there in a later version stays.

    Raises Unavailable when the cluster is busy for too long.
    """
    writes = [
        Write(target, hit["_id"], hit["_version"], hit["_source"], Route.INDEX, same=replace_same) for hit in hits
    ]
    for made, answer in zip(writes, await writer.write_all(writes), strict=True):
        if answer.kind is Kind.REFUSED:
            raise CopyError(f"the new index refuses the document {made.id}: {answer.reason}")
