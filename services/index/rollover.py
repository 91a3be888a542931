"""Begins a new generation when the one that is written to is old or large enough.

Between a writer's look at the alias and its write another may begin a generation; the same new article could then land
in two. So the old generation is closed for writing while the alias moves, and for longer than any look at it is kept
(generations.py): who comes with an older look waits, and looks again. The alias `…-closed` says that we closed it.

Not Elasticsearch's own rollover: that drops the alias's filter (8.19, measured), and with it the hiding of tombstones.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.index.analysis import detect_analysis
from services.index.generations import NOT_GONE, generations, is_generation, named, number
from services.index.mapping import mapping
from services.index.reindex_state import next_alias, tickets
from services.index.setup import create
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

GB = 1024**3
SETTLE_S = 3.0  # over KNOWN_FOR_S, with time for a write that was on its way
log = structlog.get_logger()


def due(settings: Settings, age: timedelta, shard_bytes: int, documents: int) -> list[str]:
    """Why a generation of that age, with a largest shard of that size, and so many documents has had its time."""
    if not documents:
        return []
    found = {
        f"{age.days} days old": (age.days, settings.rollover_age_days),
        f"{shard_bytes / GB:.1f} GB a shard": (shard_bytes, settings.rollover_size_gb * GB),
        f"{documents} documents": (documents, settings.rollover_docs),
    }
    return [words for words, (is_, limit) in found.items() if limit and is_ >= limit]


def closed_alias(alias: str) -> str:
    """Names a generation that a rollover has closed for the moment."""
    return f"{alias}-closed"


async def roll_over(es: AsyncElasticsearch, settings: Settings) -> str | None:
    """Begin a new generation if it is time; its name if so. Safe when several workers do it, or one dies at it."""
    alias = settings.name(indices.ARTICLES)
    if await es.indices.exists_alias(name=next_alias(alias)):
        return None
    old = (await generations(es, alias)).write
    reasons = due(settings, *await _measure(es, old))
    if not reasons:
        return None
    new = await _new(es, settings, alias)
    if new is None:
        return None
    await es.indices.update_aliases(actions=[{"add": {"index": old, "alias": closed_alias(alias)}}])
    try:
        await es.indices.add_block(index=old, block="write")
        if (await generations(es, alias)).write == old:  # another worker may have been faster
            await es.indices.update_aliases(actions=[_member(alias, old, False), _member(alias, new, True)])
            log.info("a new generation begins", index=new, reasons=reasons)
        await asyncio.sleep(SETTLE_S)
    finally:
        await asyncio.shield(open_again(es, alias, [old]))
    return new


async def closed(es: AsyncElasticsearch, alias: str) -> set[str]:
    """The generations that a rollover has closed and not opened yet."""
    answer = await es.options(ignore_status=404).indices.get_alias(name=closed_alias(alias))
    return {name for name in answer.body if is_generation(alias, name)}


async def open_again(es: AsyncElasticsearch, alias: str, names: list[str]) -> None:
    """Let writers write to these again, unless a reindex has closed them too."""
    if not await tickets(es, alias):
        await es.indices.put_settings(index=names, settings={"index.blocks.write": None})
    actions = [{"remove": {"index": name, "alias": closed_alias(alias), "must_exist": False}} for name in names]
    await es.options(ignore_status=404).indices.update_aliases(actions=actions)


async def _measure(es: AsyncElasticsearch, index: str) -> tuple[timedelta, int, int]:
    """Age, bytes of the largest shard, documents. Raises Unavailable."""
    made = (await es.indices.get_settings(index=index, name="index.creation_date")).body[index]
    age = datetime.now(UTC) - datetime.fromtimestamp(int(made["settings"]["index"]["creation_date"]) / 1000, UTC)
    answer = await es.indices.stats(index=index, metric=["docs", "store"], level="shards")
    if index not in answer["indices"]:  # its shard is not there yet: Elasticsearch has just started
        raise Unavailable(f"Elasticsearch can not measure {index} yet")
    shards = answer["indices"][index]["shards"].values()
    largest = max(copy["store"]["size_in_bytes"] for copies in shards for copy in copies)
    return age, largest, answer["indices"][index]["primaries"]["docs"]["count"]


async def _new(es: AsyncElasticsearch, settings: Settings, alias: str) -> str | None:
    """The index of the next generation: made now, or left by one who died at it; None when another is at it."""
    there = (await es.indices.get(index=f"{alias}-*", expand_wildcards="all", features="aliases")).body
    numbers = {number(name): index["aliases"] for name, index in there.items() if is_generation(alias, name)}
    newest = max(numbers)
    if not numbers[newest]:
        return named(alias, newest)
    name = named(alias, newest + 1)
    made = await create(es, settings, name, mapping(await detect_analysis(es)), {})
    return name if made else None


def _member(alias: str, name: str, written: bool) -> dict[str, Any]:
    return {"add": {"index": name, "alias": alias, "is_write_index": written, "filter": NOT_GONE}}
