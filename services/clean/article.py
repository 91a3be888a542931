"""Finding the article among the blocks of a page."""

from collections import Counter

from lxml.html import HtmlElement

from services.clean.blocks import Block, Page
from services.clean.furniture import is_sentence
from services.clean.words import bare
from services.clean.zones import zone_of

# The part of a page's prose that elements of one kind of furniture may hold, before their name is not believed.
_MOST = 0.9
_MOST_IF_WEAK = 0.6
_DESCEND = 0.75
_LINKED = 0.8
_TEASER_CHARS = 400
_ALL_LINK = 0.9
_FEW_LINKS = 0.3
_LINK_LINES = frozenset(("p", "div", "li", "section", "article", "center"))
_NEARBY = 30
_A_LINK, _A_TEASER = "a line that is a link", "a teaser of another article"
LEADS_ELSEWHERE = frozenset((_A_LINK, _A_TEASER))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def choose(page: Page, title: str) -> tuple[int, int]:
    """Mark the furniture among `page.blocks` with its reason, and return the range of blocks of the article."""
    _mark_zones(page)
    _mark_other_articles(page, title)
    _mark_next_articles(page, title)
    _mark_teasers(page)
    first, end = _container(page)
    _mark_links([block for block in page.blocks[first:end] if block.reason is None])
    _mark_before_the_text(page.blocks[first:end])
    return _with_standfirst(page, first, title), end


def _mark(blocks: list[Block], reason: str) -> None:
    for block in blocks:
        block.reason = block.reason or reason


def _prose(block: Block) -> int:
    return block.weight if block.reason is None else 0


def _mark_zones(page: Page) -> None:
    """Elements of furniture. What names a large part of the page's prose means something else there: a layout with a
    sidebar, paragraphs that a paywall hides later."""
    sums = page.sums(lambda b: b.weight)
    zones: list[tuple[int, int, str]] = []
    share: Counter[str] = Counter()
    done = 0
    for element, (first, end) in page.spans.items():
        if first >= end or first < done or (reason := zone_of(element)) is None:
            continue
        size = sums[end] - sums[first]
        if size <= _limit(reason) * sums[-1]:
            zones.append((first, end, reason))
            share[reason] += size
            done = end
    for first, end, reason in zones:
        if share[reason] <= _limit(reason) * sums[-1]:
            _mark(page.blocks[first:end], reason)


def _limit(reason: str) -> float:
    return _MOST_IF_WEAK if reason.startswith("may be") or reason == "hidden" else _MOST


def _mark_other_articles(page: Page, title: str) -> None:
    """Of several <article>s side by side only the one with the title stays, when it is long enough to be one.

    Entries of a live blog are articles inside the page's article or below its title, so they stay.
    """
    outer = [e for e in page.spans if e.tag == "article" and next(e.iterancestors("article"), None) is None]
    name = bare(title)
    if len(outer) < 2 or not name:
        return
    own = next((e for e in outer if any(bare(" ".join(h.itertext())) == name for h in e.iter("h1", "h2"))), None)
    if own is None:
        return
    sums = page.sums(_prose)
    first, end = page.spans[own]
    if sums[end] - sums[first] >= _TEASER_CHARS:
        for other in outer:
            if other is not own:
                _mark(page.blocks[slice(*page.spans[other])], "another article")


def _mark_next_articles(page: Page, title: str) -> None:
    """Pages that load the next article below the first: elements like the one with the title, each with a heading."""
    name = bare(title)
    heading = next((b.element for b in page.blocks if name and b.tag in _HEADINGS and bare(b.text) == name), None)
    if heading is None:
        return
    sums = page.sums(_prose)
    for own in heading.iterancestors():
        first, end = page.spans.get(own, (0, 0))
        if sums[end] - sums[first] >= _TEASER_CHARS:
            for other in own.itersiblings():
                if _alike(own, other) and next(other.iter("h1", "h2"), None) is not None and other in page.spans:
                    _mark(page.blocks[slice(*page.spans[other])], "another article")
            return


def _mark_teasers(page: Page) -> None:
    """A linked heading is another article's; what stands with it in a small element is that article's teaser."""
    for block in page.blocks:
        if block.reason or block.link_share < _LINKED:
            continue
        element = block.element
        if element.tag not in _HEADINGS:
            continue
        span = page.spans.get(element)
        for parent in element.iterancestors():
            wider = page.spans.get(parent)
            if wider is None or sum(len(b.text) for b in page.blocks[slice(*wider)]) > _TEASER_CHARS:
                break
            span = wider
        if span:
            _mark(page.blocks[slice(*span)], _A_TEASER)


def _mark_links(blocks: list[Block]) -> None:
    """A whole line that is a link, and no sentence, leads to another article; unless the article is a list of links."""
    links = [b for b in blocks if b.link_share >= _ALL_LINK and b.tag in _LINK_LINES and not is_sentence(b.text)]
    if len(links) <= _FEW_LINKS * len(blocks):
        for block in links:
            block.reason = _A_LINK


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


def _mark_before_the_text(blocks: list[Block]) -> None:
    """Before the first paragraph stand kicker, title, byline and date; only a sentence is text (a standfirst)."""
    start = next((i for i, b in enumerate(blocks) if b.weight and b.tag != "h1" and b.reason is None), 0)
    for at, block in enumerate(blocks[:start]):
        heads_the_text = at == start - 1 and block.tag in ("h2", "h3", "h4") and any(b.tag == "h1" for b in blocks[:at])
        if block.reason is None and (block.tag == "h1" or not is_sentence(block.text)) and not heads_the_text:
            block.reason = "before the text"


def _with_standfirst(page: Page, first: int, title: str) -> int:
    """Where the article begins when the text between its title and its container counts."""
    name = bare(title)
    nearby = range(first - 1, max(-1, first - _NEARBY), -1)
    head = next((i for i in nearby if page.blocks[i].tag == "h1" or (name and bare(page.blocks[i].text) == name)), None)
    if head is None:
        return first
    for block in page.blocks[head:first]:
        if not block.weight:
            block.reason = block.reason or "before the text"
    return head
