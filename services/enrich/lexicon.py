"""The aliases of one language, and where they stand in a text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from services.contracts.messages import EntityType
from services.enrich.headings import in_capitals
from services.enrich.spans import Span, line_of

# One character for one, so that offsets stay what they are: line breaks end names, other space and apostrophes vary.
_SAME_LENGTH = str.maketrans({"\u00a0": " ", "\u202f": " ", "\t": " ", "’": "'", "‘": "'", "‑": "-"})


@dataclass(frozen=True, slots=True)
class Known:
    """An entry: its id, canonical name and type, the same in every language."""

    id: str
    name: str
    type: EntityType


@dataclass(frozen=True)
class Lexicon:
    """The aliases of one language: all of them, those that can be trusted on sight, and the acronyms."""

    by_alias: dict[str, Known]
    certain: tuple[str, ...]
    acronyms: frozenset[str]
    spaced: bool

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(self.certain)

    def known(self, name: str) -> Known | None:
        """The entry that `name` is an alias of."""
        return self.by_alias.get(" ".join(name.translate(_SAME_LENGTH).split()))

    def is_certain(self, name: str) -> bool:
        """Whether `name` on sight means the entry that it is an alias of."""
        return name in self._certain

    @cached_property
    def _certain(self) -> frozenset[str]:
        return frozenset(self.certain)

    def find(self, text: str) -> Iterator[Span]:
        """Every place where a certain alias stands as a word of its own, the longest where several begin or overlap."""
        text = text.translate(_SAME_LENGTH)
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if self.spaced:
            found = [f for f in found if is_word(text, f[1], f[2]) and not self._no_acronym(text, *f)]
        for index, start, end in longest(found):
            entry = self.by_alias[self.certain[index]]
            yield Span(start, end, entry.type, entry.id)

    def _no_acronym(self, text: str, index: int, start: int, end: int) -> bool:
        """Whether it only looks like an acronym: a word of a line in capitals ("WHO IS NEXT?"), or money ("US$5")."""
        acronym = self.certain[index] in self.acronyms and in_capitals(line_of(text, start))
        return acronym or text[end : end + 1] == "$"


def is_word(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches `text[start:end]`."""
    return not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())


def longest(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Of matches (what, start, end) that overlap, the one that begins first, and of those the longest."""
    reached = 0
    for match in sorted(found, key=lambda f: (f[1], -f[2])):
        if match[1] >= reached:
            reached = match[2]
            yield match
