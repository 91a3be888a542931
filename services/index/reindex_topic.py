"""Rebuilds documents from `news.enriched.v1`, read from its beginning, apart from any consumer group."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from elasticsearch import AsyncElasticsearch

from services.contracts.fates import BadInput
from services.contracts.messages import Enriched
from services.contracts.topics import ENRICHED, MIB
from services.index import history
from services.index.archive import Archive
from services.index.decided import decided
from services.index.document import article_record, remembered, ungrouped
from services.index.reindex_state import State, next_alias, save
from services.index.stored import look_up
from services.index.writer import Writer
from services.runtime.decode import decode
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.whole_topic import whole_topic

PATIENCE_S = 30.0
PAGE = 200
Wanted = Callable[[Enriched], bool]
log = structlog.get_logger()


async def reaches_back_to(settings: Settings) -> datetime | None:
    """From when on the topic has everything; None when it holds nothing."""
    async with whole_topic(settings, ENRICHED, 2 * MIB) as (consumer, partitions):
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        held = [p for p in partitions if begins[p] < ends[p]]
        if not held:
            return None
        first = {p: at.timestamp for p, at in (await consumer.offsets_for_times(dict.fromkeys(held, 0))).items() if at}
    # Where messages have been deleted, the first that is left tells since when; elsewhere all that ever was is there.
    cut = [at for p, at in first.items() if begins[p] > 0]
    return datetime.fromtimestamp((max(cut) if cut else min(first.values())) / 1000, UTC)


async def oldest_indexed(es: AsyncElasticsearch, alias: str) -> datetime | None:
    """When the longest indexed of the archive's articles was indexed."""
    answer = await es.search(index=alias, size=0, aggs={"oldest": {"min": {"field": "indexed_at"}}})
    value = answer["aggregations"]["oldest"]["value"]
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


async def rebuild(
    es: AsyncElasticsearch,
    settings: Settings,
    alias: str,
    state: State,
    report: Callable[[str, int, int], None],
    wanted: Wanted = lambda _: True,
) -> State:
    """Write what the topic holds now into the index that is being built; goes on where the state says."""
    archive, decisions = Archive(Writer(es), next_alias(alias)), await decided(es, settings)
    async with whole_topic(settings, ENRICHED, 2 * MIB) as (consumer, partitions):
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        for p in partitions:
            consumer.seek(p, max(begins[p], state.offsets.get(str(p.partition), 0)))
        total = sum(ends[p] - begins[p] for p in partitions)
        open_ = set(partitions)
        while open_ := {p for p in open_ if await consumer.position(p) < ends[p]}:
            consumer.pause(*(set(partitions) - open_))
            records = [r for found in (await _some(consumer)).values() for r in found]
            articles = [(a, r.timestamp) for r in records if (a := _article(r.value)) and wanted(a)]
            # As the index stage makes it, but with Kafka's time, so that every run makes the same.
            times = (datetime.fromtimestamp(at / 1000, UTC) for _, at in articles)
            made = [article_record(a, at, decisions=decisions) for (a, _), at in zip(articles, times, strict=True)]
            if settings.stories:
                made = [ungrouped(record) for record in made]
            # The topic forgets, the archive remembers what changed before.
            known = await look_up(es, alias, [record.id for record in made], history.NEEDED)
            made = [remembered(r, known[r.id]) if r.id in known else r for r in made]
            results = await archive.put(made)
            if refused := [result for result in results if result.standing.value == "refused"]:
                log.warning("refused, as it was before", documents=len(refused), first=refused[0].detail)
            offsets = {str(p.partition): await consumer.position(p) for p in partitions}
            state = replace(state, offsets=offsets)
            await save(es, state)
            done = sum(min(offsets[str(p.partition)], ends[p]) - begins[p] for p in partitions)
            report("topic", done, total)
    return state


async def _some(consumer: AIOKafkaConsumer) -> dict[TopicPartition, list[ConsumerRecord]]:
    for _ in range(int(PATIENCE_S)):
        if found := await consumer.getmany(timeout_ms=1000, max_records=PAGE):
            return dict(found)
    raise Unavailable(f"Kafka gave nothing of {ENRICHED.name} for {PATIENCE_S:g} s")


def _article(value: bytes | None) -> Enriched | None:
    try:
        message = decode(value or b"", Enriched)
    except BadInput:  # it is on the dead topic since the index stage read it
        return None
    return message if isinstance(message, Enriched) else None
