"""Parts of a page that begin with the heading of a footer: "More from The Echo" and all that stands in its element."""

from services.clean.blocks import Block, Page, mark
from services.clean.elements import HEADINGS
from services.clean.endings import is_footer_heading

_MOST = 0.3


def mark_sections(page: Page) -> None:
    """The rest of the largest element that begins with such a heading is furniture, unless it holds much of the page's
    prose. The heading itself stays for `endings.mark_footer`, which judges what follows that element."""
    sums = page.sums(lambda block: block.weight if block.reason is None else 0)
    for at, block in enumerate(page.blocks):
        if block.reason is None and block.tag in HEADINGS and is_footer_heading(block.text):
            mark(page.blocks[at + 1 : _end(page, at, block, sums)], f"below “{block.text[:40]}”")


def _end(page: Page, at: int, heading: Block, sums: list[int]) -> int:
    found = at + 1
    for element in heading.element.iterancestors():
        first, end = page.spans.get(element, (-1, -1))
        if first != at or sums[end] - sums[first] > _MOST * sums[-1]:
            break
        found = end
    return found
