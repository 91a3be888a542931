"""A text as clauses: words between punctuation, line breaks and the names of entities."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.enrich.spans import Span

MOST_CHARACTERS = 20_000
"""Read of a text: what an article is about stands before, and a long document costs no more than this."""

# What may stand inside a word (apostrophe, hyphen, ampersand) does not end a clause. Punctuation is named one by one:
# "all that is no letter" would hold the vowel signs of Indian scripts too.
_SIGNS = r"!-%(-,./:-@\[-`{-~\xa1-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2010-\u2018\u201a-\u206f\u20a0-\u20cf\u2190-\u2bff"
_MORE_SIGNS = r"\u0964\u0965\u060c\u061b\u061f\u06d4\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_BREAK = re.compile(rf"[{_SIGNS}{_MORE_SIGNS}\r\n]+|(?<!\w)['’\-&]+|['’\-&]+(?!\w)")


class Clause(NamedTuple):
    """`words` as written, from character `start` of the text on."""

    start: int
    words: list[str]


def clauses(text: str, names: Iterable[Span] = ()) -> Iterator[Clause]:
    """The clauses of the first MOST_CHARACTERS of `text`; `names` are in none and end the one before."""
    for start, part in _between(text, names):
        at = 0
        for end in _BREAK.finditer(part):
            yield Clause(start + at, part[at : end.start()].split())
            at = end.end()
        yield Clause(start + at, part[at:].split())


def _between(text: str, names: Iterable[Span]) -> Iterator[tuple[int, str]]:
    at = 0
    for name in sorted(names, key=lambda s: s.start):
        if name.start >= MOST_CHARACTERS:
            break
        yield at, text[at : name.start]
        at = max(at, name.end)
    yield at, text[at:MOST_CHARACTERS]
