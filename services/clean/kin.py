"""Closely related languages, which a detector of all languages takes for each other: told apart by what one writes
and the others do not (kin.yaml).

The kept model weighs all languages at once. Where its answer has kin, words and letters count that are one's alone;
their evidence has to be clear to overrule the model.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("kin.yaml")
_WORD = re.compile(r"[^\W\d_]+(?:['’‘·-][^\W\d_]+)*|['’]n\b")
_LEAST = 2
_MARGIN = 1.3


@dataclass(frozen=True)
class Kin:
    """What one language of a group writes and the others do not."""

    words: frozenset[str]
    letters: frozenset[str]
    parts: tuple[str, ...]

    def evidence(self, text: str, words: Counter[str], letters: Counter[str]) -> int:
        """How often a text in lower case does, which has these words and letters."""
        found = sum(words[word] for word in self.words & words.keys()) + sum(letters[x] for x in self.letters)
        return found + sum(map(text.count, self.parts))


def nearer(text: str, code: str) -> tuple[str, int, int]:
    """Which of the kin of `code` the text is in (without clear evidence `code` itself), the evidence for it, and the
    most for another."""
    if not (own := _groups_of(code)):
        return code, 0, 0
    lowered = text.casefold()
    words, letters = Counter(_WORD.findall(lowered)), Counter(lowered)
    # Serbian has kin in two scripts: those of the text's own have more to say of it.
    groups = [{name: kin.evidence(lowered, words, letters) for name, kin in group.items()} for group in own]
    found = max(groups, key=lambda group: sum(group.values()))
    best, most = max(found.items(), key=lambda item: item[1])
    if most < found[code] + _LEAST or most < _MARGIN * found[code]:
        best, most = code, found[code]
    rival = max((count for name, count in found.items() if name != best), default=0)
    return best, most, rival


def kin_of(code: str) -> frozenset[str]:
    """`code`, and what is taken for it."""
    return frozenset((code, *(name for group in _groups_of(code) for name in group)))


def _groups_of(code: str) -> list[dict[str, Kin]]:
    return [group for group in _groups() if code in group]


@cache
def _groups() -> list[dict[str, Kin]]:
    data: list[dict[str, dict[str, str]]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return [{code: _kin(**kin) for code, kin in group.items()} for group in data]


def _kin(words: str, letters: str = "", parts: str = "") -> Kin:
    return Kin(frozenset(words.split()), frozenset(letters), tuple(parts.split()))
