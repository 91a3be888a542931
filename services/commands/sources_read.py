"""What `newsloom sources` reads: addresses from the net, lists of sources from YAML."""

from dataclasses import replace
from typing import Any

import yaml

from services.fetch.client import Fetcher
from services.fetch.discover import Found, discover
from services.fetch.listing import NotAFeed
from services.runtime.errors import NewsloomError, UsageError
from services.runtime.settings import Settings
from services.runtime.sources.plan import Wanted
from services.runtime.web.errors import FetchError


async def found_at(url: str, settings: Settings, delay_s: float | None) -> list[Found]:
    """What is listed at `url`, with at least `delay_s` between two requests. Raises NewsloomError as `find` does."""
    async with Fetcher(settings) as fetcher:
        return await find(url, fetcher, delay_s)


async def find(url: str, fetcher: Fetcher, delay_s: float | None) -> list[Found]:
    """What is listed at `url`. Raises NewsloomError that says what is there instead."""
    try:
        return await discover(url, fetcher, replace(fetcher.limits, delay_s=delay_s))
    except (FetchError, NotAFeed) as error:
        raise NewsloomError(f"no source at {url}: {error}{_advice(error)}") from None


def _advice(error: Exception) -> str:
    blocked = "no public address" in str(error)
    return "; set NEWSLOOM_FETCH_ALLOW to reach networks of your own" if blocked else ""


def read_yaml(data: bytes, name: str) -> list[Wanted]:
    """Sources of a YAML list of {name, feed or sitemap, home, language, country, tags, …}. Raises UsageError."""
    try:
        entries = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} is no YAML: {' '.join(str(error).split())[:300]}") from None
    if not isinstance(entries, list):
        raise UsageError(f"{name} holds no list of sources but {type(entries).__name__}")
    return [_wanted(number, entry) for number, entry in enumerate(entries, start=1)]


def _wanted(number: int, entry: Any) -> Wanted:
    if not isinstance(entry, dict):
        return Wanted(f"entry {number}: {entry!r:.100}")
    where = f"entry {number}: {entry.get('name') or entry.get('feed') or 'without name'}"
    tags = entry.get("tags") or ()
    return Wanted(
        where,
        feeds=_texts(entry.get("feed")) + _texts(entry.get("feeds")),
        sitemaps=_texts(entry.get("sitemap")) + _texts(entry.get("sitemaps")),
        tags=_texts(tags),
        given={str(key): value for key, value in entry.items()},
    )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else (str(value),)
