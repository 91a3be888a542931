"""What stands where an article should be, served as if it were one: error pages, login and consent walls, checks for
robots. Told by their headings, in many languages (walls.yaml), and by how little text they have.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from services.clean.words import UNSPACED, bare, squeeze

_FILE = Path(__file__).with_name("walls.yaml")
_PARTS = re.compile(r"\s*[|｜»«·•:：!！?？.。,，、;()（）\[\]【】…“”\"„–—]+\s*|\s+[-/~]\s+")
_STATUS = re.compile(r"\b(?:4[0-9]{2}|50[0-4])\b")
_FEW = 150
"""Words. Of a page with fewer, a single word of a heading is believed, or how it begins; a heading that says nothing
else, of pages with more (`most`): they recommend articles, or explain their cookies."""
_SITE_WORDS = 4
_MAX_HEADINGS, MAX_HEADING = 12, 500
_SAYS_ENOUGH = re.compile(rf"\w+ \w|[{UNSPACED}]{{4}}")


@dataclass(frozen=True)
class Wall:
    """One kind, for people, and its phrases as words.bare spells them."""

    about: str
    most: int
    statuses: bool
    whole: frozenset[str]
    begins: re.Pattern[str]


def wall(headings: Iterable[str], words: int, declared: bool) -> str | None:
    """What the page is instead of an article, for people, by its headings; None when it may be one.

    `words`: of its main text; `declared`: whether it calls itself an article.
    """
    for heading in islice(filter(None, headings), _MAX_HEADINGS):
        heading = squeeze(heading[:MAX_HEADING])
        for kind in _walls():
            most = _most_words(heading, kind)
            if words < (min(most, _FEW) if declared else most):
                return f"{kind.about}: “{heading[:80]}”"
    return None


def _most_words(heading: str, kind: Wall) -> int:
    """How long a page with such a heading may be and yet be one of that kind; 0: the heading says nothing of it."""
    parts = _parts_of(heading)
    said = [part for part in parts if part in kind.whole]
    others = [part for part in parts if part and part not in kind.whole]
    if len(others) <= 1 and all(len(part.split()) <= _SITE_WORDS for part in others):
        if any(map(_SAYS_ENOUGH.search, said)):
            return kind.most
        numbered = kind.statuses and bool(_STATUS.search(heading))
        if (said and (numbered or not others)) or (numbered and "" in parts):
            return _FEW
    begun = any(kind.begins.match(text) for text in (*parts, bare(heading)))
    return min(_FEW, kind.most) if begun else 0


def _parts_of(heading: str) -> list[str]:
    """Its parts in the spelling of phrases, without statuses: of one that is a status, an empty text is left."""
    spelled = [bare(part) for part in _PARTS.split(heading)]
    return [" ".join(_STATUS.sub(" ", part).split()) for part in spelled if part]


@cache
def _walls() -> tuple[Wall, ...]:
    data: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return tuple(
        Wall(about, kind["most"], kind["statuses"], _every(kind["whole"]), _either(_every(kind["begins"])))
        for about, kind in data.items()
    )


def _every(phrases: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(filter(None, (bare(phrase) for words in phrases.values() for phrase in words)))


def _either(phrases: frozenset[str]) -> re.Pattern[str]:
    """Matches what begins with one of them: whole words, where the script sets spaces."""
    either = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?:{either})(?=\s|$|(?<=[{UNSPACED}]))")
