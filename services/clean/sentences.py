"""Whether a line is a sentence, and a paragraph, in the scripts of news."""

import re

from services.clean.words import count_words

# The end of a sentence in the scripts of news: Latin, CJK, Arabic, Devanagari, Armenian, Ethiopic; quotes may follow.
_SENTENCE = re.compile(r"[.!?…。！？؟۔।։።:;：；]['\"’”»›」』）)\]]*\s*$")
# Where the next one may begin.
_NEXT = re.compile(r"(?<=[.!?…।։።؟۔])['\"’”»›)\]]*\s+|(?<=[。！？])")
PROSE_WORDS = 12


def is_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does."""
    return bool(_SENTENCE.search(line))


def sentences(line: str) -> list[str]:
    """The sentences of a line, split at every mark that may end one."""
    return [part for part in _NEXT.split(line) if part]


def is_prose(line: str) -> bool:
    """Whether the line is a paragraph: it ends as a sentence and is long enough to say something."""
    return is_sentence(line) and count_words(line) >= PROSE_WORDS
