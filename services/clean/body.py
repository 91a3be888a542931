"""The main text of a page: our own reading of its blocks, and a second opinion where that is in doubt."""

from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from services.clean.article import choose
from services.clean.blocks import Page
from services.clean.furniture import judge
from services.clean.lines import strip_marks

# Below this many characters the page may be built in a way that we do not see through.
_DOUBTFUL_CHARS = 700
# The other extractor has to find much more, for it keeps more furniture than we do.
_MUCH_MORE = 1.6


@dataclass(frozen=True)
class Body:
    """`lines` in page order with the reason why each is furniture (None: kept); `by`: the extractor; `notes`: what
    went wrong on the way."""

    lines: tuple[str, ...]
    reasons: tuple[str | None, ...]
    by: str
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> list[str]:
        return [line for line, reason in zip(self.lines, self.reasons, strict=True) if reason is None]

    @property
    def size(self) -> int:
        """Characters kept."""
        return sum(map(len, self.kept))


def main_text(tree: HtmlElement, page: Page, title: str) -> Body:
    """The lines of the article in `tree`, which stays as it is; the blocks of `page` get their reasons."""
    own = _from_blocks(page, title)
    if own.size >= _DOUBTFUL_CHARS:
        return own
    other = _from_trafilatura(tree, title)
    if other.size > _MUCH_MORE * own.size:
        return other
    return Body(own.lines, own.reasons, own.by, other.notes)


def _from_blocks(page: Page, title: str) -> Body:
    first, end = choose(page, title)
    blocks = page.blocks[first:end]
    kept = [block for block in blocks if block.reason is None]
    for block, reason in zip(kept, judge([block.text for block in kept], title), strict=True):
        block.reason = reason
    return Body(tuple(b.text for b in blocks), tuple(b.reason for b in blocks), "blocks")


def _from_trafilatura(tree: HtmlElement, title: str) -> Body:
    try:
        found = bare_extraction(tree, fast=True, favor_precision=True, include_comments=False)
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError) as error:
        # Hostile trees trip it; ours is the first opinion, so that is no reason to lose the page.
        return Body((), (), "trafilatura", (f"trafilatura: {error!r}",))
    text = getattr(found, "text", None) or ""
    lines = strip_marks(text.split("\n"))
    return Body(tuple(lines), tuple(judge(lines, title)), "trafilatura")
