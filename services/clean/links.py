"""Which blocks lead to other articles: headings that are links with their teasers, and lines that are links."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from services.clean.blocks import Block, Page, mark
from services.clean.elements import BLOCKS, HEADINGS
from services.clean.sentences import is_sentence
from services.clean.words import bare, count_words, squeeze

_LINKED = 0.8
_TEASER_CHARS = 400
_ALL_LINK = 0.8
_FEW_LINKS = 0.5
_SOME_LINK = 0.4
_LABEL_WORDS = 6
_TAG_WORDS = 3
# Block elements in a link of one line: its own, and one around it.
_ONE_LINE = 2
_HEADLINE_WORDS = 5
# Behind these a country stands: the site's name is before them.
_SECOND_LEVELS = frozenset(("co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob"))
_LINK_LINES = frozenset(("p", "div", "li", "section", "article", "center"))
Links = Mapping[HtmlElement, HtmlElement]
_A_LINK, _A_TEASER = "a line that is a link", "a teaser of another article"
LEADS_ELSEWHERE = frozenset((_A_LINK, _A_TEASER))


def mark_teasers(page: Page, title: str, url: str) -> None:
    """A linked heading is another article's; what stands with it in a small element is that article's teaser, unless
    the headline `title` or a heading that is no link is in there too."""
    name = bare(title)
    chars = page.sums(lambda b: len(b.text))
    own = page.sums(lambda b: _is_own(b, name))
    for block in page.blocks:
        if block.reason or block.link_share < _LINKED:
            continue
        element = block.element
        if element.tag not in HEADINGS:
            continue
        address = _address(element, page.links)
        if address.startswith("#") or not _leads_elsewhere(address, url):
            continue
        span = page.spans.get(element)
        for parent in element.iterancestors():
            wider = page.spans.get(parent)
            if wider is None or _between(own, wider) or _between(chars, wider) > _TEASER_CHARS:
                break
            span = wider
        if span:
            mark(page.blocks[slice(*span)], _A_TEASER)


def _is_own(block: Block, name: str) -> bool:
    """Whether a block is the article's: its headline, or a heading that is no link."""
    is_heading = block.tag in HEADINGS and block.link_share < _LINKED
    return is_heading or (0 < len(block.text) <= 2 * len(name) and bare(block.text) == name)


def _between(sums: list[int], span: tuple[int, int]) -> int:
    return sums[span[1]] - sums[span[0]]


def _address(element: HtmlElement, links: Links) -> str:
    """Where an element's link leads: its own, the first in it, or that around it."""
    link = element if element.tag == "a" else links.get(element)
    if link is None:
        link = next(element.iterancestors("a"), None)
    return (link.get("href") or "").strip() if link is not None else ""


def _leads_elsewhere(address: str, url: str) -> bool:
    """Whether a link is to another page of the site; a shop or a source is not."""
    there, own = _site(address), _site(url)
    return not there or not own or there == own


def _site(url: str) -> str:
    """The name of a site in its host, without country: "bbc" of www.bbc.co.uk and bbc.com. Empty where none is."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        return ""
    return labels[-3] if len(labels) > 2 and labels[-2] in _SECOND_LEVELS else labels[-2] if len(labels) > 1 else ""


def mark_links(blocks: list[Block], links: Links, url: str) -> None:
    """A whole line that is a link, and no sentence, leads to another article; unless the article is a list of links, or
    it stands alone and leads to another site. `links`: the first in each element (blocks.Page)."""
    _mark_labelled(blocks, links, url)
    linked = [b.link_share >= _ALL_LINK and b.tag in _LINK_LINES for b in blocks]
    lines = [led and not is_sentence(b.text) for led, b in zip(linked, blocks, strict=True)]
    if sum(lines) > _FEW_LINKS * len(blocks):
        return
    is_card = cache(_is_card)  # of a long one each line asks
    for at, block in enumerate(blocks):
        among_links = any(lines[max(0, at - 1) : at] + lines[at + 1 : at + 2])
        address = _address(block.element, links) if linked[at] else ""
        if lines[at] and (among_links or _leads_elsewhere(address, url)):
            block.reason = _A_LINK
        elif linked[at] and address.startswith("#"):
            block.reason = "skips a part of the page"
        elif linked[at] and (link := next(block.element.iterancestors("a"), None)) is not None and is_card(link):
            block.reason = _A_TEASER


def _is_card(link: HtmlElement) -> bool:
    """Whether a link holds more than one line: a picture, or other lines."""
    lines = islice((e for e in link.iter() if e.tag in BLOCKS), _ONE_LINE + 1)
    return sum(1 for _ in lines) > _ONE_LINE or link.find(".//img") is not None


def _mark_labelled(blocks: list[Block], links: Links, url: str) -> None:
    """Lines that begin alike and end with a link each lead to other articles: "Read more in isiZulu | A headline".
    So do lines behind the last paragraph that begin with a label and a colon: "Tag: bridges"."""
    text_of = cache(lambda link: squeeze(link.text_content()))  # of a long one each line asks
    last = next((at for at in range(len(blocks) - 1, -1, -1) if blocks[at].weight), len(blocks))
    labels: dict[int, str] = {}
    for at, block in enumerate(blocks):
        link = links.get(block.element) if block.link_chars else None
        if link is None or is_sentence(block.text) or block.tag not in ("p", "div"):
            continue
        if not _leads_elsewhere(_address(block.element, links), url):
            continue
        if at > last and _names_its_link(block.text, text_of(link)):
            block.reason = _A_LINK
        if _SOME_LINK <= block.link_share < _ALL_LINK and (label := _label(block.text, text_of(link))):
            labels[id(block)] = label
    times = Counter(labels.values())
    for block in blocks:
        if times[labels.get(id(block), "")] > 1:
            block.reason = _A_LINK


def _names_its_link(line: str, link: str) -> bool:
    """Whether a line begins with a word or three and a colon, and the text of a link comes next."""
    before, found, _ = line.partition(link) if link else ("", "", "")
    return bool(found) and before.rstrip().endswith((":", "：")) and count_words(before) <= _TAG_WORDS


def _label(line: str, link: str) -> str:
    """What stands before the text of a link that a line ends with; empty where it is no label, or there is none."""
    before = line.removesuffix(link)
    if before == line or count_words(link) < _HEADLINE_WORDS:
        return ""
    return bare(before) if count_words(before) <= _LABEL_WORDS else ""
