"""Wires fetch: URLs in, pages out, and the poller of the sources beside it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from services.contracts.messages import Message, UrlMessage
from services.contracts.topics import PAGES, RETRY_TIERS, URLS
from services.fetch.book import SourceBook
from services.fetch.client import Fetcher
from services.fetch.page import fetch_batch
from services.fetch.poll import poll_forever
from services.fetch.websub import Keeper
from services.runtime import probes
from services.runtime.each import outcome_of
from services.runtime.elastic import async_client
from services.runtime.service import Context, Service
from services.runtime.stage import Outcome, Stage


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The fetch service."""
    es = async_client(context.settings)
    book = SourceBook(es, context.settings)
    async with Fetcher(context.settings) as fetcher:

        async def process(messages: Sequence[Message]) -> list[Outcome]:
            urls = [message for message in messages if isinstance(message, UrlMessage)]
            await book.learn(url.source for url in urls if url.source)
            return [outcome_of(r) for r in await fetch_batch(urls, fetcher, lambda: datetime.now(UTC), book)]

        async def publish(found: Sequence[UrlMessage]) -> None:
            await context.publisher.send_all(URLS, found)

        async def poll() -> None:
            await poll_forever(context.settings, es, fetcher, publish, context.stopping)

        try:
            stage = Stage("fetch", URLS, process, writes=PAGES, tiers=RETRY_TIERS)
            keep = partial(Keeper(es, context.settings, fetcher).run, context.stopping)
            yield Service([stage], [poll, keep], checks={"elasticsearch": partial(probes.elasticsearch, es)})
        finally:
            await es.close()
