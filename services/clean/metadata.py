"""What a page says about its article: one reading of the tree, from the surest source to the weakest."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from services.clean.addresses import find_canonical, find_image
from services.clean.authors import find_authors
from services.clean.beside import beside_title
from services.clean.blocks import Page
from services.clean.head import Head, read_head
from services.clean.jsonld import Node, article_node, first, read_nodes, resolve
from services.clean.published import find_modified, find_published
from services.clean.title import find_title
from services.clean.words import squeeze
from services.contracts.urls import domain_of

_SECTION = ("article:section", "parsely-section", "section", "articlesection", "cxenseparse:category")
_TAGS = ("article:tag", "parsely-tags", "news_keywords", "sailthru.tags", "keywords")
_MAX_TAGS = 20


@dataclass(frozen=True)
class Metadata:
    """`nodes` is the page's JSON-LD and `node` its article; times are UTC, addresses absolute.

    `published_from` and `modified_from` say where the times were found, see published.Dated.
    """

    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_from: str | None
    modified_at: datetime | None
    modified_from: str | None
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
    title = find_title(tree, head, node, (site or "", domain_of(url)), url)
    beside = beside_title(page, title)
    published = find_published(tree, head, node, url, fetched_at, beside)
    modified = find_modified(head, node, published, fetched_at)
    return Metadata(
        title=title,
        authors=find_authors(tree, head, node, nodes, site or "", beside),
        published_at=published.at if published else None,
        published_from=published.found if published else None,
        modified_at=modified.at if modified else None,
        modified_from=modified.found if modified else None,
        description=head.first("og:description", "description", "twitter:description")
        or _text(node.get("description")),
        image_url=find_image(head, node, nodes, url),
        section=head.first(*_SECTION) or _text(first(node.get("articleSection"))),
        tags=_tags(head, node),
        site_name=site,
        canonical_url=find_canonical(head, url),
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


def _text(value: Any) -> str | None:
    return squeeze(value) or None if isinstance(value, str) else None


def _site_name(head: Head, node: Node, nodes: list[Node]) -> str | None:
    publisher = first(resolve(node.get("publisher"), nodes))
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
