"""Polling thousands of feeds on a local server: feeds a second, and memory.

    python benchmarks/bench_poll.py [--feeds 10000] [--items 10] [--passes 3]

Needs running servers (`newsloom up --infrastructure`), as NEWSLOOM_KAFKA and NEWSLOOM_ELASTICSEARCH say. Every feed has
a host of its own, found by a resolver of this benchmark's. In the first pass all items are new and go to Kafka; in the
others nothing is (answers are 304). A pass ends when each source was polled once. Polling runs in this process, with
the product's own poller, client and publisher; the sites in another.
"""

import argparse
import asyncio
import contextlib
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
import structlog
from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import async_bulk

from services.contracts import indices
from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.sources import SourceRecord, source_id
from services.contracts.topics import URLS
from services.fetch.client import Fetcher
from services.fetch.poll import poll_forever
from services.runtime.admin import connect, ensure_topics
from services.runtime.elastic import async_client, ensure_index
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.share import Share
from services.runtime.sources.index import index_body
from services.standalone.ports import unused

LIMIT_S = 900.0
SERVER = Path(__file__).with_name("feed_server.py")


@contextlib.contextmanager
def sites(items: int) -> Iterator[tuple[int, psutil.Process]]:
    """The server of all sites, and its port."""
    port = unused("127.0.0.1")
    with subprocess.Popen([sys.executable, str(SERVER), str(port), str(items)]) as process:
        try:
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()


@contextlib.asynccontextmanager
async def registry(settings: Settings, port: int, feeds: int) -> AsyncIterator[AsyncElasticsearch]:
    """Elasticsearch with that many sources, which are deleted at the end."""
    es = async_client(settings)
    name = settings.name(indices.SOURCES)
    urls = [f"http://site{n}.example:{port}/feed.xml" for n in range(feeds)]
    made = [SourceRecord(id=source_id(url), name=url, feeds=(url,), delay_s=0.0) for url in urls]
    try:
        await ensure_index(es, index_body(settings))
        actions = ({"_index": name, "_id": s.id, "_source": s.model_dump(mode="json")} for s in made)
        await async_bulk(es, actions, refresh=True)
        yield es
    finally:
        await es.indices.delete(index=name, ignore_unavailable=True)
        await es.close()


async def passes(options: argparse.Namespace, settings: Settings, port: int, server: psutil.Process) -> None:
    """All passes, a line each."""
    published, done = 0, 0

    async def resolve(_: str) -> Sequence[str]:
        return ["127.0.0.1"]

    async with registry(settings, port, options.feeds) as es, Publisher(settings) as publisher:

        async def publish(found: Sequence[UrlMessage | PageMessage]) -> None:
            nonlocal published
            published += len(found)
            await publisher.send_all(URLS, found)

        ours = psutil.Process()
        for number in range(options.passes):
            stop = asyncio.Event()
            done = 0
            async with Fetcher(settings, resolve=resolve) as fetcher:
                cpu, cpu_server, start = ours.cpu_times(), server.cpu_times(), time.perf_counter()
                task = asyncio.create_task(poll_forever(settings, es, fetcher, publish, stop, Share(whole=True)))
                while done < options.feeds and time.perf_counter() - start < LIMIT_S:
                    await asyncio.sleep(0.25)
                    done = await ended(es, settings)
                seconds = time.perf_counter() - start
                stop.set()
                await task
            used, used_server = ours.cpu_times(), server.cpu_times()
            print(
                f"pass {number + 1}: {done:,} feeds in {seconds:.1f} s: {done / seconds:.0f} a second; items published "
                f"{published:,}; CPU of the poller {used.user + used.system - cpu.user - cpu.system:.1f} s, of the "
                f"sites {used_server.user + used_server.system - cpu_server.user - cpu_server.system:.1f} s; memory "
                f"{ours.memory_info().rss / 2**20:.0f} MB",
                flush=True,
            )
            await again(es, settings)


async def ended(es: AsyncElasticsearch, settings: Settings) -> int:
    """How many sources were polled in this pass: those with a time for their next poll."""
    query = {"range": {"state.next_poll": {"gt": "now"}}}
    return int((await es.count(index=settings.name(indices.SOURCES), query=query))["count"])


async def again(es: AsyncElasticsearch, settings: Settings) -> None:
    """Make every source due."""
    name, due = settings.name(indices.SOURCES), datetime.now(UTC).isoformat()
    found = await es.search(index=name, query={"match_all": {}}, size=10_000, source=False)
    updates = (
        {"_op_type": "update", "_index": name, "_id": hit["_id"], "doc": {"state": {"next_poll": due}}}
        for hit in found["hits"]["hits"]
    )
    await async_bulk(es, updates, refresh=True)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=10_000, help="at most 10,000")
    parser.add_argument("--items", type=int, default=10)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    settings = Settings(
        namespace=f"bench{secrets.token_hex(3)}-",
        fetch_allow="127.0.0.0/8",
        poll_interval_s=3600,
    )
    admin = connect(settings)
    try:
        ensure_topics(admin, settings)
        with sites(options.items) as (port, server):
            asyncio.run(passes(options, settings, port, server))
    finally:
        admin.delete_topics([name for name in admin.list_topics() if name.startswith(settings.namespace)])
        admin.close()


if __name__ == "__main__":
    main()
