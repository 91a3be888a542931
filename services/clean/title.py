"""The title of an article, without the name of its site."""

import html
from collections.abc import Iterable
from difflib import SequenceMatcher
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from services.clean.elements import short_text
from services.clean.head import Head
from services.clean.jsonld import Node
from services.clean.site_name import SEPARATOR, is_site, without_site
from services.clean.words import bare, count_words, squeeze

_HEADLINE_WORDS = 4
_MAX_CHARS = 400
_SAME = 0.85


def find_title(tree: HtmlElement, head: Head, node: Node, site: tuple[str, ...], url: str) -> str:
    """The headline readers see, else what the metadata says; empty when the page has none. `site`: its names.

    The <h1> that agrees with a declared title wins, since declared ones are often cut or written for search engines.
    """
    declared = [_text(node.get("headline")), *head.every(("og:title", "twitter:title", "dc.title")), head.title]
    trimmed = [t for t in (_trim(t, site) for t in declared) if t]
    cards = [{t for t in head.every((f"{card}:title",)) if _trim(t, site) == t} for card in ("og", "twitter")]
    headings = [t for t in _texts(tree.iter("h1")) if not is_site(t, site)]
    for heading in headings:
        if any(_agree(heading, title) for title in trimmed):
            return _edited(without_site(heading, site), cards[0] & cards[1])
    if trimmed:
        return without_site(_reworded(tree, trimmed[0], site, url), site)
    return max(headings, key=len, default="") or next(iter(_texts(tree.iter("h2"))), "") or head.title


def _texts(elements: Iterable[HtmlElement]) -> list[str]:
    return [text for e in elements if (text := short_text(e, _MAX_CHARS))]


def _agree(heading: str, title: str) -> bool:
    one, other = bare(heading), bare(title)
    if not one or not other:
        return False
    if one == other or one in map(bare, SEPARATOR.split(title)):
        return True
    if len(one.split()) >= 3 and (one in other or other in one):
        return True
    return SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio() >= _SAME


def _trim(title: str, site: tuple[str, ...]) -> str:
    """`title` without its site; empty when there is nothing else in it."""
    return "" if is_site(title, site) else without_site(html.unescape(title), site)


def _edited(heading: str, cards: set[str]) -> str:
    """`heading`, or what an editor made of it for the `cards`: with the kicker that stands above it
    ("Kicker: heading"), or shorter by its last words."""
    for title in sorted(cards):
        rest = heading.removeprefix(f"{title} ")
        # A cut at a quotation mark is a broken attribute's, no editor's.
        shorter = rest != heading and rest[0].isalnum() and title[-1].isalnum()
        if title.endswith(f": {heading}") or (shorter and count_words(title) >= _HEADLINE_WORDS):
            return title
    return heading


def _reworded(tree: HtmlElement, title: str, site: tuple[str, ...], url: str) -> str:
    """`title`, or the heading of the article that search engines were given it for in other words.

    The address is mostly made of the headline, so the one with more of its words in there is it.
    """
    slug = set(bare(unquote(urlsplit(url).path)).split())
    inside = (h for h in tree.iter("h1") if next(h.iterancestors("article", "main"), None) is not None)
    return max([title, *(t for t in _texts(inside) if not is_site(t, site))], key=lambda text: _share(text, slug))


def _share(text: str, slug: set[str]) -> float:
    words = set(bare(text).split())
    return len(words & slug) / max(1, len(words))


def _text(value: object) -> str:
    return squeeze(value) if isinstance(value, str) else ""
