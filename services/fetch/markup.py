"""Parses XML from anywhere: bounded, loading nothing, and reading on where it is broken."""

import html
import re
from dataclasses import dataclass

from lxml import etree

from services.fetch.prepare import refuse_entities

_CUT = frozenset({"ERR_TAG_NOT_FINISHED", "ERR_CDATA_NOT_FINISHED", "NS_ERR_UNDEFINED_NAMESPACE"})
"""What the parser gets over without losing a character."""
_ROOT = re.compile(rb"<(?:\?xml\s|(?:\w+:)?(?:rss|rdf|feed|urlset|sitemapindex)\b)", re.IGNORECASE)
_STRAY = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)(\w{2,31};)?"
                    rb"|<(?![\w/!?:])", re.IGNORECASE | re.DOTALL)  # fmt: skip


@dataclass(frozen=True)
class Document:
    """The first element, None when there is no XML at all; `is_broken`: something may have been left out."""

    root: etree._Element | None
    is_broken: bool


def parse_xml(body: bytes, url: str) -> Document:
    """The tree of a document in UTF-8 that stands at `url`, without comments and processing instructions.

    libxml2's own limits hold: 256 levels, 10 MB a text; what goes beyond is left out, as is what follows it. `body` is
    prepared (see prepare.py). Raises NotAFeed for entities that only its repair would bring up.
    """
    root, problems = _parsed(body, url)
    if problems <= _CUT:
        return Document(root, bool(problems))
    refuse_entities(body)  # also those behind the place where it breaks
    repaired, _ = _parsed(_repaired(body), url)
    return Document(root if repaired is None else repaired, True)


def parse_sound(body: bytes, url: str) -> etree._Element | None:
    """The first element of a document in UTF-8 in which there is nothing wrong; None when there is."""
    root, problems = _parsed(body, url)
    return None if problems else root


def _parsed(body: bytes, url: str) -> tuple[etree._Element | None, set[str]]:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser, base_url=url)
    except etree.XMLSyntaxError:  # nothing at all could be read
        return None, {"ERR_DOCUMENT_EMPTY"}
    return root, {error.type_name for error in parser.error_log}


def _repaired(body: bytes) -> bytes:
    """Without what stands before the document; HTML's entities as characters, and what else is no markup as text."""
    if start := _ROOT.search(body):
        body = body[start.start() :]
    return _STRAY.sub(_as_text, body)


def _as_text(match: re.Match[bytes]) -> bytes:
    found = match[0]
    if found.startswith(b"<!"):
        return found
    if found == b"<":
        return b"&lt;"
    character = html.unescape(found.decode("ascii", "replace")) if match[1] else found.decode()
    return html.escape(character, quote=False).encode()
