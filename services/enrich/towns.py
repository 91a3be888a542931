"""Towns of the world: where they lie, and which of them a text in a language without a model is in.

Names of small towns are family names and common words too: one counts only where a preposition of place stands before.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from services.enrich.data_files import lines
from services.enrich.ordered import Ordered
from services.enrich.slugs import entity_id
from services.enrich.spans import Span, lower_words

LOCATIVES = {
    language: re.compile(rf"\b(?:{'|'.join(words.split())}) (?=[^\W\d_])", re.IGNORECASE)
    for language, words in (line.split("\t") for line in lines("locatives.tsv"))
}
_WORDS = re.compile(r"[^\W\d_][\w'’]*(?:[ -][^\W\d_][\w'’]*){0,3}")


class Town(NamedTuple):
    """A town; country (ISO 3166-1 alpha-2) and degrees are None where several of its name are as big."""

    name: str
    country: str | None
    lat: float | None
    lon: float | None


@cache
def towns() -> dict[str, Town]:
    """Towns by each of their names."""
    found: dict[str, Town] = {}
    other: dict[str, Town] = {}
    for line in lines("towns.tsv"):
        name, country, lat, lon, names = line.split("\t")
        found[name] = Town(name, country or None, float(lat) if lat else None, float(lon) if lon else None)
        other |= dict.fromkeys(names.split("|"), found[name]) if names else {}
    return other | found


def town_name(id_: str, name: str) -> str:
    """The usual name of the town that a text calls `name`, if `id_` is that town's; else `name`."""
    town = towns().get(name)
    return town.name if town and entity_id("place", town.name) == id_ else name


def in_towns(text: str, language: str, taken: Sequence[Span]) -> Iterator[Span]:
    """Towns in `text` behind a preposition of place, where `taken` leaves it free."""
    if language not in LOCATIVES:
        return
    known, lower = Ordered(taken), lower_words(text)
    for preposition in LOCATIVES[language].finditer(text):
        words = _WORDS.match(text, preposition.end())
        name = _longest(words.group()) if words else None
        start, end = preposition.end(), preposition.end() + len(name or "")
        if name and name.lower() not in lower and not known.over(start, end):
            yield Span(start, end, "place", entity_id("place", towns()[name].name))


def _longest(words: str) -> str | None:
    """The longest town's name that `words` begin with."""
    ends = [m.start() for m in re.finditer(r"[ -]", words)] + [len(words)]
    return next((words[:end] for end in reversed(ends) if words[:end] in towns()), None)
