"""Reads plain lists of addresses, one a line, which may be sitemaps (https://www.sitemaps.org/protocol.html#otherformats)."""

import re
from itertools import islice

from services.fetch.listing import MAX_ENTRIES, Feed, Item, absolute

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def url_list(body: bytes, url: str) -> Feed | None:
    """The addresses of a list in UTF-8, without empty lines and comments (`#`); None when most lines are others."""
    lines = [line for raw in body.decode(errors="replace").splitlines() if (line := raw.strip())]
    lines = [line for line in lines if not line.startswith("#")]
    addresses = [line for line in lines if _ADDRESS.fullmatch(line)]
    if 2 * len(addresses) <= len(lines):
        return None
    links = dict.fromkeys(filter(None, (absolute(line, url) for line in islice(addresses, MAX_ENTRIES))))
    return Feed(None, tuple(map(Item, links)), is_sitemap=True)
