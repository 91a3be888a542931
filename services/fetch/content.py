"""The article itself, where a feed carries it."""

import html
import re
from typing import Any

from lxml import etree

from services.fetch.text import MAX_SUMMARY, plain

MAX_CONTENT = 1024 * 1024
"""Characters; a longer one is nearly all pictures in data: URLs, and left out."""
_XMLNS = re.compile(r"""\sxmlns(?::[\w.-]+)?=(?:"[^"]*"|'[^']*')""")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_HTML_TYPES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_TEXT_TYPES = frozenset({"text", "text/plain"})


def markup(element: etree._Element) -> str:
    """What stands in an element, as HTML: its text, or the elements in it (Atom's `xhtml`, HTML not escaped)."""
    if not len(element):
        return element.text or ""
    for inner in element.iterdescendants("*"):
        inner.tag = inner.tag.rpartition("}")[2]
    parts = (etree.tostring(child, encoding="unicode", method="html") for child in element.iterchildren("*"))
    return html.escape(element.text or "", quote=False) + "".join(map(_without_namespaces, parts))


def _without_namespaces(text: str) -> str:
    """lxml declares those of all elements around in the first tag."""
    tag, end, rest = text.partition(">")
    return _XMLNS.sub("", tag) + end + rest


def content_of(element: etree._Element) -> str | None:
    """HTML of a `content:encoded`, `xhtml:body` or Atom `content` (RFC 4287, 4.1.3); None when it is something else."""
    kind = (element.get("type") or "").strip().lower()
    if element.get("mode") == "base64" or (kind and kind not in _HTML_TYPES | _TEXT_TYPES):  # Atom 0.3; pictures
        return None
    text = markup(element)
    # Feeds without a type mean HTML as often as text.
    is_text = not len(element) and (kind in _TEXT_TYPES or (not kind and "<" not in text))
    return paragraphs(text) if is_text else text


def paragraphs(text: str) -> str:
    """Plain text as HTML: what empty lines part are paragraphs."""
    return "".join(f"<p>{html.escape(p.strip(), quote=False)}</p>" for p in _PARAGRAPHS.split(text) if p.strip())


def worthwhile(content: Any, summary: str | None) -> str | None:
    """The content, when it is not too long, and longer than the summary that stands beside it."""
    if not isinstance(content, str) or not content.strip() or len(content) > MAX_CONTENT:
        return None
    text = plain(content, 2 * MAX_SUMMARY)
    return content.strip() if text and len(text) > len(summary or "") else None
