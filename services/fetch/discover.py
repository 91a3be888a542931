"""Finds out what an address is: a feed, a sitemap, or a page that names its feeds (RSS autodiscovery).

https://www.rssboard.org/rss-autodiscovery
"""

from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from services.fetch.client import Fetcher
from services.fetch.listing import Feed, NotAFeed, absolute
from services.fetch.lists import parsed
from services.fetch.page import is_html
from services.runtime.web.errors import FetchError
from services.runtime.web.response import Limits

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
MAX_FEEDS = 5


@dataclass(frozen=True)
class Found:
    """One list of news at `url`, as it is now. `home` is the page that named it."""

    url: str
    feed: Feed
    home: str | None = None
    is_sitemap: bool = False


async def discover(url: str, fetcher: Fetcher, limits: Limits) -> list[Found]:
    """The list at `url`, or those that the page there names. Raises FetchError, NotAFeed."""
    response = await fetcher.get(url, limits=limits)
    try:
        feed = await parsed(response)
        return [_found(response.final_url if response.moved else url, feed)]
    except NotAFeed as error:
        links = feed_links(response.body, response.final_url) if is_html(response.content_type, response.body) else []
        if not links:
            raise NotAFeed(f"{error}; and it names no feed") from None
    found, problems = [], []
    for link in links[:MAX_FEEDS]:
        try:
            feed = await parsed(await fetcher.get(link, limits=limits))
            found.append(_found(link, feed, response.final_url))
        except (FetchError, NotAFeed) as error:
            problems.append(str(error))
    if not found:
        raise NotAFeed(f"{url} names {len(links)} feeds, of which none can be read: {problems[0]}")
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


def _found(url: str, feed: Feed, home: str | None = None) -> Found:
    return Found(url, feed, home or feed.home, is_sitemap=feed.is_sitemap)
