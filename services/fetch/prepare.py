"""Makes a feed's bytes fit for parsers: unpacked, in UTF-8 whatever they declare, without what makes XML dangerous."""

import codecs
import re

from services.fetch.lean import without_articles
from services.fetch.listing import NotAFeed
from services.runtime.web.decode import Body
from services.runtime.web.errors import FetchError

MAX_BYTES = 50 * 1024 * 1024
"""sitemaps.org: a sitemap has at most 50 MB unpacked; no feed comes near."""
MAX_TAGS = 400_000
"""Elements of a document, each of which takes libxml2 110 bytes and more; a full sitemap (50,000 pages) has 250,000."""
MAX_ENTRIES = 20_000
"""Entries of a feed, of which only the newest 1,000 are looked at; 2 KB of memory for an empty one."""
MAX_ATTRIBUTES = 200_000
"""Of a feed; one that is all HTML and as large as may be has some 170,000. Sitemaps have many, for other languages."""
_ATTRIBUTE = re.compile(rb"=\s*+[\"']")
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_HEAD = 4096
_PART = 16 * 1024
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# How a document begins in a charset that does not read as ASCII (XML 1.0, appendix F); longer before shorter.
_BEGINNINGS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# What is meant by a name: supersets, as browsers have it (https://encoding.spec.whatwg.org/#names-and-labels). A
# declaration that can be read as ASCII is not in UTF-16 or UTF-32, whatever it says.
_MEANT = {
    **{"ascii": "utf-8", "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8", "utf-32": "utf-8"},
    **{"iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"},
    **{"shift_jis": "cp932", "utf-8-sig": "utf-8"},
}
# Of Python alone: escapes of its source code, and domain names, which take quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})

# The first element without a DTD before it: whatever follows is none (XML 1.0, 2.8), and need not be looked through.
_NO_DOCTYPE = re.compile(rb"\s*(?:<\?[^<>]*\?>\s*|<!--.*?-->\s*)*+<[A-Za-z_]", re.DOTALL)


def prepared(body: bytes, content_type: str | None) -> bytes:
    """The document in UTF-8, without byte order mark; a charset that it declares no longer counts. Raises NotAFeed.

    What is looked at here is what parsers read, as long as they are told that it is UTF-8.
    """
    body = _in_utf8(_unpacked(body), content_type)
    _refuse_bulk(body)
    if not _NO_DOCTYPE.match(body):
        refuse_entities(body)
    return body


def prepared_lean(body: bytes, content_type: str | None) -> bytes | None:
    """The same without the articles in it (see lean.py); None where it has none, or is not as simple as most are.

    What is no UTF-8 in it is for the parser to find, which does it anyway.
    """
    charset = _charset(body, content_type)
    body = body.removeprefix(codecs.BOM_UTF8)
    if charset != "utf-8" or not _NO_DOCTYPE.match(body) or (lean := without_articles(body)) is None:
        return None
    _refuse_bulk(lean)
    return lean


def refuse_entities(body: bytes) -> None:
    """Entities of a DTD can grow without bound ("billion laughs") or name files, and no feed needs them."""
    if b"<!DOCTYPE" in body and b"<!ENTITY" in body:  # in these letters: XML and all parsers know no others
        raise NotAFeed("it declares entities in a DTD, which is refused: they can stand for anything")


def _refuse_bulk(body: bytes) -> None:
    """What is within all limits of bytes may still take gigabytes to parse, and nothing stops a parser."""
    # What can not be, by length, is not counted: counting takes a twentieth of the whole time.
    if len(body) >= MAX_ENTRIES * len(b"<item>") and body.count(b"<") > MAX_ENTRIES:  # most documents have few
        _refuse_elements(body)
    if len(body) < MAX_ATTRIBUTES * len(b'="') or body.count(b"=") <= MAX_ATTRIBUTES or b"<urlset" in body[:_HEAD]:
        return
    if (attributes := len(_ATTRIBUTE.findall(body))) > MAX_ATTRIBUTES:
        raise NotAFeed(f"it has {attributes:,} attributes; at most {MAX_ATTRIBUTES:,} are read")


def _refuse_elements(body: bytes) -> None:
    tags = body.count(b"<") - body.count(b"</")
    if tags > MAX_TAGS:
        raise NotAFeed(f"it has {tags:,} elements; at most {MAX_TAGS:,} are read")
    if tags > MAX_ENTRIES and (entries := len(_ENTRY.findall(body))) > MAX_ENTRIES:
        raise NotAFeed(f"it has {entries:,} entries; at most {MAX_ENTRIES:,} are read")


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


def _in_utf8(body: bytes, content_type: str | None) -> bytes:
    """By the byte order mark, the first characters, the declaration or the Content-Type header, in this order."""
    charset = _charset(body, content_type)
    if charset == "utf-8":
        body = body.removeprefix(codecs.BOM_UTF8)
        return body if body.isascii() or _is_utf8(body) else body.decode(errors="newsloom-cp1252").encode()
    try:
        return body.decode(charset, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    except (UnicodeError, LookupError):
        raise NotAFeed(f"it can not be read in the charset {charset!r}") from None


def _is_utf8(body: bytes) -> bool:
    """Looks part by part: a string of the whole takes twice the time, and up to four times its memory."""
    view, at = memoryview(body), 0
    try:
        while at < len(body):
            is_last = at + _PART >= len(body)
            at += codecs.utf_8_decode(view[at : at + _PART], "strict", is_last)[1]  # less, where it cuts a character
    except UnicodeDecodeError:
        return False
    return True


def _charset(body: bytes, content_type: str | None) -> str:
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8"
    for beginning, charset in _BEGINNINGS:
        if body.startswith(beginning):
            return charset
    if declared := _DECLARED.match(body):
        name = declared[1].decode()
        if (known := _known(name)) is None:
            raise NotAFeed(f"it declares the unknown charset {name!r}")
        return known
    told = _IN_HEADER.search(content_type or "")
    return (told and _known(told[1])) or "utf-8"


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return None if found in _NO_CHARSETS else _MEANT.get(found, found)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 in a document that says it is are, nearly always, of Windows' western charset."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101  # the only one that decoding raises
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("newsloom-cp1252", _as_cp1252)
