"""A poller of a test's own, and what it is to poll."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from elasticsearch import AsyncElasticsearch

from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.sources import SourceRecord
from services.fetch.client import Fetcher
from services.fetch.poll import poll_forever
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings
from services.runtime.share import Share
from services.runtime.sources.index import SourceIndex
from services.runtime.sources.plan import Wanted, plan
from tests.support.site import Site, answer, dns

NOW = datetime.now(UTC)


def rss(site: Site, *names: str, **headers: str) -> bytes:
    """A feed of these items, at `site`."""
    items = "".join(f"<item><title>{name}</title><link>{site.url('/' + name)}</link></item>" for name in names)
    body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    return answer(body, kind="application/rss+xml", ETag=f'"{len(names)}"', **headers)


class Published(list[str]):
    """Collects addresses; `fail` makes publishing raise."""

    fail: Exception | None = None

    async def __call__(self, messages: Sequence[UrlMessage | PageMessage]) -> None:
        if self.fail is not None:
            raise self.fail
        self.extend(message.url for message in messages)


@asynccontextmanager
async def poller(
    settings: Settings, es: AsyncElasticsearch, publish: Published, worker: int = 1, share: Share | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """A worker that polls until the end of the block; on one machine they differ in their health server's port."""
    stop = asyncio.Event()
    settings = settings.model_copy(update={"health": f"127.0.0.1:{worker}"})
    share = share or Share(whole=True)
    async with Fetcher(settings, resolve=dns({}), share=share) as fetcher:
        polling = poll_forever(settings, es, fetcher, publish, stop, share)
        task = asyncio.create_task(polling)
        try:
            yield task
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for it."""
    async with asyncio.timeout(seconds):
        while not condition():  # what is waited for is in another server
            await asyncio.sleep(0.02)


def add(settings: Settings, *urls: str, feeds: tuple[str, ...] = (), **given: object) -> None:
    """Follow these feeds, each as a source; or one source with all of `feeds`."""
    with sync_client(settings) as client:
        index = SourceIndex(client, settings)
        made = plan(
            index.all(), [Wanted(url, feeds=feeds or (url,), given={"delay_s": 0.0, **given}) for url in urls], NOW
        )
        assert not made.refused
        index.apply(made)


def stored(settings: Settings) -> list[SourceRecord]:
    """What is followed, as it stands now."""
    with sync_client(settings) as client:
        return SourceIndex(client, settings).all()
