"""Where a site may list its news when its page does not say: sitemaps that robots.txt names, and the usual addresses.

https://www.sitemaps.org/protocol.html#submit_robots
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from protego import Protego

from services.fetch.listing import absolute

PLACES = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/sitemap_news.xml", "/sitemap.xml")
"""Tried one after the other until one is a list: a handful, since each is a request that most sites answer with 404."""
MAX_NEWS = 3
MAX_TRIED = 3
MAX_LISTED = 200
"""Sitemaps of one robots.txt that are looked at by name; large sites list thousands."""


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
