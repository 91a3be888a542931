"""Whether a page is an article at all, what kind of one, and if not, what it is instead."""

from collections.abc import Container
from itertools import chain
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from services.clean.body import Body
from services.clean.elements import short_text
from services.clean.jsonld import ARTICLE_TYPES, LISTING_TYPES, types_of
from services.clean.metadata import Metadata
from services.clean.sentences import is_prose
from services.clean.walls import MAX_HEADING, wall
from services.clean.words import count_words
from services.contracts.messages import Kind

_INDEX_WORDS = 250
_MANY = 5
# schema.org types; the first kind that has one of the page's wins.
_KINDS: dict[Kind, frozenset[str]] = {
    "live_blog": frozenset(["LiveBlogPosting"]),
    "gallery": frozenset(["ImageGallery", "MediaGallery"]),
    "video": frozenset(["VideoObject"]),
    "audio": frozenset(["AudioObject", "PodcastEpisode"]),
}
# Whole segments of the address: "/video/123" is a video's page, "/video-production" is about videos.
_SEGMENTS: dict[str, Kind] = {
    **dict.fromkeys(("liveblog", "live-blog", "liveticker", "live-updates"), "live_blog"),
    **dict.fromkeys(
        ("gallery", "galleries", "photos", "diaporama", "bildergalerie", "fotostrecke", "galeria", "galerie", "fotos"),
        "gallery",
    ),
    **dict.fromkeys(("video", "videos"), "video"),
    **dict.fromkeys(("podcast", "podcasts", "audio"), "audio"),
}


def not_an_article(
    tree: HtmlElement, linked: Container[HtmlElement], about: Metadata, url: str, body: Body
) -> str | None:
    """What the page is when it is no article, for people; None when it may be one. `body` is its main text, `linked`
    are the elements with links in them."""
    words = sum(map(count_words, body.kept))
    headings = chain((about.title, about.head.title), (short_text(e, MAX_HEADING) or "" for e in tree.iter("h1")))
    declared = _says_article(about)
    if instead := wall(headings, words, declared):
        return instead
    if declared:
        return None
    if not urlsplit(url).path.strip("/") and not urlsplit(url).query:
        return "a home page: its address has no path"
    return _index(_teasers(tree, linked), about, body)


def kind_of(about: Metadata, url: str, words: int) -> Kind:
    """What the article mainly is, by its JSON-LD, `og:type` or address; `words` are those of its text.

    Many articles carry a video or pictures: of those kinds is one only where it is not declared an article as well, or
    where little text stands under such an address.
    """
    types = frozenset[str]().union(*map(types_of, about.nodes))
    if types & _KINDS["live_blog"]:
        return "live_blog"
    declared = next((kind for kind, names in _KINDS.items() if types & names), None)
    if declared and not _says_article(about):
        return declared
    if about.head.first("og:type").lower().startswith("video."):
        return "video"
    path = urlsplit(url).path.lower().split("/")
    by_address = next((kind for part in path if (kind := _SEGMENTS.get(part))), None)
    return by_address if by_address and (words < _INDEX_WORDS or by_address == "live_blog") else "article"


def _says_article(about: Metadata) -> bool:
    """Whether the page's metadata calls it an article."""
    types = types_of(about.node) & ARTICLE_TYPES
    return bool(types or about.head.first("og:type").lower() == "article" or about.head.first("article:published_time"))


def _index(headings: int, about: Metadata, body: Body) -> str | None:
    """A page of headlines has many of them and little text of its own."""
    prose = [line for line in body.kept if is_prose(line)]
    teasers = max(headings, body.link_lines)
    listing = any(types_of(node) & LISTING_TYPES for node in about.nodes)
    little = sum(map(count_words, prose)) < _INDEX_WORDS and len(prose) < teasers
    if teasers >= _MANY and little and (listing or body.link_lines >= _MANY or len(prose) * 2 < teasers):
        return f"an index page: {teasers} headlines that lead to other pages, {len(prose)} paragraphs of its own"
    return None


def _teasers(tree: HtmlElement, linked: Container[HtmlElement]) -> int:
    """Headings, or list items and articles, that are links to other pages."""
    found = (e for e in tree.iter("h2", "h3", "article") if e in linked or (e.tag != "article" and _is_in_a_link(e)))
    return sum(1 for e in found if any(text.strip() for text in e.itertext()))


def _is_in_a_link(element: HtmlElement) -> bool:
    return any(link.get("href") is not None for link in element.iterancestors("a"))
