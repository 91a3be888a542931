"""Whether a line is a sentence, and a paragraph, in the scripts of news."""

import re

from services.clean.words import count_words

# The end of a sentence in the scripts of news: Latin, CJK, Arabic, Devanagari, Armenian, Ethiopic; quotes may follow.
_SENTENCE = re.compile(r"[.!?…。！？؟۔।։።:;：；]['\"’”»›」』）)\]]*\s*$")
PROSE_WORDS = 12


def is_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does."""
    return bool(_SENTENCE.search(line))


def is_prose(line: str) -> bool:
    """Whether the line is a paragraph: it ends as a sentence and is long enough to say something."""
    return is_sentence(line) and count_words(line) >= PROSE_WORDS
