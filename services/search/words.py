"""Words of a text, folded for comparison, and how far apart two words are. Pure."""

import re
import unicodedata

WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """The text without case and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in bare if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The text's words, folded."""
    return [fold(word) for word in WORD.findall(text)]


def begins(typed: list[str], name: list[str]) -> bool:
    """Whether each word that was typed begins one of the name's."""
    return bool(typed) and all(any(word.startswith(part) for word in name) for part in typed)


def resembles(typed: list[str], name: list[str]) -> bool:
    """Whether each word that was typed is, but for slips of the finger, one of the name's or its beginning."""
    return bool(typed) and all(any(near(part, word) for word in name) for part in typed)


def near(typed: str, word: str) -> bool:
    """Whether a word was meant, by as many slips as Elasticsearch's `fuzziness: AUTO` forgives."""
    allowed = 0 if len(typed) < 3 else 1 if len(typed) < 6 else 2
    beginnings = {word, word[: len(typed)]}
    return any(abs(len(typed) - len(part)) <= allowed and distance(typed, part) <= allowed for part in beginnings)


def distance(a: str, b: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that make `a` of `b` (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, a[i - 2]) == (b[j - 2], other):
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
