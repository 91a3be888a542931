"""Which of an element's links is the one to follow."""

from collections.abc import Iterator

from lxml import etree

from services.fetch.names import Fields

# Relations (RFC 4287, 4.2.7.2; IANA's registry) that may lead to the page itself, the best first.
_NEVER = 9
_RANKS = {
    **{"alternate": 0, "related": 2, "via": 2, "self": 3},
    **dict.fromkeys(("replies", "edit", "enclosure", "hub", "license"), _NEVER),  # as are all others
}
_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
Candidate = tuple[etree._Element, str | None]
"""An element, and the address in it, which is relative to the element's base."""


def best_link(fields: Fields) -> str | None:
    """The address that page_links() has first, in nearly all feeds; it is found in a fifth of the time."""
    for link in fields.get("link", ()):
        href = link.get("href")
        if not href:
            return link.text
        if _rank(link) == 0:
            return href
    return None


def page_links(fields: Fields) -> Iterator[Candidate]:
    """Links to a page: an RSS `link` has it as text, Atom's as `href`. The best first, else in the feed's order."""
    for link in sorted(fields.get("link", ()), key=_rank):
        if _rank(link) < _NEVER:
            yield link, link.get("href") or link.text


def entry_links(entry: etree._Element, fields: Fields) -> Iterator[Candidate]:
    """Links to an entry's page, then its ids, as far as they are addresses."""
    yield from page_links(fields)
    for name in ("guid", "id"):
        for element in fields.get(name, ()):
            if _is_address(element):
                yield element, element.text
    yield entry, entry.get(_ABOUT)


def related(fields: Fields, relation: str) -> Iterator[Candidate]:
    """Links of one relation."""
    return ((link, link.get("href")) for link in fields.get("link", ()) if relation in _relations(link))


def _rank(link: etree._Element) -> int:
    if not link.get("href"):
        return 0
    relation = link.get("rel", "alternate")
    # In these words nearly always, and so need not be read as they may be written.
    rank = _RANKS.get(relation) if relation in _RANKS else _least(link)
    if rank:
        return rank
    kind = link.get("type", "")
    return 0 if kind in _PAGE_TYPES or kind.partition(";")[0].strip().lower() in _PAGE_TYPES else 1


def _least(link: etree._Element) -> int:
    return min((_RANKS.get(relation, _NEVER) for relation in _relations(link)), default=0)


def _relations(link: etree._Element) -> list[str]:
    """In short, which may be written as addresses too."""
    return [relation.rpartition("/")[2] for relation in (link.get("rel") or "").lower().split()]


def _is_address(element: etree._Element) -> bool:
    """A guid is one unless it says that it is none; those that forget to say so have numbers, hashes and the like."""
    text = (element.text or "").strip()
    if text.startswith(("http://", "https://")):
        return True
    return element.get("isPermaLink") != "false" and text.startswith("/")
