"""OPML (http://opml.org/spec2.opml), the lists of subscriptions that feed readers exchange."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from services.contracts.sources import SourceRecord
from services.runtime.errors import UsageError
from services.runtime.sources.plan import Wanted

MAX_TAG = 60


def read_opml(data: bytes) -> list[Wanted]:
    """The feeds of an OPML file; folders become tags. A damaged file gives what can be read of it.

    Raises UsageError when it is no OPML, or declares entities (they can stand for anything).
    """
    if b"<!ENTITY" in data.replace(b"\0", b"").upper():
        raise UsageError("the file declares entities in a DTD, which is refused: they can stand for anything")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageError(f"the file is no OPML: {error}") from None
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise UsageError("the file is no OPML: its first element is not <opml>")
    return list(_outlines(root))


def _outlines(root: etree._Element) -> Iterator[Wanted]:
    for outline in root.iter("outline"):
        attributes = {str(k).lower(): str(v).strip() for k, v in outline.attrib.items()}
        is_folder = len(outline) > 0 and "xmlurl" not in attributes
        if is_folder:
            continue
        url = attributes.get("xmlurl", "")
        name = attributes.get("title") or attributes.get("text")
        given = {"name": name, "home": attributes.get("htmlurl"), "language": attributes.get("language")}
        where = f"line {outline.sourceline}: {url or name or 'an outline without xmlUrl'}"
        yield Wanted(where, feeds=(url,) if url else (), tags=tuple(_folders(outline)), given=given)


def _folders(outline: etree._Element) -> Iterator[str]:
    for parent in reversed(list(outline.iterancestors("outline"))):
        label = (parent.get("title") or parent.get("text") or "").strip().lower()
        if label:
            yield label[:MAX_TAG]


def write_opml(sources: Iterable[SourceRecord], now: datetime) -> bytes:
    """An OPML 2.0 file of all feeds, by name, with the first tag as folder."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Newsloom sources"
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for source in sources:
        tag = source.tags[0] if source.tags else ""
        if tag and tag not in folders:
            folders[tag] = etree.SubElement(body, "outline", text=tag, title=tag)
        for feed in source.feeds:
            known = {"text": source.name, "title": source.name, "type": "rss", "xmlUrl": feed}
            more = {"htmlUrl": source.home, "language": source.language}
            etree.SubElement(folders.get(tag, body), "outline", {**known, **{k: v for k, v in more.items() if v}})
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
