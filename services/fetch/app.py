"""Wires fetch: URLs in, pages out, and the poller of the sources beside it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.topics import PAGES, RETRY_TIERS, URLS
from services.fetch.book import SourceBook
from services.fetch.client import Fetcher
from services.fetch.pauses import Pauses
from services.fetch.poll import poll_forever
from services.fetch.reservations import OptOuts
from services.fetch.websub import Keeper
from services.fetch.work import LANES, Work
from services.runtime import probes
from services.runtime.commas import parts
from services.runtime.elastic import async_client
from services.runtime.service import Context, Service
from services.runtime.share import Share
from services.runtime.stage import Stage
from services.runtime.web.connect import Resolve


@asynccontextmanager
async def wiring(context: Context, resolve: Resolve | None = None) -> AsyncIterator[Service]:
    """The fetch service; `resolve` is the client's seam for DNS."""
    es = async_client(context.settings)
    pauses = Pauses(es, context.settings)
    share = Share(learn=pauses.learn)
    async with Fetcher(context.settings, resolve, share=share, memory=pauses) as fetcher:

        async def publish(found: Sequence[UrlMessage | PageMessage]) -> None:
            await context.publisher.send_all(URLS, [m for m in found if isinstance(m, UrlMessage)])
            await context.publisher.send_all(PAGES, [m for m in found if isinstance(m, PageMessage)])

        async def poll() -> None:
            await poll_forever(context.settings, es, fetcher, publish, context.stopping, share)

        opt_outs = OptOuts(fetcher, frozenset(parts(context.settings.opt_outs)))
        work = Work(fetcher, SourceBook(es, context.settings), opt_outs, share)
        try:
            stage = Stage(
                "fetch",
                URLS,
                work,
                writes=PAGES,
                tiers=RETRY_TIERS,
                lanes=LANES,
                batch=1,
                share=share,
                confirmed=work.confirmed,
            )
            keep = partial(Keeper(es, context.settings, fetcher).run, context.stopping)
            yield Service([stage], [poll, keep], checks={"elasticsearch": partial(probes.elasticsearch, es)})
        finally:
            await pauses.close()
            await es.close()
