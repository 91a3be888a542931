"""6. Everything read again from the beginning, twice; dead letters sent again, twice; topics made anew, with offsets
at 0 and the messages in another order over eight partitions: the content of the index stays the same.
"""

import asyncio
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from kafka import KafkaProducer
from support import offsets
from support.chaos import LONG, Run, size
from support.checker import collect
from support.processes import eventually, running
from support.quick import Quick, expectations, quick
from support.topics import create_topics, records

from services.contracts.topics import PAGES, TOPICS
from services.runtime.admin import connect
from services.runtime.letters import letters
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings

SERVICES = ("clean", "enrich", "index")
TIMES_OF_OUR_OWN = {"indexed_at", "at", "trail"}
"""When we did something; all else follows from what was sent."""


@dataclass(frozen=True)
class Size:
    """How many pages; replays."""

    pages: int
    times: int
    limit_s: float


SIZE = size(short=Size(120, 1, 120), long=Size(2_000, 2, 600))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(2400 if LONG else 600)]


def test_whatever_is_replayed_the_index_stays_the_same(run: Run) -> None:
    good, bad = quick(SIZE.pages, run=60), quick(max(2, SIZE.pages // 200), run=61, kind="poison")
    pages = [*good, *quick(SIZE.pages // 20, run=62, kind="short"), *bad]
    with running(*run.pipeline(SERVICES).values()) as children:
        run.feed(pages, 0).finish(300)
        run.settle(SIZE.limit_s)
        run.judge(expectations(pages), {page.id: page.value() for page in bad})
        before = content(run.settings)
        for _ in range(SIZE.times):
            asyncio.run(_dead_again(run.settings))
            run.settle(SIZE.limit_s)
            assert content(run.settings) == before, "replayed dead letters changed the index"
        assert [child.stop() for child in children] == [0] * len(children)
    for _ in range(SIZE.times):
        offsets.rewind(run.settings)
        assert sum(offsets.waiting(run.settings).values()) >= len(pages), "the groups were not set back"
        with running(*run.pipeline(SERVICES).values()) as children:
            run.settle(SIZE.limit_s)
            assert content(run.settings) == before, "a replay of all topics changed the index"
            assert [child.stop() for child in children] == [0] * len(children)
    _anew(run, pages)
    with running(*run.pipeline(SERVICES).values()):
        run.settle(SIZE.limit_s)
        assert content(run.settings) == before, "new topics changed the index"
        newest = _newer(run, good)
        run.settle(SIZE.limit_s)
        assert content(run.settings) != before, "newer pages did not change the index"
        held = {a["id"]: a["fetched_at"] for a in collect(run.settings).articles}
        assert all(held[page.id].startswith(newest[page.id]) for page in good if page.id in newest)
    run.note(content=before[:16], replays=SIZE.times, newer=len(newest))


def content(settings: Settings) -> str:
    """A hash of all documents and journeys, without the times at which we did something."""
    outcome = collect(settings)
    return hashlib.sha256(json.dumps([_plain(outcome.articles), _plain(outcome.journeys)]).encode()).hexdigest()


def _plain(documents: Sequence[dict[str, Any]]) -> list[str]:
    # A page that nobody could read has the time of its message as its version, so a replayed one is newer.
    own = {"origin", "fetched_at"}
    kept = [
        {k: v for k, v in d.items() if k not in TIMES_OF_OUR_OWN | (own if d.get("fate") == "dead" else {"origin"})}
        for d in documents
    ]
    return sorted(json.dumps(document, sort_keys=True) for document in kept)


async def _dead_again(settings: Settings) -> None:
    """Send each dead letter to its topic again, as it was."""
    async with Publisher(settings) as publisher:
        for letter in letters(settings):
            if letter.value and letter.topic.name == PAGES.dead_name:
                await publisher.send_raw(PAGES, letter.key, letter.value, [], letter.timestamp_ms)


def _anew(run: Run, pages: Sequence[Quick]) -> None:
    """Delete all topics, make them again, and send what was on the first one in another order."""
    values = [(r.key, r.value, r.timestamp) for r in records(run.settings, PAGES)]
    assert len(values) >= len(pages)
    names = [run.settings.name(topic.name) for topic in TOPICS]
    admin = connect(run.settings)
    try:
        there = set(admin.list_topics())
        admin.delete_topics([name for name in names if name in there])
        eventually(lambda: not set(admin.list_topics()) & set(names), "the topics are gone", 60, 0.5)
        offsets.forget_members(admin, run.settings)
        admin.delete_groups([run.settings.name(f"newsloom-{service}") for service in SERVICES])
    finally:
        admin.close()
    create_topics(run.settings)
    random.Random(run.seed).shuffle(values)
    producer = KafkaProducer(bootstrap_servers=run.settings.kafka, max_request_size=2_000_000)
    try:
        for number, (key, value, timestamp) in enumerate(values):
            # Spread by number and not by key: even versions of one page are on several partitions.
            producer.send(
                run.settings.name(PAGES.name), value, key, partition=number % PAGES.partitions, timestamp_ms=timestamp
            )
        producer.flush(60)
    finally:
        producer.close()


def _newer(run: Run, pages: Sequence[Quick]) -> dict[str, str]:
    """Newer versions of some pages, the newest in the middle of three; the times that must win, by id."""
    chosen = run.dice.sample(list(pages), len(pages) // 4)

    async def publish() -> None:
        async with Publisher(run.settings) as publisher:
            for days in (-1, -3, -2):
                await publisher.send_all(PAGES, [page.message(days) for page in chosen])

    asyncio.run(publish())
    return {page.id: str(page.message(-3).fetched_at.date()) for page in chosen}
