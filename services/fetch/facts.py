"""What an element of RSS, RDF or Atom says of when, by whom and in which language; loops where each item asks often."""

from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from services.fetch.dates import time_of
from services.fetch.names import Fields
from services.fetch.text import author_of, language_of

# Elements in the order in which they are believed.
PUBLISHED = ("pubdate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "created", "date")
UPDATED = ("updated", "modified", "dcterms:modified")
MAX_AUTHORS = 20
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def first_time(fields: Fields, names: Iterable[str]) -> datetime | None:
    """The first that is one, of the elements of these names."""
    for name in names:
        for element in fields.get(name, ()):
            if when := time_of(element.text):
                return when
    return None


def authors(fields: Fields) -> tuple[str, ...]:
    """Names: an Atom person has it in an element, RSS as its text. iTunes' is often the publisher, so the last."""
    people = [*fields.get("author", ()), *fields.get("dc:creator", ())] or fields.get("itunes:author") or []
    names: dict[str, None] = {}
    for person in people:
        for name in person.iterchildren("{*}name") if len(person) else (person,):
            if author := author_of(name.text):
                names[author] = None
    return tuple(names)[:MAX_AUTHORS]


def language(element: etree._Element, fields: Fields, otherwise: str | None) -> str | None:
    """By xml:lang, or by an element."""
    said = element.get(LANG) if element.keys() else None
    if said is None and "language" not in fields and "dc:language" not in fields:  # as in most entries
        return otherwise
    others = (e.text for e in (*fields.get("language", ()), *fields.get("dc:language", ())))
    return next(filter(None, map(language_of, (said, *others))), otherwise)
