"""The main text of a page as we read its blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.clean.article import choose
from services.clean.blocks import Block, Page, mark
from services.clean.furniture import ASKS, judge
from services.clean.links import LEADS_ELSEWHERE
from services.clean.metadata import Metadata
from services.clean.words import count_words

_LINK_LINE = 0.6
_BOX_LINES = 40


@dataclass(frozen=True)
class Body:
    """All `lines` of the page in its order with the reason why each is not the article's (None: kept); `by`: the
    extractor; `notes`: where it was found, or what went wrong on the way; `link_lines`: lines that are mostly links."""

    lines: tuple[str, ...]
    reasons: tuple[str | None, ...]
    by: str
    notes: tuple[str, ...] = ()
    link_lines: int = 0

    @property
    def kept(self) -> list[str]:
        return [line for line, reason in zip(self.lines, self.reasons, strict=True) if reason is None]

    @property
    def size(self) -> int:
        """Characters kept."""
        return sum(map(len, self.kept))


def from_blocks(page: Page, about: Metadata, url: str) -> Body:
    """The lines of `page` as its elements and its words tell; its blocks get their reasons."""
    first, end = choose(page, about, url)
    blocks = page.blocks[first:end]
    linked = _links(page.blocks[first:])
    kept = [block for block in blocks if block.reason is None]
    for block, reason in zip(kept, judge([block.text for block in kept], about.title, about.authors), strict=True):
        block.reason = reason
    _mark_boxes_that_ask(page)
    mark((*page.blocks[:first], *page.blocks[end:]), "outside of the article's element")
    return Body(tuple(b.text for b in page.blocks), tuple(b.reason for b in page.blocks), "blocks", (), linked)


def _mark_boxes_that_ask(page: Page) -> None:
    """What stands with a request to readers in an element without prose is its advertisement."""
    prose = page.sums(lambda b: bool(b.weight and b.reason is None))
    done = 0  # what stands in a box that was marked has no wider one
    for at, block in enumerate(page.blocks):
        if block.reason != ASKS or block.tag == "li" or at < done:
            continue
        box = (at, at)
        for span in (page.spans[element] for element in block.element.iterancestors() if element in page.spans):
            if span[1] - span[0] > _BOX_LINES or prose[span[0]] != prose[span[1]]:
                break
            box = span
        mark(page.blocks[slice(*box)], "beside a request to readers")
        done = box[1]


def _links(blocks: Sequence[Block]) -> int:
    led = (b for b in blocks if b.link_share >= _LINK_LINE and (b.reason is None or b.reason in LEADS_ELSEWHERE))
    return sum(1 for b in led if count_words(b.text) >= 3)
