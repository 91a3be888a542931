"""What a page says about its article: one reading of the tree, from the surest source to the weakest."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from htmldate import find_date
from lxml.html import HtmlElement

from services.clean.authors import find_authors
from services.clean.beside import beside_title
from services.clean.blocks import Page
from services.clean.dates import parse_date
from services.clean.head import Head, read_head
from services.clean.jsonld import Node, article_node, read_nodes, resolve
from services.clean.title import find_title
from services.clean.words import squeeze
from services.clean.written_dates import written_date
from services.contracts.urls import InvalidUrl, canonical_url, domain_of

_PUBLISHED = ("article:published_time", "og:article:published_time", "article:published", "datepublished", "parsely-pub-date",
              "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date.created", "pubdate", "publishdate", "publish-date",
              "publish_date", "date", "dc.date", "dcterms.date", "citation_publication_date", "cxenseparse:recs:publishtime",
              "last-published", "rnews:datepublished", "og:published_time", "displaydate", "article.published")  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified", "lastmod",
             "last-modified", "og:article:modified_time")  # fmt: skip
_SECTION = ("article:section", "parsely-section", "section", "articlesection", "cxenseparse:category")
_TAGS = ("article:tag", "parsely-tags", "news_keywords", "sailthru.tags", "keywords")
_MAX_TAGS = 20


@dataclass(frozen=True)
class Metadata:
    """`nodes` is the page's JSON-LD and `node` its article; times are UTC, addresses absolute."""

    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    description: str | None
    image_url: str | None
    section: str | None
    tags: tuple[str, ...]
    site_name: str | None
    canonical_url: str | None
    language: str | None
    paywalled: bool
    head: Head
    node: Node
    nodes: list[Node]


def read_metadata(tree: HtmlElement, page: Page, url: str, fetched_at: datetime) -> Metadata:
    """Everything the tree of the page at `url`, and its blocks, say about its article. Changes neither."""
    head, nodes = read_head(tree), read_nodes(tree)
    node = article_node(nodes)
    site = _site_name(head, node, nodes)
    title = find_title(tree, head, node, (site or "", domain_of(url)))
    beside = beside_title(page, title)
    published = _published(tree, head, node, url, fetched_at, beside)
    modified = _first_date([node.get("dateModified"), *head.every(_MODIFIED)], fetched_at)
    return Metadata(
        title=title,
        authors=find_authors(tree, head, node, nodes, site or "", beside),
        published_at=published,
        modified_at=modified if modified and (published is None or modified >= published) else None,
        description=head.first("og:description", "description", "twitter:description")
        or _text(node.get("description")),
        image_url=_image(head, node, nodes, url),
        section=head.first(*_SECTION) or _text(_first(node.get("articleSection"))),
        tags=_tags(head, node),
        site_name=site,
        canonical_url=_canonical(head, url),
        language=_text(node.get("inLanguage"))
        or head.lang
        or head.first("og:locale", "content-language", "language")
        or None,
        paywalled=str(node.get("isAccessibleForFree")).lower() == "false"
        or head.first("article:content_tier") in ("locked", "metered"),
        head=head,
        node=node,
        nodes=nodes,
    )


def _published(
    tree: HtmlElement, head: Head, node: Node, url: str, fetched_at: datetime, beside: list[str]
) -> datetime | None:
    """Declared in data, marked as a time, written beside the headline, or what htmldate finds: the first there is."""
    marked = tree.xpath('//*[@itemprop="datePublished"]/@*[name()="datetime" or name()="content"] | //time[@pubdate]/@datetime')
    declared = [node.get("datePublished"), *head.every(_PUBLISHED), *marked, node.get("dateCreated")]
    times = tree.xpath("(//article//time | //main//time)/@datetime") or tree.xpath("//time/@datetime")
    if found := _first_date([*declared, *times[:1]], fetched_at):
        return found
    written = written_date(beside)
    if written and written <= fetched_at:
        return written
    return _guessed(tree, url, fetched_at)


def _guessed(tree: HtmlElement, url: str, fetched_at: datetime) -> datetime | None:
    """What htmldate finds in the address and the page's text."""
    # Its own bound is the clock's today; the page's is the day it was fetched.
    latest = (fetched_at + timedelta(days=1)).replace(tzinfo=None)
    try:
        return parse_date(find_date(tree, original_date=True, url=url, max_date=latest), fetched_at)
    except (ValueError, TypeError, OverflowError, RecursionError):
        # Text that looks like a date and is none (its parsers let these through) is no date.
        return None


def _first_date(values: list[Any], fetched_at: datetime) -> datetime | None:
    return next((found for value in values if (found := parse_date(_first(value), fetched_at))), None)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str | None:
    return squeeze(value) or None if isinstance(value, str) else None


def _site_name(head: Head, node: Node, nodes: list[Node]) -> str | None:
    publisher = _first(resolve(node.get("publisher"), nodes))
    named = publisher.get("name") if isinstance(publisher, dict) else publisher
    return head.first("og:site_name", "application-name") or _text(named)


def _tags(head: Head, node: Node) -> tuple[str, ...]:
    keywords = node.get("keywords")
    declared = keywords if isinstance(keywords, list) else [keywords]
    for source in (head.every(_TAGS[:1]), declared, head.every(_TAGS[1:])):
        parts = [squeeze(p) for value in source if isinstance(value, str) for p in re.split(r"[,;、，]", value)]
        if kept := tuple(dict.fromkeys(p for p in parts if 1 < len(p) <= 80)):
            return kept[:_MAX_TAGS]
    return ()


def _image(head: Head, node: Node, nodes: list[Node], url: str) -> str | None:
    image = _first(resolve(_first(node.get("image")), nodes))
    own = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
    for value in (
        head.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"),
        own,
    ):
        if absolute := _absolute(_first(value), url):
            return absolute
    return None


def _absolute(value: Any, url: str) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        absolute = urljoin(url, value.strip())
        return absolute if urlsplit(absolute).scheme in ("http", "https") and len(absolute) <= 4096 else None
    except ValueError:
        return None


def _canonical(head: Head, url: str) -> str | None:
    """What the page says is its address, when that is on the same site and no home page."""
    for said in (head.canonical, head.first("og:url")):
        try:
            own = canonical_url(urljoin(url, said)) if said else ""
        except (InvalidUrl, ValueError):
            continue
        if own and _same_site(domain_of(own), domain_of(url)) and urlsplit(own).path.strip("/"):
            return own
    return None


def _same_site(one: str, other: str) -> bool:
    """Equal, or one a subdomain of the other, or both subdomains of one domain of two labels and more."""
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    shared = 0
    for a, b in zip(reversed(one.split(".")), reversed(other.split(".")), strict=False):
        if a != b:
            break
        shared += 1
    # "co.uk" is shared by strangers: a shared part of two labels counts when the second is longer than such a suffix.
    return shared >= 3 or (shared == 2 and len(one.split(".")[-2]) > 3)
