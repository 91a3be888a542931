"""Reads the tags of an OPML file one by one, so that what is wrong with one hurts no other.

Many lists of feeds are no well-formed XML: bare ampersands in addresses, tags that are not closed, quotes that do not
match, another charset than is declared. An XML parser that recovers drops the `&b=2` of an address without a word
(libxml2 2.14 does), and ends at 256 open tags. XML allows no `<` within a tag, its values included
(https://www.w3.org/TR/xml/#NT-AttValue), so that each tag ends before the next `<`, whatever its quotes are like.
"""

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Begins at the beginning of a word: elsewhere each letter of a long one would be tried.
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_NAME = re.compile(r"/?[A-Za-z_][\w:.-]*")
_REFERENCE = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_SPACE = str.maketrans("\t\n\r", "   ")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Some of Python's other codecs take more than linear time (punycode), or are none of text.
_CHARSET = re.compile(r"(?:utf-?(?:8|16)|us-?ascii|iso|latin|windows|cp\d|koi8|shift|euc|gb|big5|mac)", re.IGNORECASE)
_HIDDEN = (("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>"))


@dataclass(frozen=True)
class Tag:
    """A tag: its name in lower case (`/name` when it closes), its line from 1 on, attributes by lower-case name.

    `empty`: it closes itself. `odd`: not all of it could be understood, such as quotes that do not match.
    """

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    empty: bool = False
    odd: bool = False


def tags(text: str) -> Iterator[Tag]:
    """Every tag of `text`, without comments, CDATA and instructions. Time is linear in its length."""
    line, at = 1, 0
    while (start := text.find("<", at)) >= 0:
        line += text.count("\n", at, start)
        ending = next((end for begin, end in _HIDDEN if text.startswith(begin, start + 1)), None)
        end = text.find(ending, start) if ending else text.find("<", start + 1)
        end = len(text) if end < 0 else end
        if ending is None and (tag := _tag(text[start + 1 : end], line)):
            yield tag
        line += text.count("\n", start, end)
        at = end


def _tag(inside: str, line: int) -> Tag | None:
    named = _NAME.match(inside)
    if named is None:
        return None
    attributes: dict[str, str] = {}
    at, odd = named.end(), False
    for found in _ATTRIBUTE.finditer(inside, at):
        gap = inside[at : found.start()]
        if ">" in gap:  # the tag is over; what follows is text
            break
        odd = odd or bool(gap.strip())
        value = next(group for group in found.groups()[1:] if group is not None)
        attributes.setdefault(found[1].lower(), _value(value))
        at = found.end()
    rest = inside[at:].lstrip()
    odd = odd or not rest.startswith((">", "/>"))
    if odd and "xmlurl" in rest.lower():  # its address was swallowed by the quotes; still it is no folder
        attributes.setdefault("xmlurl", "")
    return Tag(named[0].lower(), line, attributes, rest.startswith("/") or (odd and "/>" in rest), odd)


def _value(raw: str) -> str:
    """An attribute's value, in which an ampersand that begins no reference means itself; white space is spaces."""
    return html.unescape(_REFERENCE.sub("&amp;", raw.translate(_SPACE))).strip()


def decoded(data: bytes) -> str:
    """The text of a file: in the charset that it begins with or declares, if it is; in UTF-8; else in Windows-1252."""
    declared = _DECLARED.match(data)
    named = declared[1].decode() if declared else ""
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    for charset in (marked, named if _CHARSET.match(named) else "", "utf-8"):
        try:
            text = data.decode(charset) if charset else ""
        except (LookupError, ValueError):  # a charset that is none, or is not the file's
            continue
        if text.lstrip().startswith("<"):  # what says in ASCII that it is UTF-16 is not
            return _lines(text)
    return _lines(data.decode("cp1252", "replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
