"""Short lines of their own among the paragraphs of an article: captions, tags, who edited it."""

from collections import Counter

from services.clean.blocks import Block
from services.clean.zones import class_parts

_PARAGRAPHS = 4
_HEADING = ("head", "title", "zwischen", "inter")


def mark_strays(blocks: list[Block]) -> None:
    """Where an element has several paragraphs as <p>, a <div> beside them that says little is none of them.

    Of 27 such lines on pages that were looked at, with the headings left out, one was the article's.
    """
    text = [block for block in blocks if block.reason is None]
    paragraphs = Counter(block.element.getparent() for block in text if block.weight and block.tag == "p")
    for block in text:
        beside = paragraphs[block.element.getparent()] >= _PARAGRAPHS
        if beside and block.tag == "div" and not block.weight and not _names_heading(block):
            block.reason = "no paragraph among paragraphs"


def _names_heading(block: Block) -> bool:
    return any(word in part for part in class_parts(block.element) for word in _HEADING)
