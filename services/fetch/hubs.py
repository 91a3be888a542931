"""Finds the hub that a feed offers, and what to call the feed there (https://www.w3.org/TR/websub/#discovery). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict
from urllib.parse import urljoin

from services.fetch.listing import Feed
from services.runtime.web.errors import BadTarget
from services.runtime.web.target import parse_target

MAX_LENGTH = 2048
"""Of a hub's or topic's address; what is longer is none."""
# Neither backtracks over what it has read: headers have up to 16 KiB of a stranger's making.
_TARGET = re.compile(r"<([^<>]*)>")
_PARAMETER = re.compile(r'[ \t]*;[ \t]*([^\s=;,"<>]*)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"<>]*)))?')


class Offered(TypedDict):
    """Fields of Validators."""

    hub: str | None
    topic: str | None


def links(value: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Targets and parameters of a Link header (RFC 8288, 3): of each parameter the first, names in lower case.

    What is no link is passed over, as its appendix B wants.
    """
    at = 0
    while found := _TARGET.search(value, at):
        at = found.end()
        parameters: dict[str, str] = {}
        while part := _PARAMETER.match(value, at):
            at = part.end()
            quoted = re.sub(r"\\(.)", r"\1", part[2]) if part[2] is not None else part[3]
            parameters.setdefault(part[1].lower(), quoted or "")
        yield found[1].strip(), parameters


def related(headers: Sequence[str], url: str) -> dict[str, str]:
    """Absolute addresses that the Link headers of the document at `url` give, the first of each relation."""
    found: dict[str, str] = {}
    for target, parameters in links(", ".join(headers)):
        address = _address(target, url)
        if address is None or _elsewhere(parameters.get("anchor"), url):
            continue
        for relation in parameters.get("rel", "").lower().split():
            found.setdefault(relation, address)
    return found


def offered(headers: Sequence[str], feed: Feed, url: str) -> Offered:
    """The hub and topic of the feed read at `url`: by its Link headers, else by what it says itself; None without hub.

    The topic is sent as the publisher wrote it: hubs compare it letter by letter.
    """
    told = related(headers, url)
    if hub := told.get("hub") or feed.hub:
        return {"hub": hub, "topic": told.get("self") or feed.self_url or url}
    return {"hub": None, "topic": None}


def _elsewhere(anchor: str | None, url: str) -> bool:
    """Whether a link is not about this document (RFC 8288, 3.2)."""
    return anchor is not None and _address(anchor, url) != url


def _address(target: str, base: str) -> str | None:
    try:
        joined = urljoin(base, target)
        clean = parse_target(joined).url
    except (BadTarget, ValueError):
        return None
    address = joined if joined.isascii() and joined.isprintable() and " " not in joined else clean
    return address if len(address) <= MAX_LENGTH else None
