"""What a feed or sitemap says: a list of addresses, with what is known of each."""

from dataclasses import dataclass
from datetime import datetime

from services.runtime.web.errors import BadTarget
from services.runtime.web.target import parse_target


class NotAFeed(ValueError):
    """The document is no feed and no sitemap, or one that is refused; the text says why."""


@dataclass(frozen=True)
class Item:
    """One entry. `url` is absolute, http or https, without fragment; texts are plain; times are UTC."""

    url: str
    title: str | None = None
    published_at: datetime | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    updated_at: datetime | None = None
    content_html: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed or sitemap, items in its own order; `children` are the sitemaps that an index names."""

    title: str | None
    items: tuple[Item, ...]
    home: str | None = None
    language: str | None = None
    children: tuple[str, ...] = ()
    is_sitemap: bool = False
    hub: str | None = None
    self_url: str | None = None


def absolute(link: object, base: str) -> str | None:
    """`link` as an absolute address relative to `base`; None when it is empty or nothing that can be fetched."""
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        return parse_target(link, base).url
    except BadTarget:
        return None
