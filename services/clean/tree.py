"""The one parse of a page; everything else reads this tree."""

import re
from typing import cast

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from services.clean.elements import BLOCKS

_MAX_DEPTH = 512
_DEEP = "/" + "/".join("*" * _MAX_DEPTH)
# C0 controls end libxml2's reading of an attribute or the document; they carry no text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


# libxml2 compares each attribute of an element with those before it: 60,000 took 20 s. No real tag has so many.
_LONG_TAG_CHARS = 20_000
_LONG_TAG = re.compile(rf"<([a-zA-Z][\w:-]{{0,30}})([^<>]{{{_LONG_TAG_CHARS},}})")
_BETWEEN_ATTRIBUTES = re.compile(r"[\s=/]")
_MAX_ATTRIBUTES = 10_000


def _without_endless_tags(html: str) -> str:
    """`html`, where tags of an absurd number of attributes have none."""
    if max(map(len, html.split(">"))) < _LONG_TAG_CHARS:
        return html
    return _LONG_TAG.sub(
        lambda tag: f"<{tag[1]}" if len(_BETWEEN_ATTRIBUTES.findall(tag[2])) > _MAX_ATTRIBUTES else tag[0], html
    )


def parse(html: str) -> HtmlElement | None:
    """Tree of an HTML document, or None when there is no element in it.

    Below the 512th level, where Chrome ends too, only the text is kept, as a part of the element there: what asks each
    element for its contents takes depth times size. Below the 2,048th all is lost (libxml2's limit).
    """
    text = _without_endless_tags(_CONTROL.sub("", html))
    if not text.strip():
        return None
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        # `replace`: lone surrogates have no bytes in UTF-8.
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    _end_head(tree)
    _join(tree)
    for element in cast(list[HtmlElement], tree.xpath(_DEEP)):
        etree.strip_elements(element, "script", "style", with_tail=False)
        etree.strip_tags(element, "*")
    return tree


def _join(tree: HtmlElement) -> None:
    """Put what stands behind </html> into the body (WHATWG HTML, 13.2.6.4.22, "after after body"): libxml2 2.14 makes
    further documents of it, which no reader of `tree` would see."""
    if others := list(tree.itersiblings(etree.Element)):
        body = tree.find("body")
        (tree if body is None else body).extend(others)


def _end_head(tree: HtmlElement) -> None:
    """Put into the body what began it, where <body> is left out, as HTML allows (WHATWG HTML, 13.1.2.4, Optional tags).

    libxml2 takes HTML 4's elements for the beginning of a body, but not <article>, <main> and the like.
    """
    head = tree.find("head")
    first = None if head is None else next((child for child in head if child.tag in BLOCKS), None)
    if first is None:
        return
    body = tree.find("body")
    if body is None:
        body = etree.SubElement(tree, "body")
    strays = [first, *first.itersiblings()]
    strays[-1].tail = f"{strays[-1].tail or ''}{body.text or ''}"
    body.text = None
    body[:0] = strays
