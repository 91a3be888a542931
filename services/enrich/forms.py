"""Forms of one word, told by their letters: inflection changes the end of a word in most languages."""

from collections.abc import Iterable
from itertools import pairwise

_LEAST_STEM, _ENDING = 4, 3
"""Letters that forms of a word share, and letters at most that one has more than the other."""


def roots_of(words: Iterable[str]) -> dict[str, str]:
    """Each word with the shortest word of the text that it is a form of: in order, forms of a word are neighbours."""
    ordered = sorted(set(words))
    roots = {word: word for word in ordered[:1]}
    for before, word in pairwise(ordered):
        root = roots[before]
        roots[word] = root if _same(root, word) else word
    return roots


def alike(one: str, other: str) -> bool:
    """Whether two words are the same or look like forms of one."""
    return one == other or (one[:1] == other[:1] and (_same(one, other) or _same(other, one)))


def _same(one: str, other: str) -> bool:
    """Whether two words look like forms of one: all but the last letters are the same."""
    stem = one[: max(_LEAST_STEM, len(one) - 1)]
    if len(stem) < _LEAST_STEM:
        return other in (one + "s", one + "es")
    return other.startswith(stem) and len(other) - len(one) <= _ENDING
