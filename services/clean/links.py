"""Which blocks lead to other articles: headings that are links with their teasers, and lines that are links."""

from urllib.parse import urlsplit

from lxml.html import HtmlElement

from services.clean.blocks import Block, Page, mark
from services.clean.elements import HEADINGS
from services.clean.sentences import is_sentence

_LINKED = 0.8
_TEASER_CHARS = 400
_ALL_LINK = 0.9
_FEW_LINKS = 0.5
_LINK_LINES = frozenset(("p", "div", "li", "section", "article", "center"))
_A_LINK, _A_TEASER = "a line that is a link", "a teaser of another article"
LEADS_ELSEWHERE = frozenset((_A_LINK, _A_TEASER))


def mark_teasers(page: Page, url: str) -> None:
    """A linked heading is another article's; what stands with it in a small element is that article's teaser."""
    sums = page.sums(lambda b: len(b.text))
    for block in page.blocks:
        if block.reason or block.link_share < _LINKED:
            continue
        element = block.element
        if element.tag not in HEADINGS or not _leads_elsewhere(element, url):
            continue
        span = page.spans.get(element)
        for parent in element.iterancestors():
            wider = page.spans.get(parent)
            if wider is None or sums[wider[1]] - sums[wider[0]] > _TEASER_CHARS:
                break
            span = wider
        if span:
            mark(page.blocks[slice(*span)], _A_TEASER)


def _leads_elsewhere(element: HtmlElement, url: str) -> bool:
    """Whether an element's link is to another page of the site; a shop or a source is not."""
    link = element if element.tag == "a" else element.find(".//a[@href]")
    if link is None:
        link = next(element.iterancestors("a"), None)
    href = (link.get("href") or "").strip() if link is not None else ""
    try:
        host = urlsplit(href).hostname or ""
    except ValueError:
        return True
    own = urlsplit(url).hostname or ""
    return not host or not own or host.split(".")[-2:] == own.split(".")[-2:]


def mark_links(blocks: list[Block], url: str) -> None:
    """A whole line that is a link, and no sentence, leads to another article; unless the article is a list of links, or
    it stands alone and leads to another site."""
    lines = [b.link_share >= _ALL_LINK and b.tag in _LINK_LINES and not is_sentence(b.text) for b in blocks]
    if sum(lines) > _FEW_LINKS * len(blocks):
        return
    for at, block in enumerate(blocks):
        among_links = any(lines[max(0, at - 1) : at] + lines[at + 1 : at + 2])
        if lines[at] and (among_links or _leads_elsewhere(block.element, url)):
            block.reason = _A_LINK
