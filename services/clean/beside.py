"""The lines that stand beside a page's headline: where readers find who wrote it and when."""

from services.clean.blocks import Page
from services.clean.words import bare

_BEFORE = 3
_AFTER = 10
_CHARS = 160


def beside_title(page: Page, title: str) -> list[str]:
    """Short lines after the headline, then those just before it; without a headline, the first of the page."""
    name = bare(title)
    at = next((i for i, b in enumerate(page.blocks) if name and bare(b.text) == name and b.tag != "title"), None)
    if at is None:
        at = next((i for i, b in enumerate(page.blocks) if b.tag == "h1"), None)
    if at is None:
        # The headline may be part of a longer line: "Headline by A, Monday".
        at = next((i for i, b in enumerate(page.blocks) if name and bare(b.text).startswith(name)), -1)
    after = page.blocks[max(at, 0) : at + 1 + _AFTER]
    before = page.blocks[max(0, at - _BEFORE) : max(at, 0)]
    return [block.text for block in (*after, *before) if len(block.text) <= _CHARS]
