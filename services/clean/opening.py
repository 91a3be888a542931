"""How an article begins: what stands between its headline and its first paragraph."""

from services.clean.blocks import Block, Page
from services.clean.sentences import is_sentence
from services.clean.words import bare, count_words
from services.clean.zones import STANDFIRSTS, class_parts

_NEARBY = 30
_LEAD_CHARS = 25
_DECK_WORDS = 5


def mark_before_the_text(blocks: list[Block], lead: str) -> None:
    """Before the first paragraph stand kicker, title, byline and date; text is only a standfirst: a sentence, or what
    the page describes its article with."""
    start = next((i for i, b in enumerate(blocks) if b.weight and b.tag != "h1" and b.reason is None), 0)
    for at, block in enumerate(blocks[:start]):
        heads_the_text = at == start - 1 and block.tag in ("h2", "h3", "h4") and any(b.tag == "h1" for b in blocks[:at])
        is_text = block.tag != "h1" and (is_sentence(block.text) or _is_described(block, lead) or _is_deck(block))
        if block.reason is None and not is_text and not heads_the_text:
            block.reason = "before the text"


def _is_deck(block: Block) -> bool:
    """A standfirst that is no sentence, in an element named so."""
    named = not STANDFIRSTS.isdisjoint(class_parts(block.element))
    return named and not block.link_chars and count_words(block.text) >= _DECK_WORDS


def _is_described(block: Block, lead: str) -> bool:
    """Whether the page's description of its article is made of the block's text."""
    key = bare(block.text)
    return len(key) >= _LEAD_CHARS and key in lead


def with_standfirst(page: Page, first: int, title: str, lead: str) -> int:
    """Where the article begins when the text between its title and its container counts."""
    name = bare(title)
    nearby = range(first - 1, max(-1, first - _NEARBY), -1)
    head = next((i for i in nearby if page.blocks[i].tag == "h1" or (name and bare(page.blocks[i].text) == name)), None)
    if head is None:
        head = next((i for i in nearby if page.blocks[i].weight and _is_described(page.blocks[i], lead)), None)
    if head is None:
        return first
    for block in page.blocks[head:first]:
        if block.tag == "h1" or not (block.weight or _is_described(block, lead) or _is_deck(block)):
            block.reason = block.reason or "before the text"
    return head
