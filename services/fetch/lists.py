"""Reads what a source lists: its feeds and sitemaps, asked for "anything new?" where the server helps with that."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from services.contracts.sources import Leg, SourceRecord, Validators
from services.fetch.client import Fetcher, RedirectedAway
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


async def read_lists(source: SourceRecord, legs: Sequence[Leg], fetcher: Fetcher) -> tuple[list[Listed], list[Leg]]:
    """Read of these feeds and sitemaps of `source` what is on our sites; and what is left, which is on those of others.

    Failures are in the result, not raised.
    """
    limits = replace(fetcher.limits, delay_s=source.delay_s)
    known = (
        {} if source.state.polls % RECHECK_EVERY == RECHECK_EVERY - 1 else {v.url: v for v in source.state.validators}
    )
    listed: list[Listed] = []
    left: list[Leg] = []
    for leg in legs:
        try:
            found, parts = await _read(leg, fetcher, limits, known.get(leg.url), source.full_text)
        except RedirectedAway as away:
            left.append(_led_away(leg, away))
        else:
            listed.append(found)
            left += parts
    return listed, left


def _led_away(leg: Leg, away: RedirectedAway) -> Leg:
    return leg.model_copy(update={"via": away.via, "for_good": away.for_good})


async def _read(
    leg: Leg, fetcher: Fetcher, limits: Limits, known: Validators | None, with_content: bool
) -> tuple[Listed, list[Leg]]:
    """What a list gave; and the parts of it that are on other sites. Raises RedirectedAway."""
    url = leg.url
    conditional = Conditional(known.etag, known.last_modified) if known else None
    try:
        response = await fetcher.get(url, limits=limits, conditional=conditional, via=leg.via, for_good=leg.for_good)
        listed = Listed(
            url,
            moved_to=response.final_url if response.moved else None,
            fresh_s=fresh_s(response.headers, datetime.now(UTC)),
        )
        if response.not_modified:
            return listed, []
        feed = await parsed(response, with_content=with_content)
    except (FetchError, NotAFeed) as error:
        is_gone = isinstance(error, BadStatus) and error.status == HTTPStatus.GONE
        return Listed(url, error=str(error), is_gone=is_gone), []
    if leg.is_part:
        return Listed(url, feed), []
    if feed.children:
        # An index says nothing of what its sitemaps hold, so it is never asked conditionally.
        items, warning, parts = await _children(feed.children[:MAX_CHILDREN], fetcher, limits)
        about = Validators(url=url)
        return replace(listed, feed=replace(feed, items=items), validators=about, warning=warning), parts
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
    return replace(listed, feed=feed, validators=about), []


async def _children(
    urls: Sequence[str], fetcher: Fetcher, limits: Limits
) -> tuple[tuple[Item, ...], str | None, list[Leg]]:
    """Items of the sitemaps of an index, what is wrong with those that can not be read, and those on others' sites."""
    items: list[Item] = []
    problems = []
    parts = []
    for url in urls:
        try:
            items += (await parsed(await fetcher.get(url, limits=limits))).items
        except (FetchError, NotAFeed) as error:
            problems.append(str(error))
        except RedirectedAway as away:
            parts.append(_led_away(Leg(url=url, is_part=True), away))
    return tuple(items), "; ".join(problems) or None, parts


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
