"""Reads RSS 0.9 to 2.0, RDF and Atom out of their tree: one way for all, since feeds mix their elements freely.

https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/spec, RFC 4287; Atom 0.3 by its elements
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lxml import etree

from services.fetch.channel import wishes
from services.fetch.content import content_of, markup, worthwhile
from services.fetch.dates import time_of
from services.fetch.links import Candidate, best_link, entry_links, page_links, related
from services.fetch.listing import MAX_ENTRIES, Feed, Item, absolute, settled
from services.fetch.names import Fields, fields_of
from services.fetch.text import MAX_SUMMARY, MAX_TITLE, author_of, language_of, plain, telling

# Elements in the order in which they are believed.
TITLES = ("title", "dc:title", "media:title")
SUMMARIES = ("description", "summary", "dc:description", "itunes:summary", "media:description")
CONTENTS = ("content:encoded", "content", "xhtml:body")
PUBLISHED = ("pubdate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created", "date")
UPDATED = ("updated", "modified", "dcterms:modified")
MAX_AUTHORS = 20
Read = Callable[[str | None, int], str | None]
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Unread(Exception):
    """An entry can not do without its article."""


@dataclass(frozen=True)
class Reader:
    """Reads the tree of the document at `url`. `is_lean`: without the articles that were in it; raises Unread then."""

    url: str
    with_content: bool = False
    is_lean: bool = False

    def feed(self, root: etree._Element) -> Feed:
        """What the feed says of itself, and its items: of those with one address, the first."""
        channel = next(root.iterchildren("{*}channel"), None)
        about = root if channel is None else channel
        fields = fields_of(about)
        language = _language(about, fields, language_of(root.get(_LANG)))
        items: dict[str, Item] = {}
        for entry in islice(root.iter("{*}item", "{*}entry"), MAX_ENTRIES):
            if item := self._item(entry, language):
                items.setdefault(item.url, item)
        return Feed(
            self._first(fields, TITLES, plain, MAX_TITLE),
            tuple(items.values()),
            self._address(page_links(fields)),
            language,
            hub=self._address(related(fields, "hub")),
            self_url=self._address(related(fields, "self")),
            **wishes(fields),
        )

    def _item(self, entry: etree._Element, language: str | None) -> Item | None:
        fields = fields_of(entry)
        link = best_link(fields)
        url = (settled(link) if link else None) or self._address(entry_links(entry, fields))
        if url is None:
            return None
        if "media:group" in fields:
            fields = {**fields_of(fields["media:group"][0]), **fields}
        about = self._first(fields, SUMMARIES, telling, MAX_SUMMARY)
        updated = _first_time(fields, UPDATED)
        return Item(
            url=url,
            title=self._first(fields, TITLES, plain, MAX_TITLE),
            published_at=_first_time(fields, PUBLISHED) or updated,
            about=about or telling(next(self._contents(fields), None), MAX_SUMMARY),
            authors=_authors(fields),
            language=_language(entry, fields, language),
            updated_at=updated,
            content_html=self._content(fields, about) if self.with_content else None,
        )

    # Loops and no generators: both are called several times an item.
    def _first(self, fields: Fields, names: Iterable[str], read: Read, longest: int) -> str | None:
        """The first that `read` finds something in."""
        for name in names:
            for element in fields.get(name, ()):
                if found := read(self._markup(element) if len(element) else element.text, longest):
                    return found
        return None

    def _markup(self, element: etree._Element) -> str:
        if self.is_lean:  # there may have been an article in this element
            raise Unread
        return markup(element)

    def _contents(self, fields: Fields) -> Iterator[str]:
        if self.is_lean and not fields.keys().isdisjoint(CONTENTS):
            raise Unread
        return filter(None, map(content_of, _elements(fields, CONTENTS)))

    def _content(self, fields: Fields, about: str | None) -> str | None:
        summary = plain(about, MAX_SUMMARY)
        return next(filter(None, (worthwhile(content, summary) for content in self._contents(fields))), None)

    def _address(self, candidates: Iterable[Candidate]) -> str | None:
        """The first that can be fetched."""
        for element, link in candidates:
            # Only relative links need the base, for which all elements around are asked (xml:base).
            if link and (found := settled(link) or absolute(link, element.base or self.url)):
                return found
        return None


def _elements(fields: Fields, names: Iterable[str]) -> Iterator[etree._Element]:
    return (element for name in names if name in fields for element in fields[name])


# Loops and no generators: called several times an item.
def _first_time(fields: Fields, names: Iterable[str]) -> datetime | None:
    for name in names:
        for element in fields.get(name, ()):
            if when := time_of(element.text):
                return when
    return None


def _authors(fields: Fields) -> tuple[str, ...]:
    """Names: an Atom person has it in an element, RSS as its text. iTunes' is often the publisher, so the last."""
    people = [*fields.get("author", ()), *fields.get("dc:creator", ())] or fields.get("itunes:author") or []
    names: dict[str, None] = {}
    for person in people:
        for name in person.iterchildren("{*}name") if len(person) else (person,):
            if author := author_of(name.text):
                names[author] = None
    return tuple(names)[:MAX_AUTHORS]


def _language(element: etree._Element, fields: Fields, otherwise: str | None) -> str | None:
    """By xml:lang, or by an element."""
    said = element.get(_LANG) if element.keys() else None
    if said is None and "language" not in fields and "dc:language" not in fields:  # as in most entries
        return otherwise
    others = (e.text for e in (*fields.get("language", ()), *fields.get("dc:language", ())))
    return next(filter(None, map(language_of, (said, *others))), otherwise)
