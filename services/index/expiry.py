"""Takes articles out of the archive that are past their time: whole generations where it can, else one by one.

No ILM: it is not everywhere, and it knows neither sources nor journeys.
"""

from datetime import datetime
from typing import Any

import orjson
import structlog
from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts import indices
from services.contracts.fates import SkipReason
from services.contracts.messages import Fate
from services.index import paging
from services.index.bulk import Route, Write
from services.index.generations import TOMBSTONES, generations
from services.index.journeys import ended_journey
from services.index.reindex_state import next_alias
from services.index.retention import Retention
from services.index.versions import journey_version
from services.index.writer import Writer
from services.runtime.settings import Settings

PAGE = 500
_FOR_JOURNEY = ["id", "url", "fetched_at", "revision", "source.id", "trail", "at"]
log = structlog.get_logger()


async def expire(es: AsyncElasticsearch, settings: Settings, retention: Retention, now: datetime) -> int:
    """Delete what is past its time, its journeys saying so; how many articles that were.

    Several workers may do it at once; killed in the middle, the next turn does the rest. Waits while a reindex runs.
    """
    query = retention.query(now)
    if query is None:
        return 0
    alias, deleted = settings.name(indices.ARTICLES), 0
    known = await generations(es, alias)
    for name in reversed(known.names):
        if await es.indices.exists_alias(name=next_alias(alias)):  # what is copied must not change under the copy
            break
        if not (past := await _count(es, name, query)):
            continue
        others = {"bool": {"must_not": [query, TOMBSTONES]}}
        if name != known.write and not await _count(es, name, others):
            deleted += await _drop(es, settings, name, query, others, known.write, now)
        else:
            deleted += await _thin(es, settings, name, query, now)
            log.info("articles past their time deleted", index=name, articles=past)
    return deleted


async def _drop(
    es: AsyncElasticsearch,
    settings: Settings,
    name: str,
    query: dict[str, Any],
    others: dict[str, Any],
    write: str,
    now: datetime,
) -> int:
    """Delete a generation of which nothing is left to keep; its tombstones move on."""
    await es.indices.add_block(index=name, block="write")  # who wants to write here waits, and then looks again
    await es.indices.refresh(index=name)
    if await _count(es, name, others):  # written a moment ago
        await es.indices.put_settings(index=name, settings={"index.blocks.write": None})
        return 0
    writer, dropped = Writer(es), 0
    async for hits in paging.pages(es, name, TOMBSTONES, PAGE, None):
        await writer.write_all([Write(write, h["_id"], h["_version"], h["_source"], Route.INDEX) for h in hits])
    async for hits in paging.pages(es, name, query, PAGE, _FOR_JOURNEY):
        await writer.write_all([_journey(settings, hit["_source"], now) for hit in hits])
        dropped += len(hits)
    await es.options(ignore_status=404).indices.delete(index=name)
    log.info("a generation past its time dropped", index=name, articles=dropped)
    return dropped


async def _thin(es: AsyncElasticsearch, settings: Settings, name: str, query: dict[str, Any], now: datetime) -> int:
    writer, deleted = Writer(es), 0
    async for hits in paging.pages(es, name, query, PAGE, _FOR_JOURNEY):
        if await es.indices.exists_alias(name=next_alias(settings.name(indices.ARTICLES))):
            break
        await writer.write_all([_journey(settings, hit["_source"], now) for hit in hits])
        # Only what is as it was found: a version that came since stays.
        lines = [
            orjson.dumps(
                {
                    "delete": {
                        "_index": name,
                        "_id": hit["_id"],
                        "if_seq_no": hit["_seq_no"],
                        "if_primary_term": hit["_primary_term"],
                    }
                }
            )
            for hit in hits
        ]
        answer = await es.bulk(operations=lines, filter_path="items.*.status")  # type: ignore[arg-type]  # NDJSON lines, as in writer.py
        deleted += sum(item["delete"]["status"] == 200 for item in answer["items"])
    return deleted


async def _count(es: AsyncElasticsearch, index: str, query: dict[str, Any]) -> int:
    try:
        return int((await es.count(index=index, query=query))["count"])
    except NotFoundError:  # dropped by another worker
        return 0


def _journey(settings: Settings, article: dict[str, Any], now: datetime) -> Write:
    fate = Fate.model_validate(
        {
            "id": article["id"],
            "url": article["url"],
            "stage": "index",
            "fate": "skipped",
            "reason": SkipReason.EXPIRED,
            "detail": f"of {article['at'][:10]}; it was in the archive until its time was over",
            "at": now,
            "fetched_at": article["fetched_at"],
            "source": article["source"]["id"],
            "trail": article.get("trail", ()),
        }
    )
    version = journey_version(fate.fetched_at, fate.fate, article.get("revision", 0), SkipReason.EXPIRED)
    return Write(settings.name(indices.JOURNEYS), fate.id, version, ended_journey(fate))
