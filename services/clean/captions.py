"""Captions that no name gives away: the line alone beside a picture, and the line that the picture's `alt` repeats."""

from collections.abc import Container, Sequence
from itertools import islice

from lxml.html import HtmlElement

from services.clean.blocks import Block, Page, mark
from services.clean.elements import HEADINGS, holders
from services.clean.sentences import is_sentence
from services.clean.words import bare, count_words

_LEAST_WORDS, _MOST_WORDS = 4, 40
_LEVELS = 4
# A caption, a credit, a date.
_LINES = 3
_LEVELS_OF_LISTS = frozenset(("li", "td", "th", "a", "blockquote"))


def mark_captions(page: Page) -> None:
    """Of 32 such lines on pages that were looked at none was the article's. Sentences stay: sections have pictures."""
    likely = [block for block in page.blocks if block.reason is None and _is_short(block)]
    if not likely:
        return
    images = list(page.every("img"))
    pictured = holders(images)
    alone = [block for block in likely if _is_alone_with_a_picture(block, page, pictured)]
    divs = [block for block in likely if block.tag == "div"]
    said = {bare(image.get("alt") or "") for image in images} if divs else set()
    mark((*alone, *(block for block in divs if bare(block.text) in said)), "a caption")


def _is_short(block: Block) -> bool:
    is_line = block.tag not in HEADINGS and not is_sentence(block.text)
    return is_line and _LEAST_WORDS <= count_words(block.text) <= _MOST_WORDS


def _is_alone_with_a_picture(block: Block, page: Page, pictured: Container[HtmlElement]) -> bool:
    """Whether a small element holds the line, a picture, and nothing else that may be the article's."""
    if block.element in pictured:
        return False
    for parent in islice(block.element.iterancestors(), _LEVELS):
        first, end = page.spans.get(parent, (0, 0))
        if parent.tag in HEADINGS or parent.tag in _LEVELS_OF_LISTS or end - first > _LINES:
            return False
        if end and not _is_only(block, page.blocks[first:end]):
            return False
        if end and parent in pictured:
            return True
    return False


def _is_only(block: Block, blocks: Sequence[Block]) -> bool:
    return all(other is block or other.reason for other in blocks)
