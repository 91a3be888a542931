"""The main text of a page: our own reading, and second opinions where that is in doubt or only the beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from services.clean.blocks import Page, read_blocks
from services.clean.body import Body, from_blocks
from services.clean.cut import MUCH_MORE, has_most, is_of_another, looks_cut
from services.clean.furniture import judge
from services.clean.metadata import Metadata
from services.clean.payload import Payload, article_in
from services.clean.tree import parse
from services.clean.witness import text_of
from services.clean.words import squeeze
from services.clean.zones import is_of_readers

# Below this many characters the page may be built in a way that we do not see through.
_DOUBTFUL_CHARS = 700
# So too if it is less than half of the page's prose: there are many comments, or a name was taken wrongly.
_DOUBTFUL_SHARE = 0.5
# Nested deeper, a page is hostile: trafilatura takes minutes for 2,000 tables in each other.
_SANE_DEPTH = 80
PAYLOAD = "payload"


def main_text(tree: HtmlElement, page: Page, about: Metadata, url: str) -> Body:
    """The lines of the article in `tree`, which stays as it is; the blocks of `page` get their reasons."""
    own = from_blocks(page, about, url)
    doubtful = own.size < max(_DOUBTFUL_CHARS, _DOUBTFUL_SHARE * sum(block.weight for block in page.blocks))
    if page.depth > _SANE_DEPTH or not (doubtful or looks_cut(own, about)):
        return own
    strange = is_of_another(own, about)
    failed: tuple[str, ...] = ()
    for opinion in _opinions(tree, about, url, () if doubtful or strange else own.kept, doubtful):
        # What the page carries was found by the words that ours lacks.
        times = 1 if strange and opinion.by == PAYLOAD else MUCH_MORE
        if opinion.size > times * own.size and not _by_readers(opinion, page):
            return _with_the_rest(opinion, own)
        failed += () if opinion.lines else opinion.notes
    return replace(own, notes=failed)


def _opinions(tree: HtmlElement, about: Metadata, url: str, shown: Sequence[str], doubtful: bool) -> Iterator[Body]:
    """Other texts, the surest first: those that have most of the lines `shown`, and what trafilatura makes of a
    `doubtful` page."""
    if carried := article_in(tree, about, shown, MUCH_MORE * sum(map(len, shown))):
        yield _from_payload(carried, about, url)
    if doubtful:
        yield _from_trafilatura(tree, about.title, about.authors)
    if has_most(text_of(about.node), shown):
        yield _from_data(about)


def _by_readers(body: Body, page: Page) -> bool:
    """Whether most of a text is what readers wrote below the article."""
    theirs = {block.text for block in page.blocks if block.reason and is_of_readers(block.reason)}
    return 2 * sum(len(line) for line in body.kept if line in theirs) > body.size


def _with_the_rest(chosen: Body, own: Body) -> Body:
    """`chosen`, and behind it the page's lines that are not in it."""
    there = set(chosen.lines)
    rest = [(line, why) for line, why in zip(own.lines, own.reasons, strict=True) if line not in there]
    reasons = (why or f"not in the text of {chosen.by}" for _, why in rest)
    lines = (*chosen.lines, *(line for line, _ in rest))
    return replace(chosen, lines=lines, reasons=(*chosen.reasons, *reasons), link_lines=own.link_lines)


def _from_payload(payload: Payload, about: Metadata, url: str) -> Body:
    """The text that the page carries for its scripts, read as a page of its own."""
    tree = parse(payload.html)
    if tree is None:
        return Body((), (), PAYLOAD)
    return replace(from_blocks(read_blocks(tree), about, url), by=PAYLOAD, notes=(f"found in {payload.where}",))


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
