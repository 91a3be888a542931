"""What a page says elsewhere of its text: paragraphs that its metadata quote are the article's, wherever they stand."""

import html
import re

from services.clean.blocks import Block
from services.clean.jsonld import Node
from services.clean.words import bare, squeeze

_TAG = re.compile(r"<[^<>]{1,200}>")
_ENOUGH_CHARS = 500
_LEAD_CHARS = 80
_MOST_CHARS = 200_000
_RUN = 5
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
    if not text and not lead:
        return
    said = set(runs_of(text[:_MOST_CHARS].split()))
    kept = {bare(b.text) for b in blocks if b.reason is None and b.weight} if lead else set()
    for block in blocks:
        if block.reason is None or not block.weight or _PICTURES.search(block.reason):
            continue
        key = bare(block.text)
        # Without the outermost words: some join the paragraphs without a space.
        runs = runs_of(key.split()[1:-1])
        quoted = bool(runs) and runs[0] in said and runs[-1] in said
        if quoted or (len(key) >= _LEAD_CHARS and key in lead and key not in kept):
            block.reason = None


def runs_of(words: list[str]) -> list[tuple[str, ...]]:
    """All runs of _RUN words: a paragraph whose first and last run are in a text is in it (linear, as `in` is not)."""
    return list(zip(*(words[at:] for at in range(_RUN)), strict=False))
