"""OPML (http://opml.org/spec2.opml), the lists of subscriptions that feed readers exchange."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from itertools import zip_longest

from lxml import etree

from services.contracts.sources import SourceRecord
from services.contracts.urls import InvalidUrl, canonical_url
from services.runtime.errors import UsageError
from services.runtime.sources.opml_tags import Tag, decoded, tags
from services.runtime.sources.plan import Wanted

MAX_TAG = 60
MAX_TAGS = 20
MAX_NAME = 500
MAX_WHERE = 200
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]*)?")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can not hold, not even as a reference."""
_NO_CATEGORY = re.compile("[,/]")


def read_opml(data: bytes) -> list[Wanted]:
    """The feeds of an OPML file; folders and categories become tags. A damaged file gives what can be read of it.

    Each outline that is no folder gives a Wanted; one without xmlUrl names no feed, for the plan to refuse it.
    Raises UsageError when it is no OPML, or declares entities (they can stand for anything).
    """
    text = decoded(data)
    if "<!ENTITY" in text.replace("\0", "").upper():
        raise UsageError("the file declares entities in a DTD, which is refused: they can stand for anything")
    found = list(tags(text))
    if not found:
        raise UsageError("the file is no OPML: it holds no XML")
    first = next((tag.name for tag in found if not tag.name.startswith("!")), "")
    if first != "opml":
        raise UsageError(f"the file is no OPML: its first element is not <opml> but <{first[:40]}>")
    return list(_outlines([tag for tag in found if tag.name in ("outline", "/outline")]))


def _outlines(found: Sequence[Tag]) -> Iterator[Wanted]:
    opened = sum(tag.name == "outline" and not tag.empty for tag in found)
    # Where feeds are left open, their end must not be taken for that of their folder.
    nests = opened == len(found) - sum(tag.name == "outline" for tag in found)
    folders: list[str] = []
    closes_feed = False
    for tag, following in zip_longest(found, found[1:]):
        if tag.name == "/outline":
            if folders and not closes_feed:
                folders.pop()
            closes_feed = False
            continue
        alone = tag.empty or (following is not None and following.name == "/outline")
        if "xmlurl" in tag.attributes or alone:
            yield _wanted(tag, folders)
        if alone:
            closes_feed = not tag.empty
        elif nests or "xmlurl" not in tag.attributes:
            folders.append("" if "xmlurl" in tag.attributes else _label(tag))


def _label(tag: Tag) -> str:
    return (tag.attributes.get("title") or tag.attributes.get("text") or "").lower()[:MAX_TAG].strip()


def _wanted(tag: Tag, folders: Sequence[str]) -> Wanted:
    url = tag.attributes.get("xmlurl", "")
    name = (tag.attributes.get("title") or tag.attributes.get("text") or "")[:MAX_NAME].strip()
    language = _LANGUAGE.fullmatch(tag.attributes.get("language", ""))
    given = {
        "name": name,
        "home": _address(tag.attributes.get("htmlurl")),
        "language": language and language[1].lower(),
    }
    broken = " (the tag is broken)" if tag.odd else ""
    about = f"{url or name or 'an outline without xmlUrl'}"
    where = f"line {tag.line}: {about if len(about) <= MAX_WHERE else about[:MAX_WHERE] + '…'}{broken}"
    categories = [part.strip()[:MAX_TAG] for part in _NO_CATEGORY.split(tag.attributes.get("category", ""))]
    labels = dict.fromkeys(filter(None, [*folders, *categories]))
    return Wanted(where, feeds=(url,) if url else (), tags=tuple(labels)[:MAX_TAGS], given=given)


def _address(text: str | None) -> str | None:
    """A page for people, if it is one: a feed is not refused for what its list says of its home."""
    try:
        return text if text and canonical_url(text) else None
    except InvalidUrl:
        return None


def write_opml(sources: Iterable[SourceRecord], now: datetime) -> bytes:
    """An OPML 2.0 file of all feeds, by name, with the first tag as folder and the others as categories.

    Tags with a comma or slash in them, which separate categories, are left out there.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Newsloom sources"
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for source in sources:
        tag = _xml(source.tags[0]) if source.tags else ""
        if tag and tag not in folders:
            folders[tag] = etree.SubElement(body, "outline", text=tag, title=tag)
        categories = ",".join(_xml(tag) for tag in source.tags[1:] if not _NO_CATEGORY.search(tag))
        for feed in source.feeds:
            known = {"text": source.name, "title": source.name, "type": "rss", "xmlUrl": feed}
            more = {"htmlUrl": source.home, "language": source.language, "category": categories}
            attributes = {name: _xml(value) for name, value in {**known, **more}.items() if value}
            etree.SubElement(folders.get(tag, body), "outline", attributes)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _xml(text: str) -> str:
    return _NO_XML.sub(" ", text)
