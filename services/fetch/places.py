"""Where a site may list its news when its page does not say: sitemaps that robots.txt names, and the usual addresses.

https://www.sitemaps.org/protocol.html#submit_robots
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from protego import Protego

from services.fetch.client import Fetcher
from services.fetch.listing import absolute
from services.fetch.robots import MAX_BYTES
from services.runtime.web.errors import FetchError, TooLarge
from services.runtime.web.response import Limits

PLACES = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/sitemap_news.xml", "/sitemap.xml")
"""Tried one after the other until one is a list: a handful, since each is a request that most sites answer with 404."""
MAX_NEWS = 3
MAX_TRIED = 3
MAX_LISTED = 200
"""Sitemaps of one robots.txt that are looked at by name; large sites list thousands."""


async def robots_of(url: str, fetcher: Fetcher, limits: Limits) -> Protego:
    """The rules of the site of `url`, read anew; empty where there are none. What they forbid, the fetcher sees to."""
    bounds = replace(limits, robots=False, partial=True, max_bytes=MAX_BYTES, max_wire_bytes=MAX_BYTES)
    try:
        body = (await fetcher.get(urljoin(url, "/robots.txt"), limits=bounds)).body
    except TooLarge as error:
        body = error.head[:MAX_BYTES]
    except FetchError:  # then there is nothing to be learnt from it
        body = b""
    return Protego.parse(body.decode("utf-8-sig", "replace"))


def sitemaps_of(rules: Protego, url: str) -> list[str]:
    """Absolute addresses of the sitemaps that the rules name, those of news first."""
    named = (absolute(sitemap, url) for sitemap, _ in zip(rules.sitemaps, range(MAX_LISTED), strict=False))
    return sorted(dict.fromkeys(filter(None, named)), key=lambda sitemap: not _of_news(sitemap))


def elsewhere(sitemaps: Sequence[str], home: str) -> Iterator[tuple[list[str], int]]:
    """Addresses to try in turn, and how many lists of them are wanted; the next only if these give none.

    A sitemap of news is as good as a feed. One of all pages is the last resort: it is large, and says little of each.
    """
    news = [sitemap for sitemap in sitemaps if _of_news(sitemap)]
    yield news[:MAX_NEWS], MAX_NEWS
    yield [urljoin(home, place) for place in PLACES], 1
    yield [sitemap for sitemap in sitemaps if sitemap not in news][:MAX_TRIED], 1


def _of_news(url: str) -> bool:
    return "news" in urlsplit(url).path.lower()
