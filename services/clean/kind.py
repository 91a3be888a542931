"""Whether a page is an article at all, and if not, what it is instead."""

from urllib.parse import urlsplit

from lxml.html import HtmlElement

from services.clean.body import Body
from services.clean.elements import short_text
from services.clean.jsonld import ARTICLE_TYPES, LISTING_TYPES, types_of
from services.clean.metadata import Metadata
from services.clean.sentences import is_prose
from services.clean.walls import MAX_HEADING, wall
from services.clean.words import count_words

_INDEX_WORDS = 250
_MANY = 5


def not_an_article(tree: HtmlElement, about: Metadata, url: str, body: Body) -> str | None:
    """What the page is when it is no article, for people; None when it may be one. `body` is its main text."""
    words = sum(map(count_words, body.kept))
    headings = [about.title, about.head.title, *(short_text(e, MAX_HEADING) or "" for e in tree.iter("h1"))]
    declared = _says_article(about)
    if instead := wall(headings, words, declared):
        return instead
    if declared:
        return None
    if not urlsplit(url).path.strip("/") and not urlsplit(url).query:
        return "a home page: its address has no path"
    return _index(tree, about, body)


def _says_article(about: Metadata) -> bool:
    """Whether the page's metadata calls it an article."""
    types = types_of(about.node) & ARTICLE_TYPES
    return bool(types or about.head.first("og:type").lower() == "article" or about.head.first("article:published_time"))


def _index(tree: HtmlElement, about: Metadata, body: Body) -> str | None:
    """A page of headlines has many of them and little text of its own."""
    prose = [line for line in body.kept if is_prose(line)]
    teasers = max(_teasers(tree), body.link_lines)
    listing = any(types_of(node) & LISTING_TYPES for node in about.nodes)
    little = sum(map(count_words, prose)) < _INDEX_WORDS and len(prose) < teasers
    if teasers >= _MANY and little and (listing or body.link_lines >= _MANY or len(prose) * 2 < teasers):
        return f"an index page: {teasers} headlines that lead to other pages, {len(prose)} paragraphs of its own"
    return None


def _teasers(tree: HtmlElement) -> int:
    """Headings, or list items and articles, that are links to other pages."""
    headings = tree.xpath(
        "//h2[.//a[@href]] | //h3[.//a[@href]] | //a[@href]//h2 | //a[@href]//h3 | //article[.//a[@href]]"
    )
    return sum(1 for e in headings if e.text_content().strip())
