"""What a source would bring: each list at an address, read as fetch reads it, described for people and scripts."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from services.commands.output import say
from services.commands.sources_read import find
from services.commands.sources_show import when
from services.fetch.client import Fetcher
from services.fetch.discover import Found
from services.fetch.hubs import offered
from services.fetch.listing import Item, NotAFeed
from services.fetch.lists import parsed
from services.fetch.prepare import prepared
from services.fetch.robots import MAX_CRAWL_DELAY_S, TOKEN
from services.runtime.settings import Settings
from services.runtime.web.errors import FetchError
from services.runtime.web.response import Conditional

NEWEST = 10
_NEVER = datetime.min.replace(tzinfo=UTC)
_HEAD = 16 * 1024
_KINDS = (
    (re.compile(rb"<rss\b[^>]*\bversion\s*=\s*[\"']([\d.]+)"), "RSS"),
    (re.compile(rb"<(?:\w+:)?RDF\b()"), "RSS 1.0 (RDF)"),
    (re.compile(rb"<(?:\w+:)?feed\b()"), "Atom"),
    (re.compile(rb"^\s*\{()"), "JSON Feed"),
    (re.compile(rb"<(?:\w+:)?sitemapindex\b()"), "index of sitemaps"),
    (re.compile(rb"sitemap-news()"), "sitemap of news"),
    (re.compile(rb"<(?:\w+:)?urlset\b()"), "sitemap"),
)


@dataclass(frozen=True)
class Preview:
    """One list. `items`: those of the newest sitemap where it is an index. `delay_s`: between two requests to it."""

    found: Found
    items: tuple[Item, ...]
    kind: str
    delay_s: float
    hub: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    problem: str | None = None

    @property
    def newest(self) -> list[Item]:
        """The newest items; those without a date follow, as they stand in the list."""
        return sorted(self.items, key=lambda item: item.published_at or _NEVER, reverse=True)[:NEWEST]

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        feed = self.found.feed
        about = {"title": feed.title, "language": feed.language, "home": self.found.home, "count": len(self.items)}
        names = ("kind", "delay_s", "hub", "etag", "last_modified", "problem")
        manners = {name: getattr(self, name) for name in names}
        items = [item._asdict() for item in self.newest]
        return {"url": self.found.url, **about, **manners, "sitemaps": list(feed.children), "items": items}


async def previews(url: str, settings: Settings) -> list[Preview]:
    """What is listed at `url`. Raises NewsloomError that says what is there instead."""
    async with Fetcher(settings) as fetcher:
        return [await _preview(found, fetcher, settings) for found in await find(url, fetcher, None)]


async def _preview(found: Found, fetcher: Fetcher, settings: Settings) -> Preview:
    response = found.response
    body = prepared(response.body, response.content_type)[:_HEAD] if response else b""
    given = response.validators if response else Conditional()
    rules = await fetcher.rules(found.url, fetcher.limits)
    asked_s = min(rules.crawl_delay(TOKEN) or 0.0, MAX_CRAWL_DELAY_S)
    preview = Preview(
        found,
        found.feed.items,
        kind_of(body),
        max(settings.fetch_delay_s, asked_s),
        offered(response.headers.getall("Link", []) if response else [], found.feed, found.url)["hub"],
        given.etag,
        given.last_modified,
    )
    if not found.feed.children:
        return preview
    try:
        newest = await parsed(await fetcher.get(found.feed.children[0]))
    except (FetchError, NotAFeed) as error:
        return replace(preview, problem=f"its newest sitemap can not be read: {error}")
    return replace(preview, items=newest.items)


def kind_of(head: bytes) -> str:
    """What kind of list a document is, by how it begins."""
    for sign, kind in _KINDS:
        if match := sign.search(head):
            return f"{kind} {match[1].decode()}".strip()
    return "feed"


def show_preview(one: Preview) -> None:
    """For people."""
    feed = one.found.feed
    about = {
        "kind": one.kind + (f", {len(feed.children):,} sitemaps" if feed.children else ""),
        "language": feed.language or "not said",
        "home": one.found.home or "not said",
        "asked": f"at most every {one.delay_s:g} s",
        "changes": ", ".join(filter(None, (one.etag, one.last_modified))) or "no ETag, no Last-Modified: read whole",
        "hub": one.hub or "none",
    }
    say(f"{feed.title or '(no title)'}  {one.found.url}")
    for name, value in about.items():
        say(f"  {name:9} {value}")
    dated = sum(item.published_at is not None for item in one.items)
    say(f"  {'items':9} {len(one.items):,} items, {dated:,} of them dated" + (", the newest:" if one.items else ""))
    if one.problem:
        say(f"  {one.problem}")
    for item in one.newest:
        say(f"  {when(item.published_at):17} {item.title or '(no title)'}")
        say(f"  {'':17} {item.url}")
