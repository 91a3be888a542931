"""Words that decide what a name is and where it starts."""

from typing import cast

from services.contracts.messages import EntityType
from services.enrich.data_files import lines


def _columns(line: str) -> list[str]:
    return line.split("\t")


TYPES: dict[str, EntityType] = {
    # OntoNotes 5 labels, as in the English pipelines
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "EVENT": "event",
    "PRODUCT": "product",
    "WORK_OF_ART": "work",
    "LAW": "law",
    # WikiNER and CoNLL 2003 labels, as in most other pipelines; their MISC says too little to be kept
    "PER": "person",
}
"""spaCy's labels to our types; other labels (dates, money, numbers, languages) are dropped."""

ARTICLES = frozenset(lines("articles.txt"))
"""Articles, in lower case."""

TITLES = frozenset(lines("titles.txt"))
"""Forms of address and offices that stand before a person's name, as written."""

_HEADS = tuple((word, cast(EntityType, type_), flag) for word, type_, flag in map(_columns, lines("heads.tsv")))
HEADS: dict[str, tuple[EntityType, bool]] = {
    word: (type_, flag == "surname") for word, type_, flag in _HEADS if flag != "front"
}
"""Last words of names, in lower case: what they say is named, and whether they are family names too."""

FRONTS: dict[str, EntityType] = {word: type_ for word, type_, flag in _HEADS if flag == "front"}
"""First words of names, in lower case, that say what is named ("Lake …", "Hurricane …")."""

PERSON_TITLES: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in map(_columns, lines("person-titles.tsv"))
}
"""By language, what stands right before a person's name, in lower case."""

NO_NAMES = frozenset(lines("no-names.txt"))
"""What is never a name, in lower case."""

COMPANY_FORMS = frozenset(lines("company-forms.txt"))
"""Legal forms at the end of companies' names, in lower case without full stops."""

GIVEN_NAMES = frozenset(lines("given-names.txt"))
"""Given names that are hardly anything else, as written."""


def _kind_nouns() -> dict[str, dict[str, EntityType]]:
    nouns: dict[str, dict[str, EntityType]] = {}
    for language, type_, words in map(_columns, lines("kind-nouns.tsv")):
        nouns.setdefault(language, {}).update(dict.fromkeys(words.split(), cast(EntityType, type_)))
    return nouns


KIND_NOUNS = _kind_nouns()
"""By language, common nouns that stand right before a name, in lower case: what they say is named."""

NO_ACRONYMS = frozenset(lines("no-acronyms.txt"))
"""Acronyms that are general nouns."""
