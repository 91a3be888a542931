"""Who wrote an article, as a list of people."""

import html
import re
from collections.abc import Callable
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from services.clean.head import Head
from services.clean.jsonld import Node, resolve, types_of
from services.clean.people import as_people
from services.clean.words import squeeze
from services.clean.written_dates import written_date

_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
         "citation_author", "dcsext.author", "article:author_name", "cxenseparse:author")  # fmt: skip
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|authors|autor|autore|auteur|writer|firma|signature)s?(?:$|[\s_-]|__|name)", re.I
)
_NOT_BYLINE = re.compile(r"bio|avatar|image|photo|social|more|follow|related|comment|box|card|about", re.I)
_SAYS_BY = re.compile(
    r"(?:^|[-–—|·•,(]\s*|\s)"
    r"(?:(?i:by|von|par|por|di|da|door|przez|автор:?|yazan:?|metin:?|text:|texte\s?:|texto:|testo:|tekst:)\s+"
    r"|(?i:autor(?:in)?:|auteur\s?:|autore:)\s*|(?:بقلم|كتب|كتبت):?\s*|文[・:：/／]|作者[:：]|記者[:：]?)"
    r"([^\W\d_a-zß-ÿа-я].{1,80})"
)
_WRITTEN_BY = re.compile(
    r"written by|verfasst von|geschrieben von|écrit par|escrito por|scritto da|geschreven door|skrevet af|skriven av|"
    r"napisane przez|автор|написано автором|yazan",
    re.IGNORECASE,
)
_AUTHOR_PAGE = re.compile(
    r"/(?:author|autor|auteur|autore|autori|writer|contributor|journalist|reporter|people|person|profile|staff|team|"
    r"redaktion|by|about|users?)(?:s|en|es|in)?(?:/|$)",
    re.IGNORECASE,
)
_ENDS_WITH_BY = re.compile(
    r"(?:^|\s)(?:by|von|par|por|di|door|av|af|przez|autor(?:in)?|author|auteur|автор)\s*:?$", re.IGNORECASE
)
# fmt: off
_PARTICLES = frozenset([
    "de", "da", "do", "dos", "das", "del", "della", "di", "van", "von", "der", "den", "ter", "zu", "zur", "la", "le",
    "el", "al", "bin", "ibn", "ben", "y", "e",
])
# fmt: on
_ORGANISATIONS = frozenset(["Organization", "NewsMediaOrganization"])
_NO_AUTHOR = re.compile(r"https?:|www\.|@|\b(?:admin|administrator|null|undefined|none|unknown|user)\b", re.IGNORECASE)
_MAX_CHARS = 60
# Where a byline goes on after the names: a date, a place, a role.
_AFTER_NAMES = re.compile(
    r"\s*[|•·●▪⋅(\[–—]\s*|\s-\s|\s+on\s|,?\s+in\s|,?\s*\d|,\s*(?:mon|tues|wednes|thurs|fri|satur|sun)day|,\s*(?:le|den|il|el)\s|[.:]\s|[】）)]",
    re.IGNORECASE,
)


def find_authors(
    tree: HtmlElement, head: Head, node: Node, nodes: list[Node], site: str, beside: list[str]
) -> tuple[str, ...]:
    """Names of the people a page is by: from JSON-LD, meta elements, an element named so, a link to an author's page,
    or a line that says "by" among those `beside` the headline. Where no person is named, the agency, the staff or the
    outlet that the page declares as its author."""
    places: tuple[Callable[[], list[str]], ...] = (  # the surest first; each is read only if those before named nobody
        lambda: _declared(node, nodes),
        lambda: head.every(_META),
        lambda: _card(head),
        lambda: _marked(tree),
        lambda: _byline(tree),
        lambda: _linked(tree),
        lambda: _said(beside),
        lambda: _with_date(beside),
    )
    for names in places:
        if people := as_people(names(), site):
            return people
    return _organisations([*_declared(node, nodes, organisations=True), *head.every(_META), *_card(head)])


def _organisations(names: list[str]) -> tuple[str, ...]:
    """The first declared author as it stands: "dpa", "Staff"; addresses and empty words are none."""
    kept = (squeeze(html.unescape(name)) for name in names)
    return next(((name,) for name in kept if 2 <= len(name) <= _MAX_CHARS and not _NO_AUTHOR.search(name)), ())


