"""The alias table: names that are known before an article is read, and where they stand in a text.

The files `data/*.tsv` have one row for an entry and a language: type, name, language, aliases (separated
by `|`). Language `*` holds for every language. The aliases in `doubtful.txt` have other meanings too
(Georgia, Jordan): they are never found on sight, but say what a name is once a model has found it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast, get_args

from ahocorasick_rs import AhoCorasick

from services.contracts.messages import EntityType
from services.enrich.data_files import lines
from services.enrich.headings import in_capitals
from services.enrich.slugs import entity_id
from services.enrich.spans import Span, line_of

# In the order of precedence: where two entries share an alias, it means the first.
TABLES = (
    "countries.tsv",
    "short-forms.tsv",
    "organisations.tsv",
    "regions.tsv",
    "capitals.tsv",
    "cities.tsv",
    "companies.tsv",
)

# One character for one, so that offsets stay what they are: line breaks end names, other space and apostrophes vary.
_SAME_LENGTH = str.maketrans({"\u00a0": " ", "\u202f": " ", "\t": " ", "’": "'", "‘": "'", "‑": "-"})
# Scripts written without spaces between words: a name is where its characters are.
_UNSPACED = frozenset({"zh", "ja", "ko", "th", "lo", "km", "my"})


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


@dataclass(frozen=True)
class Gazetteer:
    """The alias table of every language."""

    entries: dict[str, Known]
    lexicons: dict[str, Lexicon]

    def name_of(self, id_: str) -> str | None:
        """The canonical name of the entry `id_`; None: there is none."""
        return self.entries[id_].name if id_ in self.entries else None

    def lexicon(self, language: str) -> Lexicon:
        """The aliases of `language`; of a language without any, those that hold everywhere."""
        return self.lexicons.get(language, self.lexicons["*"])


def load_gazetteer() -> Gazetteer:
    """Read the tables that ship with the product."""
    entries: dict[str, Known] = {}
    aliases: dict[str, dict[str, Known]] = defaultdict(dict)
    for type_, name, language, names in _rows():
        entry = entries.setdefault(entity_id(type_, name), Known(entity_id(type_, name), name, type_))
        for alias in names.split("|"):
            aliases[language].setdefault(alias, entry)
    doubtful = frozenset(lines("doubtful.txt"))
    everywhere = aliases["*"]
    return Gazetteer(
        entries,
        {language: _lexicon(language, {**everywhere, **own}, doubtful) for language, own in aliases.items()},
    )


def _lexicon(language: str, by_alias: dict[str, Known], doubtful: frozenset[str]) -> Lexicon:
    # As datelines ("TEHRAN, 3 November") and headlines have them; shorter ones could be acronyms.
    acronyms = frozenset(alias for alias in by_alias if alias.isupper() and " " not in alias)
    shouted = {a.upper(): entry for a, entry in by_alias.items() if len(a) > 3 and a not in doubtful}
    by_alias = {**shouted, **by_alias}
    certain = tuple(alias for alias in by_alias if alias not in doubtful)
    return Lexicon(by_alias, certain, acronyms, language not in _UNSPACED)


def _rows() -> Iterator[tuple[EntityType, str, str, str]]:
    types = get_args(EntityType)
    for file in TABLES:
        for line in lines(file):
            type_, name, language, names = line.split("\t")
            if type_ not in types:
                raise ValueError(f"{file}: no entity type {type_!r} in {line!r}")
            yield cast(EntityType, type_), name, language, names
