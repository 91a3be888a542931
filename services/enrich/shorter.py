"""Shorter forms of organisations' and places' names: "Sequoia" of "Sequoia Capital", "Penteli" of "Mount Penteli"."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from services.contracts.messages import EntityType
from services.enrich.names import company
from services.enrich.words import FRONTS, HEADS

_PARTICLES = frozenset(["of", "de", "du", "des", "la", "le", "da", "do", "del", "della", "der"])


def shorter_forms(types: Mapping[str, EntityType]) -> Iterator[tuple[str, str]]:
    """Each name in `types` that is short for exactly one longer one there, with that one.

    Of an organisation's name, its first word or words, or the last word of two ("Rangers" of "Enugu Rangers"); of a
    place's, what is left without the word that tells that it is a mountain, a lake, a province.
    """
    longer: dict[str, set[str]] = defaultdict(set)
    for name, type_ in types.items():
        for short in _places(name.split()) if type_ == "place" else _organisations(name.split(), type_):
            longer[short].add(name)
    return ((short, names.pop()) for short, names in longer.items() if short in types and len(names) == 1)


def _organisations(words: list[str], type_: EntityType) -> Iterable[str]:
    if type_ != "organisation" or len(words) < 2 or words[0].lower() in HEADS:
        return
    bare = company(" ".join(words)).split()
    yield from (" ".join(words[:n]) for n in range(1, len(words)) if words[n - 1] not in _PARTICLES)
    if len(bare) == 2 and bare[1].lower() not in HEADS:
        yield bare[1]


def _places(words: list[str]) -> Iterable[str]:
    if len(words) > 1 and (_is_place_head(words[0]) or FRONTS.get(words[0].lower()) == "place"):
        yield " ".join(words[2:] if words[1].lower() in _PARTICLES else words[1:])
    if len(words) > 1 and _is_place_head(words[-1]):
        yield " ".join(words[:-1])


def _is_place_head(word: str) -> bool:
    return HEADS.get(word.lower(), (None, False))[0] == "place"
