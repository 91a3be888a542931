"""Who wrote an article, as a list of people."""

import html
import re
from collections.abc import Callable
from typing import Any

from lxml.html import HtmlElement

from services.clean.bylines import byline, linked, marked, said, said_of_no_person, with_date
from services.clean.head import Head
from services.clean.jsonld import Node, resolve
from services.clean.people import as_people
from services.clean.words import bare, squeeze

_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
         "citation_author", "dcsext.author", "article:author_name", "cxenseparse:author")  # fmt: skip
_WRITTEN_BY = re.compile(
    r"written by|verfasst von|geschrieben von|écrit par|escrito por|scritto da|geschreven door|skrevet af|skriven av|"
    r"napisane przez|автор|написано автором|yazan",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"https?:|www\.|@|\b(?:admin|administrator|null|undefined|none|unknown|user)\b", re.IGNORECASE)
_MAX_CHARS = 60
_MAX_DECLARED = 100


def find_authors(
    tree: HtmlElement, head: Head, node: Node, nodes: list[Node], site: str, beside: list[str]
) -> tuple[str, ...]:
    """Names of those a page is by: as JSON-LD has them; else the people in meta elements, an element named so, a link
    to an author's page, or a line that says "by" among those `beside` the headline. Where no person is named, the
    agency, the staff or the outlet. `site`: its name, which is no author's unless it is a byline's only one."""
    if declared := _as_declared(_declared(node, nodes), site):
        return declared
    places: tuple[Callable[[], list[str]], ...] = (  # the surest first; each is read only if those before named nobody
        lambda: head.every(_META),
        lambda: _card(head),
        lambda: marked(tree),
        lambda: byline(tree),
        lambda: linked(tree),
        lambda: said(beside),
        lambda: with_date(beside),
    )
    for names in places:
        if people := as_people(names(), site):
            return people
    if people := as_people([*byline(tree), *linked(tree)]):
        return people
    return _organisations([*_declared(node, nodes), *head.every(_META), *_card(head), *said_of_no_person(beside)])


def _as_declared(names: list[str], site: str) -> tuple[str, ...]:
    """Declared authors: people, and agencies and teams as they stand; the site itself only stands for somebody else."""
    found = dict.fromkeys(
        author
        for name in names
        for author in as_people([name], site) or (() if bare(name) == bare(site) else _organisations([name]))
    )
    return tuple(found)


def _organisations(names: list[str]) -> tuple[str, ...]:
    """The first declared author as it stands: "dpa", "Staff"; addresses, numbers and empty words are none."""
    kept = (squeeze(html.unescape(name)) for name in names)
    return next(((name,) for name in kept if 2 <= len(name) <= _MAX_CHARS and _is_name(name)), ())


def _is_name(name: str) -> bool:
    return any(c.isalpha() for c in name) and not _NO_AUTHOR.search(name)


def _declared(node: Node, nodes: list[Node]) -> list[str]:
    """Author and creator of the article node: strings, objects, lists of them, or references by "@id"."""
    for field in ("author", "creator"):
        authors = (resolve(item, nodes) for item in _as_list(resolve(node.get(field), nodes))[:_MAX_DECLARED])
        names = [name for author in authors for name in _names(author)]
        if names:
            return names[:_MAX_DECLARED]
    return []


def _card(head: Head) -> list[str]:
    """The author on the card that WordPress' plug-ins make for messengers: label "Written by", data the name."""
    labels, values = (head.every([f"twitter:{kind}{n}" for n in (1, 2)]) for kind in ("label", "data"))
    return [value for label, value in zip(labels, values, strict=False) if _WRITTEN_BY.fullmatch(label)]


def _names(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item]
    if not isinstance(item, dict):
        return []
    return [name for name in _as_list(item.get("name")) if isinstance(name, str)]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
