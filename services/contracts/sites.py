"""Which site an address belongs to, and by that which fetch worker it is for: all of a site goes to one.

A site is what was registered as one, by the Public Suffix List (https://publicsuffix.org/, with its private part:
each blog of a blog host is a site of its own), so that a page, its redirects and its feeds stay together.
"""

import zlib
from functools import lru_cache
from urllib.parse import urlsplit

from tld import get_fld

SLOTS = 1024
"""Sites fall into so many slots, which partitions share: slot modulo partitions. Kept by sources (`slot`)."""


@lru_cache(maxsize=10_000)
def slot_of_host(host: str) -> int:
    """0 to SLOTS - 1: a number that all hosts of a site have in common; the same for ever."""
    return zlib.crc32(site_of(host).encode()) % SLOTS


def slot_of(url: str) -> int:
    """The slot of a URL's site; of what is no URL, some slot."""
    try:
        return slot_of_host((urlsplit(url.strip()).hostname or "").removesuffix("."))
    except ValueError:
        return slot_of_host("")


def site_of(host: str) -> str:
    """The registered name that `host` is under; the last two labels where the list knows no suffix, an IP address as
    it is."""
    registered = get_fld(f"http://{host}", fail_silently=True, search_private=True)
    if registered or ":" in host or host.replace(".", "").isdecimal():
        return registered or host
    return ".".join(host.split(".")[-2:])
