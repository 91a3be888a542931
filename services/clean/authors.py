"""Who wrote an article, as a list of people."""

import html
import re
from collections.abc import Iterable
from typing import Any

from lxml.html import HtmlElement

from services.clean.head import Head
from services.clean.jsonld import Node, resolve, types_of
from services.clean.words import bare, squeeze
from services.clean.written_dates import written_date

_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
         "citation_author", "dcsext.author", "article:author_name", "cxenseparse:author")  # fmt: skip
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|authors|autor|autore|auteur|writer|firma|signature)s?(?:$|[\s_-]|__|name)", re.I
)
_NOT_BYLINE = re.compile(r"bio|avatar|image|photo|social|more|follow|related|comment|box|card|about", re.I)
# "By", "Von", "Par" … in front of the names.
_BY = re.compile(
    r"^(?:written by|posted by|reported by|story by|by|von|par|por|di|da|door|av|af|przez|автор|автори|yazan|metin|"
    r"بقلم|كتب|文|記者|text|texte|testo|texto|autor(?:in|a|es|en)?|author|auteur|autore|redaktion)\s*[:：]?\s+|^(?:文|作者|記者)[:：/／]\s*",
    re.IGNORECASE,
)
_SAYS_BY = re.compile(
    r"(?:^|[-–—|·•,(]\s*|\s)"
    r"(?:(?i:by|von|par|por|di|da|door|przez|автор:?|yazan:?|metin:?|text:|texte\s?:|texto:|testo:|tekst:)\s+"
    r"|(?i:autor(?:in)?:|auteur\s?:|autore:)\s*|(?:بقلم|كتب|كتبت):?\s*|文[・:：/／]|作者[:：]|記者[:：]?)"
    r"([^\W\d_a-zß-ÿа-я].{1,80})"
)
# Where a byline goes on after the names: a date, a place, a role.
_AFTER_NAMES = re.compile(
    r"\s*[|•·(\[–—]\s*|\s-\s|,?\s*\d|,\s*(?:mon|tues|wednes|thurs|fri|satur|sun)day|,\s*(?:le|den|il|el)\s|[.:]\s|[】）)]",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:[;|/•·\n]|,(?!\s*(?:jr|sr|md|phd|ph\.d|m\.d|ii|iii)\b)|\s(?:and|und|et|y|e|en|i|och|og|ve|и|et|with|mit|&|und)\s|&|、|，)\s*",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"https?:|www\.|@|\d{3,}|\b(?:staff|editor(?:ial|s)?|redaktion|redaction|rédaction|redacción|redação|redazione|newsroom|"
    r"correspondent|correspondant|reporter|news ?desk|desk|team|admin|agency|agencies|agence|agencia|wire|press|"
    r"updated|published|min read|minutes?|contributor|guest|subscribe|newsletter|korrespondent|journalist|columnist|"
    r"reuters|associated press|afp|dpa|efe|ansa|apa|xinhua|interfax|tass|bloomberg|null|undefined|anonymous)\b",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(r"[A-Z]{2,5}|[A-Z][a-z]?[A-Z]|[Tt]he author")
# Words that no name begins with, as opposed to "de", "van", "al": they come from links and sentences beside bylines.
_NO_NAME = re.compile(r"(?:by|in|on|at|the|view|more|it|read|see)\b", re.IGNORECASE)
_MAX_WORDS = 5
_MAX_CHARS = 60
_MAX_PEOPLE = 12


def find_authors(
    tree: HtmlElement, head: Head, node: Node, nodes: list[Node], site: str, beside: list[str]
) -> tuple[str, ...]:
    """Names of the people a page is by: from JSON-LD, meta elements, an element named so, or a line that says "by"
    among those `beside` the headline."""
    for names in (
        _declared(node, nodes),
        head.every(_META),
        _marked(tree),
        _byline(tree),
        _said(beside),
        _with_date(beside),
    ):
        if people := as_people(names, site):
            return people
    return ()


def as_people(names: Iterable[str], site: str = "") -> tuple[str, ...]:
    """Single names out of bylines: "By A and B" is two; roles, agencies, the site itself and repeats go."""
    found: dict[str, str] = {}
    for name in names:
        if re.match(r"\s*https?:|\s*www\.", name):
            continue
        for part in _AND.split(_BY.sub("", squeeze(html.unescape(name)), count=1)):
            person = _BY.sub("", re.sub(r"\s*\(.*?\)\s*", " ", part), count=1).strip(" .,:;-–—|*")
            key = bare(person)
            if key and key not in found and _is_person(person) and key != bare(site):
                found[key] = person
    return tuple(found.values())[:_MAX_PEOPLE]


def _is_person(name: str) -> bool:
    words = name.split()
    fits = 1 <= len(words) <= _MAX_WORDS and 2 <= len(name) <= _MAX_CHARS and any(c.isalpha() for c in name)
    return fits and not (_NO_PERSON.search(name) or _CREDENTIAL.fullmatch(name) or _NO_NAME.match(name))


def _declared(node: Node, nodes: list[Node]) -> list[str]:
    """Author and creator of the article node: strings, objects, lists of them, or references by "@id"."""
    for field in ("author", "creator"):
        names = [n for item in _as_list(resolve(node.get(field), nodes)) for n in _names(resolve(item, nodes))]
        if names:
            return names
    return []


def _names(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item]
    if not isinstance(item, dict) or "Organization" in types_of(item) or "NewsMediaOrganization" in types_of(item):
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
    for line in lines:
        for match in _SAYS_BY.finditer(line):
            names = _AFTER_NAMES.split(match.group(1), maxsplit=1)[0]
            if as_people([names]):
                return [names]
    return []


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
        if 0 < len(text) <= 200 and as_people([text]):
            return [text]
    return []
