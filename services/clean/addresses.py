"""Addresses a page gives: its lead image and its own canonical one."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from services.clean.head import Head
from services.clean.jsonld import Node, first, resolve
from services.contracts.urls import InvalidUrl, canonical_url, domain_of


def find_image(head: Head, node: Node, nodes: list[Node], url: str) -> str | None:
    image = first(resolve(first(node.get("image")), nodes))
    own = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
    for value in (
        head.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"),
        own,
    ):
        if absolute := _absolute(first(value), url):
            return absolute
    return None


def _absolute(value: Any, url: str) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        absolute = urljoin(url, value.strip())
        return absolute if urlsplit(absolute).scheme in ("http", "https") and len(absolute) <= 4096 else None
    except ValueError:
        return None


def find_canonical(head: Head, url: str) -> str | None:
    """What the page says is its address, when that is on the same site and no home page."""
    for said in (head.canonical, head.first("og:url")):
        try:
            own = canonical_url(urljoin(url, said)) if said else ""
        except (InvalidUrl, ValueError):
            continue
        if own and _same_site(domain_of(own), domain_of(url)) and urlsplit(own).path.strip("/"):
            return own
    return None


def _same_site(one: str, other: str) -> bool:
    """Equal, or one a subdomain of the other, or both subdomains of one domain of two labels and more."""
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    shared = 0
    for a, b in zip(reversed(one.split(".")), reversed(other.split(".")), strict=False):
        if a != b:
            break
        shared += 1
    # "co.uk" is shared by strangers: a shared part of two labels counts when the second is longer than such a suffix.
    return shared >= 3 or (shared == 2 and len(one.split(".")[-2]) > 3)
