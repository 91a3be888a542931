"""How many of the words by which a page tells of its article a text has: other texts of the site have fewer."""

import re

from services.clean.metadata import Metadata
from services.clean.words import UNSPACED, bare

_LETTERS, _STEM = 4, 5
_DENSE = re.compile(f"[{UNSPACED}]")


def stems_of(about: Metadata) -> set[str]:
    """Those of title and description."""
    return stems(f"{about.title} {about.description or ''}")


def share(told: set[str], text: str) -> float:
    """The part of the stems `told` that `text` has; 0 of none."""
    return len(told.intersection(stems(text))) / len(told) if told else 0.0


def stems(text: str) -> set[str]:
    """What of its words stays the same when they are inflected; pairs of characters, where no spaces part words."""
    found = set[str]()
    for word in bare(text).split():
        if _DENSE.search(word):
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) >= _LETTERS or not word.isascii():
            found.add(word[:_STEM])
    return found
