"""The main text of a page: our own reading of its blocks, and a second opinion where that is in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from services.clean.article import choose
from services.clean.blocks import Block, Page, mark
from services.clean.furniture import ASKS, judge
from services.clean.links import LEADS_ELSEWHERE
from services.clean.metadata import Metadata
from services.clean.witness import text_of
from services.clean.words import count_words, squeeze
from services.clean.zones import is_of_readers

# Below this many characters the page may be built in a way that we do not see through.
_DOUBTFUL_CHARS = 700
# So too if it is less than half of the page's prose: there are many comments, or a name was taken wrongly.
_DOUBTFUL_SHARE = 0.5
# Nested deeper, a page is hostile: trafilatura takes minutes for 2,000 tables in each other.
_SANE_DEPTH = 80
# The other extractor has to find much more, for it keeps more furniture than we do.
_MUCH_MORE = 1.6
_LINK_LINE = 0.6
_BOX_LINES = 40


@dataclass(frozen=True)
class Body:
    """All `lines` of the page in its order with the reason why each is not the article's (None: kept); `by`: the
    extractor; `notes`: what went wrong on the way; `link_lines`: lines that are mostly links."""

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


def main_text(tree: HtmlElement, page: Page, about: Metadata, url: str) -> Body:
    """The lines of the article in `tree`, which stays as it is; the blocks of `page` get their reasons."""
    own = _from_blocks(page, tree, about, url)
    doubtful = own.size < max(_DOUBTFUL_CHARS, _DOUBTFUL_SHARE * sum(block.weight for block in page.blocks))
    if not doubtful or page.depth > _SANE_DEPTH:
        return own
    other = _from_trafilatura(tree, about.title, about.authors)
    for opinion in (other, _from_data(about)):
        if opinion.size > _MUCH_MORE * own.size and not _by_readers(opinion, page):
            return _with_the_rest(opinion, own)
    return replace(own, notes=other.notes)


def _by_readers(body: Body, page: Page) -> bool:
    """Whether most of a text is what readers wrote below the article."""
    theirs = {block.text for block in page.blocks if block.reason and is_of_readers(block.reason)}
    return 2 * sum(len(line) for line in body.kept if line in theirs) > body.size


def _from_blocks(page: Page, tree: HtmlElement, about: Metadata, url: str) -> Body:
    first, end = choose(page, tree, about, url)
    blocks = page.blocks[first:end]
    linked = _links(page.blocks[first:])
    kept = [block for block in blocks if block.reason is None]
    for block, reason in zip(kept, judge([block.text for block in kept], about.title, about.authors), strict=True):
        block.reason = reason
    _mark_boxes_that_ask(page)
    mark((*page.blocks[:first], *page.blocks[end:]), "outside of the article's element")
    return Body(tuple(b.text for b in page.blocks), tuple(b.reason for b in page.blocks), "blocks", (), linked)


def _with_the_rest(chosen: Body, own: Body) -> Body:
    """`chosen`, and behind it the page's lines that are not in it."""
    there = set(chosen.lines)
    rest = [(line, why) for line, why in zip(own.lines, own.reasons, strict=True) if line not in there]
    reasons = (why or f"not in the text of {chosen.by}" for _, why in rest)
    lines = (*chosen.lines, *(line for line, _ in rest))
    return replace(chosen, lines=lines, reasons=(*chosen.reasons, *reasons), link_lines=own.link_lines)


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


def _from_trafilatura(tree: HtmlElement, title: str, people: Sequence[str]) -> Body:
    try:
        found = bare_extraction(tree, fast=True, favor_precision=True, include_comments=False)
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError) as error:
        # Hostile trees trip it; ours is the first opinion, so that is no reason to lose the page.
        return Body((), (), "trafilatura", (f"trafilatura: {error!r}",))
    text = getattr(found, "text", None) or ""
    lines = _without_marks(text.split("\n"))
    return Body(tuple(lines), tuple(judge(lines, title, people)), "trafilatura")


def _from_data(about: Metadata) -> Body:
    """The text that the page's JSON-LD has: all there is where scripts build the page."""
    lines = text_of(about.node).split("\n")
    return Body(tuple(lines), tuple(judge(lines, about.title, about.authors)), "json-ld")


def _without_marks(lines: list[str]) -> list[str]:
    """Lines of trafilatura's text as ours are: without its marks of list items and table rows."""
    bare = (squeeze(line.removeprefix("- ").replace("\\|", "|")).strip("| ") for line in lines)
    return [line for line in bare if line]
