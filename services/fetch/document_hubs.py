"""What a feed's document says of its hub and its own address: `atom:link`, or JSON Feed's `hubs`, `feed_url`. Pure.

https://www.w3.org/TR/websub/#discovery, https://www.jsonfeed.org/version/1.1/
"""

import json
from dataclasses import replace

from lxml import etree

from services.fetch.listing import Feed, absolute

_HEAD = 64 * 1024
"""Links of a channel stand before its items."""
_ATOM = "{http://www.w3.org/2005/Atom}link"
_CHANNELS = frozenset({"channel", "feed"})


def with_hub(feed: Feed, body: bytes, url: str) -> Feed:
    """The feed with what the document says."""
    found = _of_json(body) if body.lstrip()[:1] == b"{" else _of_xml(body)
    return replace(feed, hub=absolute(found.get("hub"), url), self_url=absolute(found.get("self"), url))


def _of_json(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    hubs = told.get("hubs")
    named = [hub.get("url") for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    return {"self": told.get("feed_url"), "hub": next(iter(named), None)}


def _of_xml(body: bytes) -> dict[str, object]:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body[:_HEAD], parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    found: dict[str, object] = {}
    for link in root.iter(_ATOM) if root is not None else ():
        parent = link.getparent()
        if parent is not None and etree.QName(parent).localname in _CHANNELS:
            for relation in (link.get("rel") or "").lower().split():
                found.setdefault(relation, link.get("href"))
    return found
