"""What a page says elsewhere of its text: paragraphs that its metadata quote are the article's, wherever they stand."""

import html
import re

from services.clean.blocks import Block
from services.clean.jsonld import Node
from services.clean.words import bare, squeeze

_TAG = re.compile(r"<[^<>]{1,200}>")
_ENOUGH_CHARS = 500
_LEAD_CHARS = 80
_PICTURES = re.compile("figure|caption|picture")


def text_of(node: Node) -> str:
    """The article's text in JSON-LD, a paragraph a line; empty where there is none, or only the beginning."""
    body = node.get("articleBody")
    if not isinstance(body, str) or len(body) < _ENOUGH_CHARS:
        return ""
    lines = map(squeeze, _TAG.sub("\n", html.unescape(body)).splitlines())
    return "\n".join(filter(None, lines))


def restore(blocks: list[Block], text: str, lead: str) -> None:
    """Paragraphs that were taken for furniture lose the reason if they are in the declared `text`, or if the article's
    description `lead` is made of them and of no other block. Captions, quoted too, stay out. Both texts are as
    words.bare spells them."""
    kept = " ".join(bare(b.text) for b in blocks if b.reason is None and b.weight) if lead else ""
    for block in blocks:
        if block.reason is None or not block.weight or _PICTURES.search(block.reason):
            continue
        key = bare(block.text)
        if key in text or (len(key) >= _LEAD_CHARS and key in lead and key not in kept):
            block.reason = None
