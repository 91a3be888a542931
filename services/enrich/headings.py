"""Lines whose capitals say nothing: headlines in title case, and lines in capitals."""

import re

_WORD = re.compile(r"[^\W\d_][\w'’\-]*")
_MOST_WORDS = 20


def in_capitals(line: str) -> bool:
    """Whether `line` has several words and no lower-case letter, in a script that has them."""
    return line == line.upper() and line != line.lower() and len(_WORD.findall(line)) > 1


def in_title_case(line: str) -> bool:
    """Whether nearly every word of four letters and more has a capital, in a line too short for a paragraph."""
    words = _WORD.findall(line)
    if not 2 <= len(words) <= _MOST_WORDS or line.rstrip().endswith((".", "。")):
        return False
    long = [w for w in words if len(w) > 3]
    return len(long) >= 2 and sum(w[0].isupper() for w in long) >= 0.8 * len(long)


def capitals_say_nothing(line: str) -> bool:
    """Whether a model that goes by capitals finds names everywhere in `line`."""
    return in_capitals(line) or in_title_case(line)
