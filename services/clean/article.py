"""Finding the article among the blocks of a page."""

from collections import Counter

from lxml.html import HtmlElement

from services.clean.blocks import Block, Page, mark
from services.clean.captions import mark_captions
from services.clean.elements import HEADINGS, short_text
from services.clean.head import MAX_CHARS
from services.clean.links import mark_links, mark_teasers
from services.clean.metadata import Metadata
from services.clean.opening import mark_before_the_text, with_standfirst
from services.clean.sections import mark_sections
from services.clean.strays import mark_strays
from services.clean.witness import restore, text_of
from services.clean.words import bare
from services.clean.zones import is_of_readers, zone_of

# The part of a page's prose that elements of one kind of furniture may hold, before their name is not believed.
_MOST = 0.9
_MOST_IF_WEAK = 0.6
_MOST_IF_SMALL = 0.25
_MOST_IF_PARAGRAPHS = 0.3
# So many paragraphs in one element are no list of teasers, nor of comments: those have an element each.
_PARAGRAPHS = 5
_DESCEND = 0.75
_ARTICLE_CHARS = 400
_MAX_LEAD = 20_000  # each line of the page is looked up in it


def choose(page: Page, about: Metadata, url: str) -> tuple[int, int]:
    """Mark the furniture among `page.blocks` with its reason, and return the range of blocks of the article at `url`
    that the page says it is `about`."""
    title, lead = about.title, bare((about.description or "")[:_MAX_LEAD])
    _mark_zones(page)
    _mark_other_articles(page, title)
    _mark_next_articles(page, title)
    mark_teasers(page, title, url)
    mark_sections(page)
    mark_captions(page)
    restore(page.blocks, bare(text_of(about.node)), lead)
    first, end = _container(page)
    mark_links([block for block in page.blocks[first:end] if block.reason is None], page.links, url)
    mark_strays(page.blocks[first:end])
    mark_before_the_text(page.blocks[first:end], lead)
    return with_standfirst(page, first, title, lead), end


def _prose(block: Block) -> int:
    return block.weight if block.reason is None else 0


def _mark_zones(page: Page) -> None:
    """Elements of furniture. What names a large part of the page's prose means something else there: a layout with a
    sidebar, paragraphs that a paywall hides later."""
    sums = page.sums(lambda b: b.weight)
    zones: list[tuple[int, int, str]] = []
    share: Counter[str] = Counter()
    text: Counter[str] = Counter()
    done = 0
    for element, (first, end) in page.spans.items():
        if first >= end or first < done or (reason := zone_of(element, page.links)) is None:
            continue
        size = sums[end] - sums[first]
        if size <= _limit(reason) * sums[-1]:
            zones.append((first, end, reason))
            share[reason] += size
            text[reason] += _paragraphs(page.blocks[first:end])
            done = end
    for first, end, reason in zones:
        named = (
            text[reason] > _MOST_IF_PARAGRAPHS * sums[-1]
            and reason.startswith(("named", "may be"))
            and not is_of_readers(reason)
        )
        if share[reason] <= _limit(reason) * sums[-1] and not named:
            mark(page.blocks[first:end], reason)


def _paragraphs(blocks: list[Block]) -> int:
    """Prose of the element that holds most of it as its own paragraphs, if those are many."""
    of: dict[HtmlElement, list[int]] = {}
    for block in blocks:
        if block.weight and block.tag == "p":
            of.setdefault(block.element.getparent(), []).append(block.weight)
    return max((sum(sizes) for sizes in of.values() if len(sizes) >= _PARAGRAPHS), default=0)


def _limit(reason: str) -> float:
    if reason.startswith("a box"):
        return _MOST_IF_SMALL
    return _MOST_IF_WEAK if reason.startswith("may be") or reason == "hidden" else _MOST


def _mark_other_articles(page: Page, title: str) -> None:
    """Of several <article>s side by side only the one with the title stays, when it is long enough to be one.

    Entries of a live blog are articles inside the page's article or below its title, so they stay.
    """
    outer = [e for e in page.spans if e.tag == "article" and next(e.iterancestors("article"), None) is None]
    name = bare(title)
    if len(outer) < 2 or not name:
        return
    headed = (e for e in outer if any(bare(short_text(h, MAX_CHARS) or "") == name for h in e.iter("h1", "h2")))
    own = next(headed, None)
    if own is None:
        return
    sums = page.sums(_prose)
    first, end = page.spans[own]
    if sums[end] - sums[first] >= _ARTICLE_CHARS:
        for other in outer:
            if other is not own:
                mark(page.blocks[slice(*page.spans[other])], "another article")


def _mark_next_articles(page: Page, title: str) -> None:
    """Pages that load the next article below the first: elements like the one with the title, each with a heading."""
    name = bare(title)
    heading = next((b.element for b in page.blocks if name and b.tag in HEADINGS and bare(b.text) == name), None)
    if heading is None:
        return
    sums = page.sums(_prose)
    for own in heading.iterancestors():
        first, end = page.spans.get(own, (0, 0))
        if sums[end] - sums[first] >= _ARTICLE_CHARS:
            for other in own.itersiblings():
                if _alike(own, other) and next(other.iter("h1", "h2"), None) is not None and other in page.spans:
                    mark(page.blocks[slice(*page.spans[other])], "another article")
            return


def _container(page: Page) -> tuple[int, int]:
    """The smallest element that holds nearly all prose: from the whole page down, as long as one child has it."""
    sums = page.sums(_prose)

    def prose(element: HtmlElement) -> int:
        first, end = page.spans[element]
        return sums[end] - sums[first]

    here = next(iter(page.spans), None)
    if here is None:
        return 0, 0
    while True:
        children = [c for c in here.iterchildren() if c in page.spans and prose(c)]
        best = max(children, key=prose, default=None)
        if best is None or prose(best) < _DESCEND * prose(here) or best.tag in ("p", "li"):
            return page.spans[here]
        if any(c is not best and (c.tag == "p" or _alike(c, best)) for c in children):
            return page.spans[here]
        here = best


def _alike(one: HtmlElement, other: HtmlElement) -> bool:
    return one.tag == other.tag and bool(one.get("class")) and one.get("class") == other.get("class")
