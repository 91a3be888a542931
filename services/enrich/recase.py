"""English headlines in title case or capitals, with capitals only where a sentence would have them.

Where every word has a capital, a model takes words around a name for a part of it ("OpenAI Works"). What a dictionary
has in lower case alone is no name; what it has with a capital too ("Bush", "Ford") or not at all keeps it.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from services.enrich.headings import in_capitals
from services.enrich.stop_words import stop_words

_DICTIONARY = Path(__file__).with_name("data") / "en_US.dic"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ied", "y"), ("ing", ""), ("ing", "e"))
_BEGINNINGS = (("re", "A"), ("in", "I"), ("un", "U"), ("de", "C"), ("dis", "E"), ("con", "F"), ("pro", "K"))
"""Prefixes, with the flags of the words that have them: the dictionary has "protest" as "test/K"."""
_LONGEST_ACRONYM = 3  # of those that are no words


def recased(line: str) -> str:
    """`line`, of the same length, with small letters in what is no name; names in capitals as "Rome" and not "ROME"."""
    shouted = in_capitals(line)
    text = _WORD.sub(lambda word: _recased(word, shouted), line)
    return text if len(text) == len(line) else line


def _recased(word: re.Match[str], shouted: bool) -> str:
    written = word.group()
    if is_common(written.lower()) and (shouted or not _may_be_acronym(written)):
        first = not word.string[: word.start()].strip() and not word.string.startswith(" - ", word.end())
        return written.capitalize() if first else written.lower()
    if not shouted or len(written) <= _LONGEST_ACRONYM:
        return written
    return written.capitalize()


def _may_be_acronym(written: str) -> bool:
    return len(written) > 1 and written.isupper()


@lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """Whether a word in lower case, or what it is a regular form of, is in the dictionary and no name there too."""
    word = re.sub(r"['’]s?$", "", word)
    if word in stop_words("en"):
        return True
    common, names = _dictionary()
    return word not in names and any(
        root in common and root not in names and flag in common[root] for root, flag in _roots(word)
    )


def _roots(word: str) -> Iterator[tuple[str, str]]:
    """What `word` may be a form of, with the flag that it must have."""
    for root in _stems(word):
        yield root, ""
        yield from ((root[len(start) :], flag) for start, flag in _BEGINNINGS if root.startswith(start))


def _stems(word: str) -> Iterator[str]:
    yield word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)] + instead
            yield stem
            if not instead and stem[-1] == stem[-2]:
                yield stem[:-1]  # planned, running


@cache
def _dictionary() -> tuple[dict[str, str], frozenset[str]]:
    """Words in lower case with their flags, and names in lower case, of SCOWL's list for Hunspell (NOTICE)."""
    words = dict(line.partition("/")[::2] for line in _DICTIONARY.read_text(encoding="utf-8").splitlines()[1:])
    common = {word: flags for word, flags in words.items() if word.islower()}
    return common, frozenset(word.lower() for word in words if word.istitle())
