"""A page as a flat list of blocks of text, with the range of blocks that each element covers.

Ranges make every question about an element ("how much prose is in it?") a difference of two sums.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from services.clean.elements import BLOCKS, holders, is_data_row, is_silent
from services.clean.words import UNSPACED, squeeze

# A paragraph says something; letters of scripts without spaces say twice as much.
PROSE_CHARS = 80
_LINK_SHARE = 0.5
_DENSE = re.compile(f"[{UNSPACED}]")


@dataclass(slots=True)
class Block:
    """A line of text: `tag` of the nearest block element, `element` itself, characters in links, and why it is
    furniture (None: it may be the article's)."""

    text: str
    tag: str
    element: HtmlElement
    link_chars: int
    reason: str | None = None
    weight: int = 0

    @property
    def link_share(self) -> float:
        return min(1.0, self.link_chars / max(1, len(self.text)))


@dataclass
class Page:
    """`spans`: first block, and one past the last, of each block element, in page order; `depth`: of their nesting."""

    blocks: list[Block] = field(default_factory=list)
    spans: dict[HtmlElement, tuple[int, int]] = field(default_factory=dict)
    depth: int = 0

    @cached_property
    def links(self) -> dict[HtmlElement, HtmlElement]:
        """The first link with an address in each element that has any."""
        return holders(a for a in self.every("a") if a.get("href") is not None)

    def every(self, tag: str) -> Iterator[HtmlElement]:
        """All elements of this name in the document that was read, in page order."""
        top = next(iter(self.spans), None)
        return iter(()) if top is None else top.getroottree().iter(tag)

    def sums(self, weight: Callable[[Block], int]) -> list[int]:
        """Running sums: `weight` of blocks a to b is sums[b] - sums[a]."""
        return [0, *accumulate(map(weight, self.blocks))]


def mark(blocks: Iterable[Block], reason: str) -> None:
    """Give `reason` to the blocks that have none."""
    for block in blocks:
        block.reason = block.reason or reason


def weigh(text: str, link_chars: int) -> int:
    """Characters of `text` when it is a paragraph of prose, else 0."""
    size = len(text) if text.isascii() else len(text) + len(_DENSE.findall(text))
    return size if size >= PROSE_CHARS and link_chars < _LINK_SHARE * len(text) else 0


class _Reader:
    """Collects text until a block element begins or ends."""

    def __init__(self) -> None:
        self.page = Page()
        self.buffer: list[str] = []
        self.link_chars = 0
        self.open: list[HtmlElement] = []
        self.row: HtmlElement | None = None
        self.anchors = 0
        self.blank = True

    def flush(self) -> None:
        if text := squeeze("".join(self.buffer)).strip("| "):
            element = self.row if self.row is not None else self.open[-1]
            self.page.blocks.append(
                Block(text, str(element.tag), element, self.link_chars, None, weigh(text, self.link_chars))
            )
        self.buffer.clear()
        self.link_chars = 0
        self.blank = True

    def add(self, text: str | None) -> None:
        if text:
            self.buffer.append(text)
            self.blank = self.blank and text.isspace()
            if self.anchors:
                self.link_chars += len(text.strip())

    def start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self._start_block(element, tag)
        elif tag == "a":
            self.anchors += 1
        self.add(element.text)

    def _start_block(self, element: HtmlElement, tag: str) -> None:
        if self.row is not None:
            self.buffer.append(" | " if tag in ("td", "th") and not self.blank else " ")
            return
        if self.open:
            self.flush()
        if tag == "tr" and is_data_row(element):
            self.row = element
        if tag != "br":
            self.open.append(element)
            self.page.depth = max(self.page.depth, len(self.open))
            self.page.spans[element] = (len(self.page.blocks), 0)

    def end(self, element: HtmlElement) -> None:
        if element.tag == "a":
            self.anchors -= 1
        elif element.tag in BLOCKS and element.tag != "br" and (self.row is None or self.row is element):
            self.flush()
            self.row = None
            self.open.pop()
            self.page.spans[element] = (self.page.spans[element][0], len(self.page.blocks))


def read_blocks(tree: HtmlElement) -> Page:
    """The blocks of a document, in page order; scripts, styles and controls have no text."""
    reader = _Reader()
    silent: HtmlElement | None = None
    for event, element in iterwalk(tree, events=("start", "end")):
        if event == "start":
            if silent is None and is_silent(element):
                silent = element
            elif silent is None:
                reader.start(element)
            continue
        if silent is None:
            reader.end(element)
        elif element is silent:
            silent = None
        if silent is None and element is not tree and reader.open:
            reader.add(element.tail)
    return reader.page
