"""The title of an article, without the name of its site."""

import html
import re
from difflib import SequenceMatcher

from lxml.html import HtmlElement

from services.clean.head import Head
from services.clean.jsonld import Node
from services.clean.words import bare, squeeze

# "Headline | Site", "Headline - Site", "Site: Headline" … ; a plain hyphen needs spaces, or it is part of a word.
_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:/~]+\s+|\s*[|｜»]\s*|\s*[–—]\s+|:\s+")
_SITE_WORDS = 8
_HEADLINE_WORDS = 4
_SECTION_WORDS = 5
_MAX_CHARS = 400
_SAME = 0.85


def find_title(tree: HtmlElement, head: Head, node: Node, site: tuple[str, ...]) -> str:
    """The headline readers see, else what the metadata says; empty when the page has none. `site`: its names.

    The <h1> that agrees with a declared title wins, since declared ones are often cut or written for search engines.
    """
    every = (_text(node.get("headline")), *head.every(("og:title", "twitter:title", "dc.title")), head.title)
    trimmed = [t for t in (without_site(html.unescape(t), site) for t in every) if t and not _is_site(t, site)]
    headings = [t for t in _texts(tree, "h1") if not _is_site(t, site)]
    for heading in headings:
        if any(_agree(heading, title) for title in trimmed):
            return without_site(heading, site)
    if trimmed:
        return trimmed[0]
    return max(headings, key=len, default="") or next(iter(_texts(tree, "h2")), "") or head.title


def _texts(tree: HtmlElement, tag: str) -> list[str]:
    found = (squeeze(" ".join(e.itertext())) for e in tree.iter(tag))
    return [text for text in found if 0 < len(text) <= _MAX_CHARS]


def _is_site(title: str, site: tuple[str, ...]) -> bool:
    """Whether `title` is one of the names of the site: its own, or the beginning of its domain."""
    key = _compact(title)
    return any(key == _compact(name) or (len(key) >= 4 and _compact(name).startswith(key)) for name in site if name)


def _compact(text: str) -> str:
    return bare(text).removeprefix("the ").replace(" ", "")


def without_site(title: str, site: tuple[str, ...]) -> str:
    """`title` without the part that names the site, at its end or start."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    if (shorter := _without_sections(title)) != title:
        return without_site(shorter, site)
    for at, rest in ((len(parts) - 1, slice(0, -1)), (0, slice(1, None))):
        if _is_site(parts[at], site) or any(_names(parts[at], name) for name in site if name):
            return _join(title, parts[rest])
    return title


def _without_sections(title: str) -> str:
    """`title` without short parts behind a bar, which headlines seldom have: "Headline of some words | Politics"."""
    while (cut := title.rfind(" | ")) > 0:
        words, tail = len(title[:cut].split()), len(title[cut + 3 :].split())
        if words < _HEADLINE_WORDS or tail > _SECTION_WORDS:
            break
        title = title[:cut].rstrip()
    return title


def _names(part: str, site: str) -> bool:
    one, other = bare(part), bare(site)
    return bool(one) and (one in other or other in one) and len(one.split()) <= _SITE_WORDS


def _join(title: str, parts: list[str]) -> str:
    """The stretch of `title` that covers `parts`, separators between them kept."""
    start = title.find(parts[0])
    end = title.rfind(parts[-1]) + len(parts[-1])
    return title[start:end].strip()


def _agree(heading: str, title: str) -> bool:
    one, other = bare(heading), bare(title)
    if not one or not other:
        return False
    if one == other or one in map(bare, _SEPARATOR.split(title)):
        return True
    if len(one.split()) >= 3 and (one in other or other in one):
        return True
    return SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio() >= _SAME


def _text(value: object) -> str:
    return squeeze(value) if isinstance(value, str) else ""
