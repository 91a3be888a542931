"""Finds out what an address is: a feed, a sitemap, or a page that names its feeds (RSS autodiscovery)
or whose site has some.

https://www.rssboard.org/rss-autodiscovery
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from services.fetch.client import Fetcher
from services.fetch.listing import Feed, NotAFeed, absolute
from services.fetch.lists import parsed
from services.fetch.page import is_html
from services.fetch.places import PLACES, elsewhere, sitemaps_of
from services.runtime.web.errors import FetchError, Paused, Unreachable
from services.runtime.web.response import Limits, Response

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
MAX_FEEDS = 5


@dataclass(frozen=True)
class Found:
    """One list of news at `url`, as it is now, and the answer it came in. `home` is the page that named it."""

    url: str
    feed: Feed
    home: str | None = None
    is_sitemap: bool = False
    response: Response | None = None


async def discover(url: str, fetcher: Fetcher, limits: Limits) -> list[Found]:
    """The list at `url`; or those that the page there names; or what else its site has (places.py).

    Raises FetchError, NotAFeed.
    """
    response = await fetcher.get(url, limits=limits)
    try:
        feed = await parsed(response)
        return [_found(response.final_url if response.moved else url, feed, response)]
    except NotAFeed as error:
        if not is_html(response.content_type, response.body):
            raise NotAFeed(f"{error}; and it names no feed") from None
        why = str(error)
    home = response.final_url
    links = feed_links(response.body, home)
    look = _Look(fetcher, limits, home)
    found = await look.at(links[:MAX_FEEDS], MAX_FEEDS)
    why = (
        f"{url} names {len(links)} feeds, of which none can be read: {look.problem}"
        if links
        else f"{why}; and it names no feed"
    )
    if not found:
        sitemaps = sitemaps_of(await fetcher.rules(home, limits), home)
        for places, most in elsewhere(sitemaps, home):
            found = found or await look.at(places, most, guessed=True)
    if not found:
        raise NotAFeed(f"{why}; robots.txt names {len(sitemaps)} sitemaps, and nothing is at {', '.join(PLACES)}")
    return found


class _Look:
    """Tries addresses, one after the other, for lists."""

    def __init__(self, fetcher: Fetcher, limits: Limits, home: str) -> None:
        self._fetcher, self._limits, self._home = fetcher, limits, home
        self._is_over = False
        self.problem = ""
        """Why the first one that is none is none."""

    async def at(self, urls: Sequence[str], most: int, guessed: bool = False) -> list[Found]:
        """At most `most` of them; what was only guessed must have something in it.

        Once the site does not answer at all, no more are asked for.
        """
        found: list[Found] = []
        for url in urls:
            if len(found) == most or self._is_over:
                break
            try:
                response = await self._fetcher.get(url, limits=self._limits)
                feed = await parsed(response)
                if feed.items or feed.children or not guessed:
                    found.append(_found(response.final_url if response.moved else url, feed, response, self._home))
            except (FetchError, NotAFeed) as error:
                self.problem = self.problem or str(error)
                self._is_over = isinstance(error, Unreachable | Paused)
        return found


def feed_links(body: bytes, url: str) -> list[str]:
    """Addresses in `<link rel="alternate" type="…">` of a page, without those of comments."""
    try:
        page = lxml_html.document_fromstring(body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    bases = [absolute(base.get("href"), url) for base in page.iter("base")]
    base = next((b for b in bases if b), url)
    found = (absolute(link.get("href"), base) for link in page.iter("link") if _names_feed(link))
    return list(dict.fromkeys(link for link in found if link))


def _names_feed(link: etree._Element) -> bool:
    relations = (link.get("rel") or "").lower().split()
    kind = (link.get("type") or "").partition(";")[0].strip().lower()
    about = f"{link.get('title') or ''} {link.get('href') or ''}".lower()
    return "alternate" in relations and kind in FEED_TYPES and "comment" not in about


def _found(url: str, feed: Feed, response: Response, home: str | None = None) -> Found:
    return Found(url, feed, home or feed.home, feed.is_sitemap, response)
