"""What a page says about itself in JSON-LD (schema.org)."""

import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from services.clean.scripts import value_of

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "BackgroundNewsArticle",
        "OpinionNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "TechArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "Report",
        "Review",
        "SocialMediaPosting",
        "MedicalScholarlyArticle",
    ]
)
LISTING_TYPES = frozenset(["CollectionPage", "SearchResultsPage", "ItemList"])
_MAX_NODES = 2000
_MAX_DEPTH = 12
# Commas before a closing bracket, and comment or CDATA fences, are what templates get wrong most.
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_FENCE = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$", re.DOTALL)


def read_nodes(tree: HtmlElement) -> list[Node]:
    """Every object in the page's JSON-LD, outermost first; blocks that are no JSON are passed over."""
    found: list[Node] = []
    for script in tree.iterfind(".//script"):
        if "ld+json" in (script.get("type") or "").lower():
            for node in _walk(_load(script.text or ""), 0):
                found.append(node)
                if len(found) >= _MAX_NODES:
                    return found
    return found


def types_of(node: Node) -> frozenset[str]:
    """The types of a node, without the vocabulary's address."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(name.rsplit("/", 1)[-1] for name in names if isinstance(name, str))


def article_node(nodes: list[Node]) -> Node:
    """The node of the article the page is about, or an empty one: the first that has a headline or a date."""
    articles = [n for n in nodes if types_of(n) & ARTICLE_TYPES]
    full = [n for n in articles if n.get("headline") or n.get("datePublished") or n.get("articleBody")]
    return (full or articles or [{}])[0]


def resolve(value: Any, nodes: list[Node]) -> Any:
    """`value`, or the node it refers to by "@id" when it is a bare reference."""
    if isinstance(value, dict) and set(value) == {"@id"}:
        return next((n for n in nodes if n.get("@id") == value["@id"] and len(n) > 1), value)
    return value


def first(value: Any) -> Any:
    """The first of a list, or the value itself: schema.org allows both nearly everywhere."""
    return value[0] if isinstance(value, list) and value else value


def _load(text: str) -> Any:
    text = _FENCE.sub("", text).strip()
    candidates = (text, _TRAILING_COMMA.sub(r"\1", text))
    return next((value for written in candidates if (value := value_of(written)) is not None), None)


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            if isinstance(item, dict | list):
                yield from _walk(item, depth + 1)
