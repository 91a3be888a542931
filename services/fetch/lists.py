"""Reads what a source lists: its feeds and sitemaps, asked for "anything new?" where the server helps with that."""

import asyncio
from dataclasses import replace

from services.contracts.sources import SourceRecord, Validators
from services.fetch.client import Fetcher
from services.fetch.errors import FetchError
from services.fetch.feeds import parse_feed
from services.fetch.listing import Feed, Item, NotAFeed
from services.fetch.novelty import RECHECK_EVERY, Listed
from services.fetch.response import Conditional, Limits, Response

MAX_CHILDREN = 5
"""Sitemaps of an index that are read: its newest."""
PARSE_S = 20.0


async def read_lists(source: SourceRecord, fetcher: Fetcher) -> list[Listed]:
    """Read every feed and sitemap of `source`. Failures are in the result, not raised."""
    limits = replace(fetcher.limits, delay_s=source.delay_s)
    known = (
        {} if source.state.polls % RECHECK_EVERY == RECHECK_EVERY - 1 else {v.url: v for v in source.state.validators}
    )
    return [await _read(url, fetcher, limits, known.get(url)) for url in source.lists]


async def _read(url: str, fetcher: Fetcher, limits: Limits, known: Validators | None) -> Listed:
    conditional = Conditional(known.etag, known.last_modified) if known else None
    try:
        response = await fetcher.get(url, limits=limits, conditional=conditional)
        if response.not_modified:
            return Listed(url)
        feed = await parsed(response)
        items = [item for child in feed.children[:MAX_CHILDREN] for item in await _child(child, fetcher, limits)]
    except (FetchError, NotAFeed) as error:
        return Listed(url, error=str(error))
    fresh = response.validators
    # An index of sitemaps says nothing of what its sitemaps hold, so it is never asked conditionally.
    etag, modified = (None, None) if feed.children else (fresh.etag, fresh.last_modified)
    validators = Validators(url=url, etag=etag, last_modified=modified)
    return Listed(url, replace(feed, items=(*feed.items, *items)), validators)


async def _child(url: str, fetcher: Fetcher, limits: Limits) -> tuple[Item, ...]:
    return (await parsed(await fetcher.get(url, limits=limits))).items


async def parsed(response: Response) -> Feed:
    """The feed in a response, parsed in a thread so that a large one holds up nothing. Raises NotAFeed."""
    try:
        async with asyncio.timeout(PARSE_S):
            return await asyncio.to_thread(parse_feed, response.body, response.content_type, response.final_url)
    except TimeoutError:
        raise NotAFeed(f"{response.final_url} takes longer than {PARSE_S:g} s to parse") from None
