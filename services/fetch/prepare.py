"""Makes a feed's bytes fit for parsers: unpacked, in a charset they see, and without what makes XML dangerous."""

import re

from services.fetch.listing import NotAFeed
from services.runtime.web.decode import Body
from services.runtime.web.errors import FetchError

MAX_BYTES = 50 * 1024 * 1024
"""sitemaps.org: a sitemap has at most 50 MB unpacked; no feed comes near."""
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def prepared(body: bytes, content_type: str | None) -> bytes:
    """The document as parsers may have it. Raises NotAFeed."""
    body = _transcoded(_unpacked(body), content_type)
    _refuse_entities(body)
    return body


def _unpacked(body: bytes) -> bytes:
    """Some sitemaps and feeds are gzip files, which no header says."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacked = Body("gzip", MAX_BYTES, MAX_BYTES)
    try:
        unpacked.feed(body)
        return unpacked.finish()
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
