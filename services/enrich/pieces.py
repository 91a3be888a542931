"""An article's text, cut into pieces that a model can read one by one.

A paragraph is a piece: no name goes on over a line break, and the models look no further than a few words around one,
so windows cut at paragraphs need no overlap. A paragraph longer than LONGEST is cut after a sentence, else
between words.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.contracts.messages import Article

LONGEST = 10_000
"""Characters in a piece."""
BATCH = 100_000
"""Characters that go through a model at a time; bounds its memory to some 300 MB."""

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
# What has no space for so long is no prose but data, and costs spaCy's tokenizer quadratic time: 16 s for 10,000 "(".
# East Asian scripts have no spaces.
_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]{200,}")
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’»)]*\s")
_TITLE_GAP = "\n\n"


class Piece(NamedTuple):
    """`text` begins at character `start` of the text of the article number `article`."""

    article: int
    start: int
    text: str


def full_text(article: Article) -> tuple[str, int]:
    """Title and body as one text, and where in it the body begins."""
    return article.title + _TITLE_GAP + article.body, len(article.title) + len(_TITLE_GAP)


def pieces(number: int, text: str) -> Iterator[Piece]:
    """The lines of `text` that have something on them, cut where they are too long; data in them is blanked out."""
    text = _UNBROKEN.sub(lambda run: " " * len(run.group()), text)
    for line in _LINE.finditer(text):
        start, end = line.span()
        while end - start > LONGEST:
            cut = _cut(text, start, start + LONGEST)
            yield Piece(number, start, text[start:cut])
            start = cut
        if not text[start:end].isspace():
            yield Piece(number, start, text[start:end])


def _cut(text: str, start: int, limit: int) -> int:
    half = (start + limit) // 2
    ends = [m.end() for m in _SENTENCE_END.finditer(text, half, limit)]
    space = text.rfind(" ", half, limit) + 1
    return ends[-1] if ends else space or limit


def batches(items: Iterable[Piece]) -> Iterator[list[Piece]]:
    """`items` in order, in lists of at most BATCH characters (or one piece)."""
    batch: list[Piece] = []
    size = 0
    for item in items:
        if batch and size + len(item.text) > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += len(item.text)
    if batch:
        yield batch
