"""Reads what a source lists: its feeds and sitemaps, asked for "anything new?" where the server helps with that."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from services.contracts.sources import SourceRecord, Validators
from services.fetch.client import Fetcher
from services.fetch.feeds import parse_feed
from services.fetch.hubs import offered
from services.fetch.listing import Feed, Item, NotAFeed
from services.fetch.novelty import RECHECK_EVERY, Listed
from services.runtime.web.errors import BadStatus, FetchError
from services.runtime.web.freshness import fresh_s
from services.runtime.web.response import Conditional, Limits, Response

MAX_CHILDREN = 5
"""Sitemaps of an index that are read: its newest."""
PARSE_S = 20.0


async def read_lists(source: SourceRecord, fetcher: Fetcher) -> list[Listed]:
    """Read every feed and sitemap of `source`. Failures are in the result, not raised."""
    limits = replace(fetcher.limits, delay_s=source.delay_s, home=source.slot)
    known = (
        {} if source.state.polls % RECHECK_EVERY == RECHECK_EVERY - 1 else {v.url: v for v in source.state.validators}
    )
    return [await _read(url, fetcher, limits, known.get(url), source.full_text) for url in source.lists]


async def _read(url: str, fetcher: Fetcher, limits: Limits, known: Validators | None, with_content: bool) -> Listed:
    conditional = Conditional(known.etag, known.last_modified) if known else None
    try:
        response = await fetcher.get(url, limits=limits, conditional=conditional)
        listed = Listed(
            url,
            moved_to=response.final_url if response.moved else None,
            fresh_s=fresh_s(response.headers, datetime.now(UTC)),
        )
        if response.not_modified:
            return listed
        feed = await parsed(response, with_content=with_content)
    except (FetchError, NotAFeed) as error:
        return Listed(url, error=str(error), is_gone=isinstance(error, BadStatus) and error.status == HTTPStatus.GONE)
    if feed.children:
        # An index says nothing of what its sitemaps hold, so it is never asked conditionally.
        items, warning = await _children(feed.children[:MAX_CHILDREN], fetcher, limits)
        return replace(listed, feed=replace(feed, items=items), validators=Validators(url=url), warning=warning)
    given = response.validators
    hub = offered(response.headers.getall("Link", []), feed, response.final_url)
    about = Validators(
        url=url,
        etag=given.etag,
        last_modified=given.last_modified,
        ttl_s=feed.ttl_s,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        **hub,
    )
    return replace(listed, feed=feed, validators=about)


async def _children(urls: Sequence[str], fetcher: Fetcher, limits: Limits) -> tuple[tuple[Item, ...], str | None]:
    """Items of the sitemaps of an index, and what is wrong with those that can not be read."""
    items: list[Item] = []
    problems = []
    for url in urls:
        try:
            items += (await parsed(await fetcher.get(url, limits=limits))).items
        except (FetchError, NotAFeed) as error:
            problems.append(str(error))
    return tuple(items), "; ".join(problems) or None


async def parsed(response: Response, *, with_content: bool = False) -> Feed:
    """The feed in a response, parsed in a thread so that a large one holds up nothing. Raises NotAFeed.

    `with_content`: with the articles themselves, where the feed has them.
    """
    document = response.body, response.content_type, response.final_url
    try:
        async with asyncio.timeout(PARSE_S):
            return await asyncio.to_thread(parse_feed, *document, with_content=with_content)
    except TimeoutError:
        raise NotAFeed(f"{response.final_url} takes longer than {PARSE_S:g} s to parse") from None
