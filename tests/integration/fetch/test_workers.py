"""Fetch workers on a real Kafka: each host is asked by one at a time, whoever comes, goes or dies.

The hosts are addresses of loopback, each a site of its own, so that the real service needs no resolver of the test's.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from support.polling import add, stored
from support.processes import Child, eventually, free_ports, running
from support.site import Seen, Site, answer, redirect, serving
from support.topics import add_partitions, create_topics, records

from services.contracts.messages import UrlMessage
from services.contracts.sites import slot_of
from services.contracts.topics import PAGES, URLS
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.standalone.ports import unused

pytestmark = pytest.mark.stack
HOSTS = [f"127.0.0.{n}" for n in range(2, 12)]
PAGES_EACH = 60
POLLS = 3
DELAY_S = 0.4
MORE = 15


class Watch(Site):
    """Answers every page after a moment, and knows when it began and ended each answer.

    `/feed…` is a feed without news, and `/away…` redirects to one of the next host.
    """

    def __init__(self) -> None:
        super().__init__()
        self.spans: dict[str, list[tuple[float, float]]] = {}

    async def _answer(self, request: Seen, writer: asyncio.StreamWriter) -> None:
        if request.path != "/robots.txt":
            await asyncio.sleep(random.uniform(0.01, 0.1))
        # Before it is sent: after, a busy machine may look at the clock long after the worker has it all.
        ended = asyncio.get_running_loop().time()
        writer.write(self._reply(request))
        await writer.drain()
        self.spans.setdefault(request.host, []).append((request.at, ended))

    def _reply(self, request: Seen) -> bytes:
        if request.path == "/robots.txt":
            return answer(status=404)
        if request.path.startswith("/away"):
            return redirect(self.url("/feed/after-away", after(request.host, 1)))
        if request.path.startswith("/feed"):
            return answer(b"<rss version='2.0'><channel><title>T</title></channel></rss>", kind="application/rss+xml")
        return answer(f"<!doctype html><title>{request.path}</title>".encode())

    def pages(self) -> set[str]:
        """What was asked for until now, robots.txt aside."""
        return {self.url(request.path, request.host) for request in self.seen if request.path != "/robots.txt"}

    def asked(self, path: str) -> Counter[str]:
        """How often each host was asked for what begins so."""
        return Counter(request.host for request in self.seen if request.path.startswith(path))

    def was_treated_well(self) -> None:
        """By one at a time, with a pause between two."""
        for host, spans in self.spans.items():
            for (_, ended), (began, _) in pairwise(sorted(spans)):
                assert began - ended >= DELAY_S - 0.02, f"{host} was asked again after {began - ended:.3f} s"
        assert self.most_at_once == 1


def after(host: str, places: int) -> str:
    """The host that comes so many places later."""
    return HOSTS[(HOSTS.index(host) + places) % len(HOSTS)]


@pytest.fixture
async def site() -> AsyncIterator[Watch]:
    async with serving(watch := Watch(), unused("127.0.0.1"), hosts=HOSTS):
        yield watch


def worker(settings: Settings, number: int, tmp_path: Path, port: int) -> Child:
    mine = settings.model_copy(update={"home": tmp_path / f"{number}", "http": f"127.0.0.1:{port + 2 * number}"})
    environment = {"NEWSLOOM_FETCH_ALLOW": "127.0.0.0/8", "NEWSLOOM_FETCH_DELAY_S": str(DELAY_S)}
    return Child(mine, "fetch", "services", "run", "fetch", **environment, NEWSLOOM_RETRY_DELAYS_S="1")


def fetched(settings: Settings) -> Counter[str]:
    """How often each URL's page is on the topic."""
    consumer = KafkaConsumer(
        settings.name(PAGES.name), bootstrap_servers=settings.kafka, auto_offset_reset="earliest", group_id=None
    )
    found: Counter[str] = Counter()
    try:
        while batch := consumer.poll(timeout_ms=2000):
            found.update(json.loads(r.value)["url"] for records in batch.values() for r in records)
    finally:
        consumer.close()
    return found


