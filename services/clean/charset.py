"""From bytes to text: which encoding a page is in.

Order of the HTML standard (WHATWG, "encoding sniffing algorithm"): byte order mark, Content-Type, <meta>, guess.
One thing is put first, because servers label pages wrongly: bytes that hold several multi-byte characters and are
valid UTF-8 are UTF-8, whatever the label says. Chance makes no such text.
"""

import codecs
import re

from charset_normalizer import from_bytes

from services.clean.labels import codec_of

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LABEL = re.compile(r"""charset\s*=[\s"']*([\w.:-]+)""", re.IGNORECASE)
_HEADER_CHARS = 1000
_PRESCAN_BYTES = 8192
_HIGH = bytes(range(0x80, 0x100))
_GUESS_BYTES = 32 * 1024
_LATIN = (
    "cp1250",
    "cp1252",
    "cp1254",
    "cp1257",
    "cp1258",
    "iso8859_",
    "latin",
    "mac_",
    "cp437",
    "cp850",
    "cp85",
    "hp_",
)
_LANG = re.compile(r"""<html[^>]*\slang\s*=\s*["']?([a-z]{2})""", re.IGNORECASE)
_BY_LANGUAGE = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl", "bs", "sq"), "cp1250"),
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
    **{"tr": "cp1254", "az": "cp1254", "vi": "cp1258", "el": "cp1253", "ru": "cp1251", "uk": "cp1251", "bg": "cp1251"},
}
_MAGIC = (
    b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"OggS", b"wOF", b"\x7fELF",
    b"\xd0\xcf\x11\xe0", b"BZh", b"\xfd7zXZ", b"ID3", b"MZ", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_BINARY_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def binary_kind(body: bytes, content_type: str | None) -> str | None:
    """What the bytes are when they are no text ("bytes of a file that starts with …"), else None."""
    declared = (content_type or "").strip().lower()
    if declared.startswith(_BINARY_TYPES):
        return f"the page is served as {declared.split(';')[0]}"
    if body.startswith(_MAGIC):
        return f"the body is a file that starts with {body[:4]!r}, no text"
    if body.startswith(tuple(bom for bom, _ in _BOMS)):
        return None
    head = body[:4096]
    controls = len(_CONTROL.findall(head))
    if controls > max(8, len(head) // 20) and _utf16(head) is None:
        return f"the body is binary: {controls} control characters in its first {len(head)} bytes"
    return None


def decode(body: bytes, content_type: str | None) -> str:
    """Text of `body`; bytes that no encoding explains become U+FFFD."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace").removeprefix("\ufeff")
    if wide := _utf16(body[:4096]):
        return body.decode(wide, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\x1b$" not in body:  # ISO-2022-JP is all ASCII bytes, and valid UTF-8
            return text
    return body.decode(_encoding(body, content_type), "replace")


def _encoding(body: bytes, content_type: str | None) -> str:
    """The codec of bytes that are not valid UTF-8 (or are ISO-2022-JP)."""
    head = body[:_PRESCAN_BYTES].decode("latin-1")
    sources = ((content_type or "")[:_HEADER_CHARS], head)
    labels = [m.group(1) for source in sources for m in _LABEL.finditer(source)]
    for name in dict.fromkeys(filter(None, map(codec_of, labels))):
        if name != "utf-8" or _mostly_utf8(body):
            return name
    if _mostly_utf8(body):
        return "utf-8"
    best = from_bytes(body[:_GUESS_BYTES]).best()
    guess = best.encoding if best is not None else "cp1252"
    if not guess.startswith(_LATIN):
        return guess
    # A few accents do not tell the Latin code pages apart; the page's language does.
    language = _LANG.search(head)
    return _BY_LANGUAGE.get(language.group(1).lower() if language else "", "cp1252")


def _mostly_utf8(body: bytes) -> bool:
    """Whether a few bytes only are broken, as in a page cut in the middle of a character."""
    high = len(body) - len(body.translate(None, _HIGH))
    return body.decode("utf-8", "replace").count("\ufffd") * 20 < high


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    half = len(head) // 2
    if half >= 8 and head[1::2].count(0) > half * 0.7:
        return "utf-16-le"
    if half >= 8 and head[0::2].count(0) > half * 0.7:
        return "utf-16-be"
    return None
