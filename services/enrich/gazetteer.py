"""The alias table: names that are known before an article is read.

The files `data/*.tsv` have one row for an entry and a language: type, name, language, aliases (separated
by `|`). Language `*` holds for every language. The aliases in `doubtful.txt` have other meanings too
(Georgia, Jordan): they are never found on sight, but say what a name is once a model has found it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast, get_args

from services.contracts.messages import EntityType
from services.enrich.data_files import lines
from services.enrich.lexicon import Known, Lexicon
from services.enrich.slugs import entity_id

# In the order of precedence: where two entries share an alias, it means the first.
TABLES = (
    "countries.tsv",
    "short-forms.tsv",
    "organisations.tsv",
    "regions.tsv",
    "capitals.tsv",
    "companies.tsv",
    "cities.tsv",
)

# Scripts written without spaces between words: a name is where its characters are.
_UNSPACED = frozenset({"zh", "ja", "ko", "th", "lo", "km", "my"})


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