async def test_one_worker_at_a_time_asks_a_host(settings: Settings, site: Watch, tmp_path: Path) -> None:
    port = free_ports(6)
    first, second = (worker(settings, n, tmp_path, port) for n in (0, 1))
    wanted = [site.url(f"/{n}", host) for n in range(PAGES_EACH) for host in HOSTS]
    messages = [UrlMessage(url=url) for url in wanted]

    def asked() -> int:
        return sum(map(len, site.spans.values()))

    async def until(count: int) -> None:
        await asyncio.to_thread(eventually, lambda: asked() >= count, f"{count} requests", 120)

    try:
        await asyncio.to_thread(lambda: first.start().wait_ready())
        async with Publisher(settings) as publisher:
            await publisher.send_all(URLS, messages[: len(messages) // 2])
            # As a plug-in sends them: keyed by anything, and so on any partition.
            for message in messages[len(messages) // 2 :]:
                producer = await publisher._started()
                await producer.send_and_wait(settings.name(URLS.name), message.to_json(), key=random.randbytes(4))
        await until(20)
        await asyncio.to_thread(lambda: second.start().wait_ready())
        await until(asked() + 40)
        second.kill()
        await asyncio.to_thread(lambda: second.start().wait_ready())
        before = site.pages()
        await asyncio.to_thread(
            eventually, lambda: set(fetched(settings)) >= set(wanted), "every page is on the topic", 180, 1
        )
    finally:
        for child in (first, second):
            if child.process is not None:
                child.kill()
    site.was_treated_well()
    # Twice is what was asked for and not yet noted in Kafka when partitions were dealt or a worker died, nothing else.
    assert _repeated(settings, wanted) <= before


async def test_partitions_are_added_while_workers_ask(settings: Settings, site: Watch, tmp_path: Path) -> None:
    """A site's URLs lie in two partitions then, often of two workers; and one of them is no longer the site's."""
    port = free_ports(6)
    workers = [worker(settings, n, tmp_path, port) for n in (0, 1)]
    wanted = [site.url(f"/{n}", host) for n in range(PAGES_EACH) for host in HOSTS]
    messages = [UrlMessage(url=url) for url in wanted]

    def asked() -> int:
        return sum(map(len, site.spans.values()))

    try:
        for child in workers:
            child.start()
        for child in workers:
            await asyncio.to_thread(child.wait_ready)
        async with Publisher(settings) as publisher:
            await publisher.send_all(URLS, messages[: len(messages) // 2])
            await asyncio.to_thread(eventually, lambda: asked() >= len(HOSTS), "some requests", 120)
            # A number that has no divisor in common with the 8 before: hardly a site stays where it was.
            await asyncio.to_thread(add_partitions, settings, MORE, URLS)
            # This publisher goes on with what it knew before for a while, as any may; the next knows better.
            await publisher.send_all(URLS, messages[len(messages) // 2 : -len(HOSTS)])
        async with Publisher(settings) as publisher:
            await publisher.send_all(URLS, messages[-len(HOSTS) :])
        await asyncio.to_thread(
            eventually, lambda: set(fetched(settings)) >= set(wanted), "every page is on the topic", 180, 1
        )
    finally:
        for child in workers:
            if child.process is not None:
                child.kill()
    site.was_treated_well()
    assert len(_repeated(settings, wanted)) < len(wanted) // 2
    used = {record.partition for record in records(settings, URLS)}
    assert used >= {slot_of(url) % MORE for url in wanted}
    assert max(used) >= 8, "partitions that were added"


def _repeated(settings: Settings, wanted: list[str]) -> set[str]:
    """The pages that are on the topic more than once; all that are wanted are there."""
    pages = fetched(settings)
    assert set(pages) == set(wanted)
    return {url for url, count in pages.items() if count > 1}


async def test_lists_are_polled_by_whoever_asks_their_sites_for_pages(
    settings: Settings, site: Watch, tmp_path: Path
) -> None:
    """Each source has lists on three hosts, and one that redirects to a fourth; pages of all are fetched meanwhile, and
    a worker is killed."""
    create_topics(settings)
    port = free_ports(4)
    lists = {
        host: (
            site.url("/feed/own", host),
            site.url("/feed/second", after(host, 1)),
            site.url("/feed/third", after(host, 2)),
            site.url("/away", after(host, 3)),
        )
        for host in HOSTS
    }
    pages = [UrlMessage(url=site.url(f"/{n}", host)) for n in range(PAGES_EACH) for host in HOSTS]

    async def until(polls: int) -> None:
        def polled() -> bool:
            states = [source.state for source in stored(settings)]
            return all(state.polls >= polls and state.last_error is None for state in states)

        await asyncio.to_thread(eventually, polled, f"every source was polled {polls} times, without errors", 180, 1)

    for feeds in lists.values():
        await asyncio.to_thread(add, settings, feeds[0], feeds=feeds, interval_s=1, delay_s=None)
    async with Publisher(settings) as publisher:
        await publisher.send_all(URLS, pages)
    first, second = (worker(settings, n, tmp_path, port) for n in (0, 1))
    with ExitStack() as both:
        await asyncio.to_thread(lambda: both.enter_context(running(first, second)))
        await until(1)
        second.kill()  # some of what is left to it is in work then
        await asyncio.to_thread(lambda: second.start().wait_ready())
        await until(POLLS)
    site.was_treated_well()
    assert len(stored(settings)) == len(HOSTS)
    for path in ("/feed/own", "/feed/second", "/feed/third", "/away", "/feed/after-away"):
        assert min(site.asked(path)[host] for host in HOSTS) >= POLLS, path
