"""Acronyms that a text itself explains: "Group of Governmental Experts (GGE)".

The method is Schwartz and Hearst's (A simple algorithm for identifying abbreviation definitions in biomedical text,
PSB 2003), with capitals demanded where names have them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BRACKET = re.compile(r"(?<=[^\W_]) ?[(\[]([^\W\d_][\w&.\-]{1,11})[)\]]")
_WORD = re.compile(r"[\w'’&.\-]+")


LONGEST = 200
"""Characters of a long form at most."""


class Definition(NamedTuple):
    """Characters of the long form, and of the acronym in brackets after it."""

    start: int
    end: int
    acronym_start: int
    acronym_end: int


def definitions(text: str) -> Iterator[Definition]:
    """Every acronym in brackets whose long form stands right before it in the same line."""
    for match in _BRACKET.finditer(text):
        acronym = match.group(1)
        if sum(c.isupper() for c in acronym) < 2:
            continue
        furthest = max(0, match.start() - LONGEST)
        line = max(furthest, text.rfind("\n", furthest, match.start()) + 1)
        start = _long_form(text, line, match.start(), acronym)
        if start is not None:
            yield Definition(start, match.start(), *match.span(1))


def _long_form(text: str, line: int, end: int, acronym: str) -> int | None:
    """Where the long form of `acronym` that ends at `end` begins.

    Its letters are looked for from the last to the first, the first at the beginning of a word with a capital.
    """
    letters = [c.lower() for c in acronym if c.isalnum()]
    words = list(_WORD.finditer(text, line, end))[-min(len(letters) + 5, len(letters) * 2) :]
    if not words:
        return None
    at = end - 1
    for n, letter in enumerate(reversed(letters)):
        first = n == len(letters) - 1
        while at >= words[0].start() and not (text[at].lower() == letter and (not first or _begins_word(text, at))):
            at -= 1
        if at < words[0].start():
            return None
        at -= 1
    start = at + 1
    return start if text[start].isupper() and _capitals(text[start:end]) else None


def _begins_word(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def _capitals(name: str) -> bool:
    """Whether most words of four letters and more have a capital, so that it is a name and no phrase."""
    words = [w for w in _WORD.findall(name) if len(w) > 3]
    return bool(words) and 2 * sum(w[0].isupper() for w in words) >= len(words) and len(name) > 6
