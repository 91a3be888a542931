"""All that a query finds, page by page, as of one moment."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from elasticsearch import AsyncElasticsearch

KEEP_ALIVE = "5m"


async def pages(
    es: AsyncElasticsearch, index: str, query: Mapping[str, Any], size: int, fields: list[str] | None
) -> AsyncIterator[list[dict[str, Any]]]:
    """Hits with version and sequence number, and of their documents these `fields` (None: all), `size` at a time.

    As of now, refreshed before. Raises what the client raises.
    """
    await es.indices.refresh(index=index)
    pit = (await es.open_point_in_time(index=index, keep_alive=KEEP_ALIVE))["id"]
    after = None
    try:
        while True:
            answer = await es.search(
                pit={"id": pit, "keep_alive": KEEP_ALIVE},
                query=query,
                size=size,
                source_includes=fields,
                sort=[{"_shard_doc": "asc"}],
                search_after=after,
                version=True,
                seq_no_primary_term=True,
                track_total_hits=False,
            )
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            pit, after = answer["pit_id"], hits[-1]["sort"]
    finally:
        await es.close_point_in_time(id=pit)
