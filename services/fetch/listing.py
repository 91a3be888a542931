"""What a feed or sitemap says: a list of addresses, with what is known of each."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.fetch.text import MAX_SUMMARY, plain
from services.runtime.web.errors import BadTarget
from services.runtime.web.target import MAX_URL_LENGTH, parse_target

MAX_ENTRIES = 50_000
"""sitemaps.org: the most entries of one file; of a feed, no more are read either."""
_PART = r"a-zA-Z0-9_%/:@!$&'()*+,=~.|\-"  # a set with \w in it takes longer
_PATH = rf"/[{_PART}]*+(?:\?[{_PART}?]++)?+"
# Addresses that parse_target() leaves as they are, but for the fragment: nearly all, and it takes 20 times as long.
_SETTLED = re.compile(
    rf"\s*+(https?://(?:[a-z0-9_-]{{1,40}}+\.){{1,5}}+[a-z]{{2,40}}+)({_PATH})?+(?:#.*)?+\s*+", re.ASCII | re.DOTALL
)
_ROOTED = re.compile(rf"\s*+(?!//)({_PATH})(?:#.*)?+\s*+", re.ASCII | re.DOTALL)


class NotAFeed(ValueError):
    """The document is no feed and no sitemap, or one that is refused; the text says why."""


class Item(NamedTuple):  # which is made in a quarter of the time that a frozen dataclass takes
    """One entry. `url` is absolute, http or https, without fragment; texts are plain; times are UTC.

    `published_at` is the time of the last change where no other is given; `updated_at` only what is given as such.
    `about`: HTML or text that tells what it is about, as text.telling() has it, or None.
    `content_html`: the article as the feed has it, uncleaned; see content.py.
    """

    url: str
    title: str | None = None
    published_at: datetime | None = None
    about: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    updated_at: datetime | None = None
    content_html: str | None = None

    @property
    def summary(self) -> str | None:
        """Text of what it is about, made when it is asked for: most items of a poll are known, and nobody does."""
        return plain(self.about, MAX_SUMMARY)


@dataclass(frozen=True)
class Feed:
    """A feed or sitemap, items in its own order; `children` are the sitemaps that an index names.

    `hub` tells of news at `self_url`, the feed's own address (https://www.w3.org/TR/websub/#discovery). What it asks of
    its readers: see channel.py.
    """

    title: str | None
    items: tuple[Item, ...]
    home: str | None = None
    language: str | None = None
    children: tuple[str, ...] = ()
    is_sitemap: bool = False
    hub: str | None = None
    self_url: str | None = None
    ttl_s: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


def absolute(link: object, base: str) -> str | None:
    """`link` as an absolute address relative to `base`; None when it is empty or nothing that can be fetched."""
    if not isinstance(link, str) or not link.strip():
        return None
    if found := settled(link) or _rooted(link, base):
        return found
    try:
        return parse_target(link, base).url
    except BadTarget:
        return None


def settled(link: str) -> str | None:
    """`link` when it is absolute and plain, as which it needs no reading; without a path it gets one."""
    found = _SETTLED.fullmatch(link)
    return found[1] + (found[2] or "/") if found and len(link) <= MAX_URL_LENGTH else None


def _rooted(link: str, base: str) -> str | None:
    """A plain path from the root of the base's site, as absolute address."""
    found = _ROOTED.fullmatch(link)
    if not found or "/." in found[1] or len(link) > MAX_URL_LENGTH:
        return None
    site = _SETTLED.fullmatch(base)
    return site[1] + found[1] if site else None
