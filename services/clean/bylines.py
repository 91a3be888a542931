"""Who an article is by, as its page shows it: marked elements, links to authors' pages, and lines that say so."""

import re

from lxml.html import HtmlElement

from services.clean.elements import holders, short_text
from services.clean.people import BY, as_people
from services.clean.sentences import is_sentence
from services.clean.words import squeeze
from services.clean.written_dates import written_date

_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|authors|autor|autore|auteur|writer|firma|signature)s?(?:$|[\s_-]|__|name)", re.I
)
_NOT_BYLINE = re.compile(r"bio|avatar|image|photo|social|more|follow|related|comment|box|card|about", re.I)
_SAYS_BY = re.compile(
    r"(?:^|[-–—|·•,(]\s*|\s)"
    r"(?:(?i:by|von|par|por|di|da|door|przez|автор:?|yazan:?|metin:?|text:|texte\s?:|texto:|testo:|tekst:)\s*:?\s+"
    r"|(?i:autor(?:in)?:|auteur\s?:|autore:)\s*|(?:بقلم|كتب|كتبت):?\s*|文[・:：/／]|作者[:：]|記者[:：]?)"
    r"([^\W\d_a-zß-ÿа-я].{1,80})"
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
_MAX_CHARS = 200
_MAX_LINKS = 20
_MAX_MARKED = 100
# Where a byline goes on after the names: a date, a place, a role.
_AFTER_NAMES = re.compile(
    r"\s*[|•·●▪⋅(\[–—]\s*|\s-\s|\s+on\s|,?\s+in\s|,?\s*\d|,\s*(?:mon|tues|wednes|thurs|fri|satur|sun)day|,\s*(?:le|den|il|el)\s|[.:]\s|[】）)]",
    re.IGNORECASE,
)


def linked(tree: HtmlElement) -> list[str]:
    """Links to authors' pages right behind a word such as "by", of the first element that has any."""
    for link in tree.iter("a"):
        if _AUTHOR_PAGE.search(link.get("href") or "") and _ENDS_WITH_BY.search(squeeze(_text_before(link))):
            siblings = [link, *(a for a in link.itersiblings("a") if _AUTHOR_PAGE.search(a.get("href") or ""))]
            return [name for a in siblings[:_MAX_LINKS] if (name := short_text(a, _MAX_CHARS))]
    return []


def _text_before(link: HtmlElement) -> str:
    """What stands right before a link: text, or the element before it or before its parent."""
    for element in (link, link.getparent()):
        before = element.getprevious() if element is not None else None
        if before is not None:
            return before.tail or (short_text(before, _MAX_CHARS) or "")
        parent = element.getparent() if element is not None else None
        if parent is not None and (parent.text or "").strip():
            return str(parent.text)
    return ""


def marked(tree: HtmlElement) -> list[str]:
    """Microdata and rel=author."""
    found, named = [], holders(tree.xpath('//*[@itemprop="name"]'))
    for element in tree.xpath('//*[@itemprop="author" or @rel="author"]')[:_MAX_MARKED]:
        text = short_text(named.get(element, element), _MAX_CHARS)
        if text or (text == "" and (text := (element.get("content") or "")[:_MAX_CHARS])):
            found.append(text)
    return found[:_MAX_LINKS]


def said(lines: list[str]) -> list[str]:
    """The first line that says who it is by: "By A and B", "Place, 3 March 2026 – by A"."""
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if _ENDS_WITH_BY.search(line) and _looks_like_names(name := _names_of(following)):
            return [name]
        for match in _SAYS_BY.finditer(line):
            names = _names_of(match.group(1))
            if _looks_like_names(names):
                return [names]
    return []


def said_of_no_person(lines: list[str]) -> list[str]:
    """Who lines that begin with "by" name: an agency, a team."""
    names = (_names_of(BY.sub("", line, count=1)) for line in lines if BY.match(line) and not is_sentence(line))
    return [name for name in names if all(w[:1].isupper() for w in name.removeprefix("the ").split())]


def _names_of(line: str) -> str:
    """The names at the beginning of a line, without the date, place or role behind them."""
    return _AFTER_NAMES.split(line, maxsplit=1)[0].strip()


def _looks_like_names(text: str) -> bool:
    """Whether every person in `text` is written as names are: each word with a capital, but for the likes of "van"."""
    people = as_people([text])
    words = [word for person in people for word in person.split() if word not in _PARTICLES]
    unsaid = _ENDS_WITH_BY.search(text)  # "Jun 2 Written By": the name stands elsewhere
    return bool(people) and not unsaid and not any(word[0].islower() or word.endswith(("'s", "’s")) for word in words)


def with_date(lines: list[str]) -> list[str]:
    """A name in front of a date: "A B | 12.06.2026", "A B, le 24 juillet 2026"."""
    for line in lines:
        name = _names_of(line)
        capitals = [word[:1].isupper() for word in name.split()]
        if written_date([line]) and 2 <= len(capitals) <= 4 and all(capitals) and as_people([name]) == (name,):
            return [name]
    return []


def byline(tree: HtmlElement) -> list[str]:
    """The first element whose class or id says byline, with a text that looks like names."""
    for element in tree.iter(
        "p", "div", "span", "a", "address", "i", "em", "small", "li", "section", "header", "footer"
    ):
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        named = len(label) > 1 and _BYLINE.search(label) and not _NOT_BYLINE.search(label)
        if named and (text := short_text(element, _MAX_CHARS)) and _looks_like_names(text):
            return [text]
    return []