def _declared(node: Node, nodes: list[Node], *, organisations: bool = False) -> list[str]:
    """Author and creator of the article node: strings, objects, lists of them, or references by "@id"."""
    for field in ("author", "creator"):
        authors = (resolve(item, nodes) for item in _as_list(resolve(node.get(field), nodes)))
        names = [name for author in authors for name in _names(author, organisations=organisations)]
        if names:
            return names
    return []


def _card(head: Head) -> list[str]:
    """The author on the card that WordPress' plug-ins make for messengers: label "Written by", data the name."""
    labels, values = (head.every([f"twitter:{kind}{n}" for n in (1, 2)]) for kind in ("label", "data"))
    return [value for label, value in zip(labels, values, strict=False) if _WRITTEN_BY.fullmatch(label)]


def _linked(tree: HtmlElement) -> list[str]:
    """Links to authors' pages right behind a word such as "by", of the first element that has any."""
    for link in tree.iter("a"):
        if _AUTHOR_PAGE.search(link.get("href") or "") and _ENDS_WITH_BY.search(squeeze(_text_before(link))):
            siblings = [link, *(a for a in link.itersiblings("a") if _AUTHOR_PAGE.search(a.get("href") or ""))]
            return [squeeze(" ".join(a.itertext())) for a in siblings]
    return []


def _text_before(link: HtmlElement) -> str:
    """What stands right before a link: text, or the element before it or before its parent."""
    for element in (link, link.getparent()):
        before = element.getprevious() if element is not None else None
        if before is not None:
            return before.tail or ("" if before.tag is etree.Comment else "".join(before.itertext()))
        parent = element.getparent() if element is not None else None
        if parent is not None and (parent.text or "").strip():
            return str(parent.text)
    return ""


def _names(item: Any, *, organisations: bool) -> list[str]:
    if isinstance(item, str):
        return [item]
    if not isinstance(item, dict) or (types_of(item) & _ORGANISATIONS and not organisations):
        return []
    return [name for name in _as_list(item.get("name")) if isinstance(name, str)]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _marked(tree: HtmlElement) -> list[str]:
    """Microdata and rel=author."""
    found = []
    for element in tree.xpath('//*[@itemprop="author" or @rel="author"]'):
        inner = element.xpath('.//*[@itemprop="name"]')
        text = squeeze(" ".join((inner[0] if inner else element).itertext())) or element.get("content") or ""
        if 0 < len(text) <= 200:
            found.append(text)
    return found


def _said(lines: list[str]) -> list[str]:
    """The first line that says who it is by: "By A and B", "Place, 3 March 2026 – by A"."""
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if _ENDS_WITH_BY.search(line) and _looks_like_names(following):
            return [following]
        for match in _SAYS_BY.finditer(line):
            names = _AFTER_NAMES.split(match.group(1), maxsplit=1)[0]
            if _looks_like_names(names):
                return [names]
    return []


def _looks_like_names(text: str) -> bool:
    """Whether every person in `text` is written as names are: each word with a capital, but for the likes of "van"."""
    people = as_people([text])
    words = [word for person in people for word in person.split() if word not in _PARTICLES]
    unsaid = _ENDS_WITH_BY.search(text)  # "Jun 2 Written By": the name stands elsewhere
    return bool(people) and not unsaid and not any(word[0].islower() or word.endswith(("'s", "’s")) for word in words)


def _with_date(lines: list[str]) -> list[str]:
    """A name in front of a date: "A B | 12.06.2026", "A B, le 24 juillet 2026"."""
    for line in lines:
        name = _AFTER_NAMES.split(line, maxsplit=1)[0].strip()
        capitals = [word[:1].isupper() for word in name.split()]
        if written_date([line]) and 2 <= len(capitals) <= 4 and all(capitals) and as_people([name]) == (name,):
            return [name]
    return []


def _byline(tree: HtmlElement) -> list[str]:
    """The first element whose class or id says byline, with a text that looks like names."""
    for element in tree.iter(
        "p", "div", "span", "a", "address", "i", "em", "small", "li", "section", "header", "footer"
    ):
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        text = (
            squeeze(" ".join(element.itertext()))
            if len(label) > 1 and _BYLINE.search(label) and not _NOT_BYLINE.search(label)
            else ""
        )
        if 0 < len(text) <= 200 and _looks_like_names(text):
            return [text]
    return []
