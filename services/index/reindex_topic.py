"""Rebuilds documents from `news.enriched.v1`, read from its beginning, apart from any consumer group."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from elasticsearch import AsyncElasticsearch

from services.contracts.fates import BadInput
from services.contracts.messages import Enriched
from services.contracts.topics import ENRICHED, MIB
from services.index.archive import Archive, Record
from services.index.document import to_document
from services.index.kept import GROUPS
from services.index.reindex_state import State, next_alias, save
from services.index.versions import article_version
from services.index.writer import Writer
from services.runtime.decode import decode
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

PATIENCE_S = 30.0
PAGE = 200
Wanted = Callable[[Enriched], bool]
log = structlog.get_logger()


async def reaches_back_to(settings: Settings) -> datetime | None:
    """From when on the topic has everything; None when it holds nothing."""
    async with _consumer(settings) as (consumer, partitions):
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
    archive = Archive(Writer(es), next_alias(alias))
    async with _consumer(settings) as (consumer, partitions):
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        for p in partitions:
            consumer.seek(p, max(begins[p], state.offsets.get(str(p.partition), 0)))
        total = sum(ends[p] - begins[p] for p in partitions)
        open_ = set(partitions)
        while open_ := {p for p in open_ if await consumer.position(p) < ends[p]}:
            consumer.pause(*(set(partitions) - open_))
            records = [r for found in (await _some(consumer)).values() for r in found]
            articles = [(a, r.timestamp) for r in records if (a := _article(r.value)) and wanted(a)]
            results = await archive.put([_record(a, datetime.fromtimestamp(at / 1000, UTC)) for a, at in articles])
            if refused := [result for result in results if result.standing.value == "refused"]:
                log.warning("refused, as it was before", documents=len(refused), first=refused[0].detail)
            offsets = {str(p.partition): await consumer.position(p) for p in partitions}
            state = replace(state, offsets=offsets)
            await save(es, state)
            done = sum(min(offsets[str(p.partition)], ends[p]) - begins[p] for p in partitions)
            report("topic", done, total)
    return state


@asynccontextmanager
async def _consumer(settings: Settings) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    topic = settings.name(ENRICHED.name)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=2 * MIB,
        fetch_max_bytes=8 * MIB,
    )
    try:
        await asyncio.wait_for(consumer.start(), PATIENCE_S)
        partitions = [TopicPartition(topic, p) for p in sorted(await _partitions(consumer, topic))]
        consumer.assign(partitions)
        yield consumer, partitions
    except (KafkaError, TimeoutError, OSError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} does not answer ({error!r}); is it up?") from error
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    # `consumer.partitions_for_topic` only knows topics that were subscribed to, and asking so would create this one.
    cluster = await consumer._client.fetch_all_metadata()
    return set(cluster.partitions_for_topic(topic) or ())


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


def _record(article: Enriched, indexed_at: datetime) -> Record:
    """As the index stage makes it; the time is Kafka's, so that every run makes the same."""
    return Record(
        article.id,
        article_version(article.fetched_at, article.revision),
        lambda: to_document(article, indexed_at),
        lacks=any(model not in article.models for model in GROUPS),
    )
