"""What the words in and around a name say of its type, which weighs more than the model's guess."""

import re
from collections.abc import Mapping
from dataclasses import replace

from services.contracts.messages import EntityType
from services.enrich.spans import Span, is_acronym
from services.enrich.words import COMPANY_FORMS, FRONTS, GIVEN_NAMES, HEADS, KIND_NOUNS, TITLES

_BEFORE = re.compile(r"(\S+) $")
_OF = re.compile(r" (?:of|for|de|für) ")
_AGE = re.compile(r", [1-9]\d[,.]")
_NO_PERSON = frozenset({"organisation", "place", "product", "work"})
_NO_NOUNS: Mapping[str, EntityType] = {}


def typed(text: str, span: Span, language: str = "en") -> Span:
    """`span` with the type that is told by its head ("University of …", "… Road"), by a title or noun before it
    ("Mr …", "the union …"), or by an age behind it ("…, 61, said")."""
    name = text[span.start : span.end]
    if told := _by_head(name, span.type) or _by_neighbours(text, span, language):
        return replace(span, type=told, told=True)
    return replace(span, type=_by_looks(name, span.type) or span.type)


def _by_head(name: str, type_: EntityType) -> EntityType | None:
    words = name.split()
    if len(words) < 2:
        return None
    if words[-1].strip(".,").lower() in COMPANY_FORMS:
        return "organisation"
    if told_in_front := FRONTS.get(words[0].lower()):
        return told_in_front
    for word in (words[-1], _OF.split(name, maxsplit=1)[0].split()[-1]):
        told, surname = HEADS.get(word.lower().strip(".,"), (None, False))
        if told and word[0].isupper() and not (surname and type_ == "person"):
            return told
    return None


def _by_neighbours(text: str, span: Span, language: str) -> EntityType | None:
    before = _BEFORE.search(text, max(0, span.start - 24), span.start)
    word = before.group(1) if before else ""
    if span.type in _NO_PERSON and (word in TITLES or _AGE.match(text, span.end)):
        return "person"
    return KIND_NOUNS.get(language, _NO_NOUNS).get(word)


def _is_given(word: str) -> bool:
    return word in GIVEN_NAMES or (word.isupper() and word.capitalize() in GIVEN_NAMES)


def _by_looks(name: str, type_: EntityType) -> EntityType | None:
    """What a name looks like: a given name and a family name, or an acronym."""
    words = name.split()
    if type_ in _NO_PERSON and len(words) in (2, 3) and _is_given(words[0]) and words[-1][0].isupper():
        return "person"
    return "organisation" if type_ in ("place", "person") and is_acronym(name) else None
