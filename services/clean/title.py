"""The title of an article, without the name of its site."""

import re
from difflib import SequenceMatcher

from lxml.html import HtmlElement

from services.clean.head import Head
from services.clean.jsonld import Node
from services.clean.words import bare, squeeze

# "Headline | Site", "Headline - Site", "Site: Headline" … ; a plain hyphen needs spaces, or it is part of a word.
_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:/~]+\s+|\s*[|｜»]\s*|\s*[–—]\s+")
_SITE_WORDS = 5
_SAME = 0.85


def find_title(tree: HtmlElement, head: Head, node: Node, site: str) -> str:
    """The headline readers see, else what the metadata says; empty when the page has none.

    The <h1> that agrees with a declared title wins, since declared ones are often cut or written for search engines.
    """
    declared = [
        t
        for t in (_text(node.get("headline")), *head.every(("og:title", "twitter:title", "dc.title")), head.title)
        if t
    ]
    trimmed = [without_site(t, site) for t in declared]
    headings = [t for e in tree.iter("h1") if (t := squeeze(" ".join(e.itertext()))) and len(t) <= 400]
    for heading in headings:
        if any(_agree(heading, title) for title in trimmed):
            return heading
    if trimmed:
        return trimmed[0]
    longest = max(headings, key=len, default="")
    return longest or next((t for e in tree.iter("h2") if (t := squeeze(" ".join(e.itertext())))), "")


def without_site(title: str, site: str) -> str:
    """`title` without the part that names the site, at its end or start."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    name = bare(site)
    for at, rest in ((len(parts) - 1, slice(0, -1)), (0, slice(1, None))):
        part = bare(parts[at])
        if part and name and (part in name or name in part) and len(part.split()) <= _SITE_WORDS + 3:
            return _join(title, parts[rest])
    return title


def _join(title: str, parts: list[str]) -> str:
    """The stretch of `title` that covers `parts`, separators between them kept."""
    start = title.find(parts[0])
    end = title.rfind(parts[-1]) + len(parts[-1])
    return title[start:end].strip()


def _agree(heading: str, title: str) -> bool:
    one, other = bare(heading), bare(title)
    if not one or not other:
        return False
    if one == other or (len(one.split()) >= 3 and (one in other or other in one)):
        return True
    return SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio() >= _SAME


def _text(value: object) -> str:
    return squeeze(value) if isinstance(value, str) else ""
