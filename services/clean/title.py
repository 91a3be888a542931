"""The title of an article, without the name of its site."""

import html
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from services.clean.elements import short_text
from services.clean.head import MAX_CHARS, Head
from services.clean.jsonld import Node
from services.clean.site_name import SEPARATOR, is_site, without_site
from services.clean.words import bare, count_words, squeeze

_HEADLINE_WORDS = 4
_MAX_CHARS = 400
_SAME = 0.85
# Each heading is compared with each declared title.
_MAX_TITLES, _MAX_HEADINGS = 20, 100
_KICKED = (": ", " - ", " – ")


def find_title(tree: HtmlElement, head: Head, node: Node, site: tuple[str, ...], url: str) -> str:
    """The headline readers see, else what the metadata says; empty when the page has none. `site`: its names.

    The <h1> that agrees with a declared title wins, since declared ones are often cut or written for search engines.
    """
    properties = (head.every((name,))[:_MAX_TITLES] for name in ("og:title", "twitter:title"))
    sources = ([_text(node.get("headline"))], *properties)
    declared = _trimmed([title for source in sources for title in source], site)
    others = _trimmed([*head.every(("dc.title",))[:_MAX_TITLES], head.title], site)
    headings = [
        t for t in _headings(tree.iter("h1")) if not is_site(t, site) and not _names_site(t, head.title, declared)
    ]
    for heading in headings:
        if any(_agree(heading, title) for title in (*declared, *others)):
            # Where the site's name was in it, a template made the title and cut it, no editor.
            written = [[t for t in source if _trim(t, site) == t] for source in sources]
            kicked = _with_kicker(without_site(heading, site), _said_twice([_trimmed(s, site) for s in sources]))
            return _cut(kicked, _said_twice(written))
    if declared or others:
        return without_site(_reworded(tree, [*declared, *others][0], site, url), site)
    return max(headings, key=len, default="") or next(_headings(tree.iter("h2")), "") or head.title


def _trimmed(titles: Iterable[str], site: tuple[str, ...]) -> list[str]:
    return [trimmed for title in titles if (trimmed := _trim(title, site))]


def _said_twice(sources: Sequence[Sequence[str]]) -> list[str]:
    """Titles that two sources have, in the spelling of the last one."""
    spelled = [{bare(title): title for title in source} for source in sources]
    times = Counter(key for titles in spelled for key in titles)
    return [next(t[key] for t in reversed(spelled) if key in t) for key, number in times.items() if number > 1]


def _names_site(heading: str, title: str, declared: Sequence[str]) -> bool:
    """Whether a heading is what <title> has besides the declared title: "The Echo: Bridge reopens"."""
    parts = [bare(part) for part in SEPARATOR.split(title)]
    return bare(heading) in parts and any(bare(own) in parts and bare(own) != bare(heading) for own in declared)


def _headings(elements: Iterable[HtmlElement]) -> Iterator[str]:
    return (text for e in islice(elements, _MAX_HEADINGS) if (text := short_text(e, _MAX_CHARS)))


def _agree(heading: str, title: str) -> bool:
    one, other = bare(heading), bare(title)
    if not one or not other:
        return False
    if one == other or one in map(bare, SEPARATOR.split(title)):
        return True
    if len(one.split()) >= 3 and (one in other or other in one):
        return True
    alike = SequenceMatcher(None, one[:200], other[:200], autojunk=False)
    # The quick ones are upper bounds.
    return alike.real_quick_ratio() >= _SAME and alike.quick_ratio() >= _SAME and alike.ratio() >= _SAME


def _trim(title: str, site: tuple[str, ...]) -> str:
    """`title` without its site; empty when there is nothing else in it."""
    return "" if is_site(title, site) else without_site(html.unescape(title), site)


def _with_kicker(heading: str, declared: Iterable[str]) -> str:
    """`heading`, or the declared title that has the kicker above it ("Kicker: heading"), or lacks the one in it."""
    for title in sorted(declared):
        kicker = title.removesuffix(heading)
        kicked = kicker != title and kicker.endswith(_KICKED)
        if kicked or (bare(heading).endswith(f" {bare(title)}") and count_words(title) >= _HEADLINE_WORDS):
            return title
    return heading


def _cut(heading: str, declared: Iterable[str]) -> str:
    """`heading`, or the declared title that lacks its last words."""
    for title in sorted(declared):
        rest = heading.removeprefix(f"{title} ")
        # A cut at a quotation mark is a broken attribute's, no editor's.
        if rest != heading and rest[0].isalnum() and title[-1].isalnum() and count_words(title) >= _HEADLINE_WORDS:
            return title
    return heading


def _reworded(tree: HtmlElement, title: str, site: tuple[str, ...], url: str) -> str:
    """`title`, or the heading of the article that search engines were given it for in other words.

    The address is mostly made of the headline, so the one with more of its words in there is it.
    """
    slug = set(bare(unquote(urlsplit(url).path)).split())
    inside = (h for h in tree.iter("h1") if next(h.iterancestors("article", "main"), None) is not None)
    return max([title, *(t for t in _headings(inside) if not is_site(t, site))], key=lambda text: _share(text, slug))


def _share(text: str, slug: set[str]) -> float:
    words = set(bare(text).split())
    return len(words & slug) / max(1, len(words))


def _text(value: object) -> str:
    return squeeze(value[:MAX_CHARS]) if isinstance(value, str) else ""
