"""Publishing to real Kafka: sizes, headers, failures."""

import asyncio
import os
import time

import pytest
from aiokafka.errors import KafkaError
from support.messages import page
from support.topics import create_topics, records

from services.contracts.topics import ARTICLES, PAGES, topic_named
from services.runtime.publisher import MessageTooLarge, Publisher, PublishError
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack


async def test_large_pages_pass_untouched_and_what_is_over_the_limit_is_refused(settings: Settings) -> None:
    await asyncio.to_thread(create_topics, settings)
    sent_at = int(time.time() * 1000)  # what is older than the topic keeps may be gone while it is read
    sizes = [5 * 1024 * 1024, PAGES.max_bytes - 100 * 1024]
    bodies = [os.urandom(size) for size in sizes]  # random: nothing that compression could make small
    async with Publisher(settings) as publisher:
        for body in bodies:
            await publisher.send_raw(PAGES, b"key", body, [("a", b"1"), ("null", None)], sent_at)
        with pytest.raises(MessageTooLarge, match=r"has 33,554,433 bytes; news.pages.v1 takes at most 33,554,432"):
            await publisher.send_raw(PAGES, b"key", b"x" * (PAGES.max_bytes + 1), [])
        # within our bound, but over the broker's with Kafka's own envelope: the broker's no is told as such
        with pytest.raises(MessageTooLarge, match=r"Kafka refused 33,554,432 bytes for news.pages.v1"):
            await publisher.send_raw(PAGES, b"key", os.urandom(PAGES.max_bytes), [])
        await publisher.send_raw(PAGES, b"key", b"after", [])
    found = await asyncio.to_thread(records, settings, PAGES)
    assert [r.value for r in found] == [*bodies, b"after"]
    assert (found[0].key, found[0].timestamp, list(found[0].headers)) == (
        b"key",
        sent_at,
        [("a", b"1"), ("null", None)],
    )


async def test_the_largest_message_still_fits_its_dead_topic_with_its_story(settings: Settings) -> None:
    await asyncio.to_thread(create_topics, settings)
    dead = topic_named("news.articles.v1.dead")
    headers = [("dead-error", b"x" * 2000), ("own", b"y" * 20_000)]
    async with Publisher(settings) as publisher:
        await publisher.send_raw(dead, b"k" * 64, os.urandom(ARTICLES.max_bytes), headers)
    assert len(await asyncio.to_thread(records, settings, dead)) == 1


async def test_a_producer_that_failed_for_good_is_replaced(settings: Settings) -> None:
    await asyncio.to_thread(create_topics, settings)
    async with Publisher(settings) as publisher:
        await publisher.send(PAGES, page("a"))
        broken = publisher._producer
        # what aiokafka does itself when its sender ends with an error, such as an unknown sequence number
        broken._message_accumulator.fail_all(KafkaError("sender ended"))
        answers = await asyncio.gather(*(publisher.send(PAGES, page(str(i))) for i in range(5)), return_exceptions=True)
        assert any(isinstance(answer, PublishError) for answer in answers)
        await publisher.send(PAGES, page("b"))
        assert publisher._producer is not broken
    sent = 2 + sum(answer is None for answer in answers)
    assert len(await asyncio.to_thread(records, settings, PAGES)) == sent


async def test_many_sends_at_once_start_one_producer(settings: Settings) -> None:
    await asyncio.to_thread(create_topics, settings)
    publisher, starts = Publisher(settings), 0
    start = publisher.start

    async def counted() -> None:
        nonlocal starts
        starts += 1
        await start()

    publisher.start = counted  # type: ignore[method-assign]
    await publisher.send_all(PAGES, [page(str(i)) for i in range(20)])
    await publisher.stop()
    assert starts == 1
