"""Makes a feed's bytes fit for parsers: unpacked, in a charset they see, and without what makes XML dangerous."""

import re

from services.fetch.listing import NotAFeed
from services.fetch.sitemaps import is_sitemap
from services.runtime.web.decode import Body
from services.runtime.web.errors import FetchError

MAX_BYTES = 50 * 1024 * 1024
"""sitemaps.org: a sitemap has at most 50 MB unpacked; no feed comes near."""
MAX_TAGS = 400_000
"""Elements of a document, each of which takes libxml2 110 bytes and more; a full sitemap (50,000 pages) has 250,000."""
MAX_ENTRIES = 20_000
"""Entries of a feed; the fast parser takes 2 KB for an empty one. Only the newest 1,000 are looked at."""
MAX_ATTRIBUTES = 200_000
"""Of a feed: feedparser takes 0.02 ms for each, and a feed that is all HTML and as large as may be has some 170,000."""
_ATTRIBUTE = re.compile(rb"=\s*+[\"']")
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]")
# The fast parser takes time by the square of an element's attributes: 32,000 take 2 s.
_MANY_ATTRIBUTES = re.compile(rb"<[^\s<>/!?=]++(?>\s*+[^\s=<>\"'/]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')){256}")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def prepared(body: bytes, content_type: str | None) -> bytes:
    """The document as parsers may have it. Raises NotAFeed."""
    body = _transcoded(_unpacked(body), content_type)
    _refuse_entities(body)
    _refuse_bulk(body)
    return body


def _unpacked(body: bytes) -> bytes:
    """Some sitemaps and feeds are gzip files, which no header says."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        for keep in (False, True):  # a bomb is found out before any of it is kept
            unpacked = Body("gzip", MAX_BYTES, MAX_BYTES, keep=keep)
            unpacked.feed(body)
            whole = unpacked.finish()
        return whole
    except FetchError as error:
        raise NotAFeed(f"it is a gzip file that can not be unpacked: {error}") from None


def _transcoded(body: bytes, content_type: str | None) -> bytes:
    """UTF-8 where only the Content-Type header knows the charset (RFC 7303), else as it is."""
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type or "", re.IGNORECASE)
    if match is None or body.startswith(_BOMS) or _DECLARED.match(body):
        return body
    try:
        return body.decode(match[1], "replace").encode()
    except LookupError:
        return body


def _refuse_entities(body: bytes) -> None:
    """Entities of a DTD can grow without bound ("billion laughs") or name files, and no feed needs them.

    Looked for in the bytes without NULs, as which UTF-16 and UTF-32 read as ASCII, and as the declared charset
    reads, so that UTF-7 or EBCDIC hide nothing.
    """
    readings = [body.replace(b"\0", b"")]
    if declared := _DECLARED.match(body):
        try:
            readings.append(body.decode(declared[1].decode(), "replace").encode("utf-8", "replace"))
        except LookupError:
            raise NotAFeed(f"it declares the unknown charset {declared[1].decode()!r}") from None
    for reading in readings:
        _, doctype, rest = reading.upper().partition(b"<!DOCTYPE")
        if doctype and b"<!ENTITY" in rest:
            raise NotAFeed("it declares entities in a DTD, which is refused: they can stand for anything")


def _refuse_bulk(body: bytes) -> None:
    """What is within all limits of bytes may still take gigabytes or minutes to parse, and nothing stops a parser."""
    tags = body.count(b"<") - body.count(b"</")
    if tags > MAX_TAGS:
        raise NotAFeed(f"it has {tags:,} elements; at most {MAX_TAGS:,} are read")
    entries = sum(1 for _ in _ENTRY.finditer(body))
    if entries > MAX_ENTRIES:
        raise NotAFeed(f"it has {entries:,} entries; at most {MAX_ENTRIES:,} are read")
    attributes = 0 if is_sitemap(body) else sum(1 for _ in _ATTRIBUTE.finditer(body))
    if attributes > MAX_ATTRIBUTES:
        raise NotAFeed(f"it has {attributes:,} attributes; at most {MAX_ATTRIBUTES:,} are read")
    if _MANY_ATTRIBUTES.search(body):
        raise NotAFeed("it has an element with hundreds of attributes, which no feed needs")
