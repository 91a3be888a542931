"""Makes a source of an address alone: finds the feeds and sitemaps of what was added without any."""

from dataclasses import dataclass, replace

from services.contracts.sources import SourceRecord
from services.fetch.client import Fetcher
from services.fetch.discover import Found, discover
from services.fetch.listing import NotAFeed
from services.fetch.text import language_of
from services.runtime.web.errors import FetchError


@dataclass(frozen=True)
class Adopted:
    """What there is at a source's address: the source with it, or why there is nothing."""

    source: SourceRecord
    error: str | None = None


async def look(source: SourceRecord, fetcher: Fetcher) -> Adopted:
    """Look at the home page of a source that has no list. What people said of it stays."""
    try:
        found = await discover(
            source.home or "", fetcher, replace(fetcher.limits, delay_s=source.delay_s, home=source.slot)
        )
    except (FetchError, NotAFeed) as error:
        return Adopted(source, str(error))
    return Adopted(with_lists(source, found))


def with_lists(source: SourceRecord, found: list[Found]) -> SourceRecord:
    """The source with what was found at its address. Pure."""
    first = found[0]
    unnamed = source.name == source.id.rpartition("-")[0]
    learnt = {
        "feeds": tuple(f.url for f in found if not f.is_sitemap),
        "sitemaps": tuple(f.url for f in found if f.is_sitemap),
        "home": first.home or source.home,
        "language": source.language or language_of(first.feed.language),
        "name": (unnamed and first.feed.title) or source.name,
    }
    return source.model_copy(update=learnt)
