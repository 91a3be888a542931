"""What a page says of its own use: robots directives and the reservation of text and data mining. Pure.

https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from services.fetch.robots import TOKEN

TDM = "tdm-reservation"
ROBOTS_HEADER = "X-Robots-Tag"
_FOR_US = frozenset({"robots", "*", TOKEN.lower()})
"""Names under which directives hold for us."""
_IMPLIED = {"none": frozenset({"noindex", "nofollow"})}
# `agent: rules`; directives that have values look alike.
_AGENT = re.compile(r"\s*([\w*.-]+)\s*:\s*(.*)", re.DOTALL)
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_HEAD_BYTES = 512 * 1024
_BODY = re.compile(rb"<body[\s>]", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """`rules`: directives that hold for us, each with where it was found; `reserved`: text and data mining, None where
    nothing is said of it."""

    rules: dict[str, str]
    reserved: bool | None = None


def said_in_headers(robots: Iterable[str], tdm: str | None) -> Said:
    """By the values of X-Robots-Tag, one a header line, and that of tdm-reservation."""
    found: dict[str, str] = {}
    for value in robots:
        agent = "*"
        for piece in value.split(","):
            match = _AGENT.fullmatch(piece)
            if match and match[1].lower() not in _VALUED:
                agent, piece = match[1].lower(), match[2]
            if agent in _FOR_US:
                found |= dict.fromkeys(_rules(piece), f"the header {ROBOTS_HEADER}")
    return Said(found, reservation(tdm))


def said_in_page(body: bytes) -> Said:
    """By the meta elements of the head of an HTML document."""
    found: dict[str, str] = {}
    reserved = None
    for name, content in _metas(body):
        if name in _FOR_US:
            found |= dict.fromkeys(
                (r for piece in content.split(",") for r in _rules(piece)), f"the meta element {name}"
            )
        elif name == TDM and reserved is None:
            reserved = reservation(content)
    return Said(found, reserved)


def reservation(value: object) -> bool | None:
    """Whether a value of tdm-reservation reserves the right; None for what the protocol does not know."""
    return {"1": True, "0": False}.get(str(value).strip())


def location_matches(location: str, path: str) -> bool:
    """Whether a rule of tdmrep.json holds for a path with its query, as in robots.txt: `*` any, `$` at the end."""
    first, *rest = location.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1] if location.endswith("$") else rest:
        found = path.find(part, at)  # the first place is as good as any
        if found < 0:
            return False
        at = found + len(part)
    if not location.endswith("$"):
        return True
    return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at if rest else at == len(path)


def _rules(piece: str) -> frozenset[str]:
    rule = piece.strip().lower()
    return _IMPLIED.get(rule, frozenset({rule}))


def _metas(body: bytes) -> Sequence[tuple[str, str]]:
    """Name and content of each meta element in the head."""
    start = body[:_HEAD_BYTES]
    end = _BODY.search(start)
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = etree.fromstring(start[: end.start()] if end else start, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    metas = () if tree is None else tree.iter("meta")
    return [((m.get("name") or "").strip().lower(), m.get("content") or "") for m in metas]
