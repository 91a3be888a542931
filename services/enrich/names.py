"""Which names of an article are forms of one another: "Obama" of "Barack Obama", "Boeing" of "Boeing Co."."""

import re
from collections.abc import Iterable, Sequence

from services.enrich.slugs import slug
from services.enrich.words import COMPANY_FORMS

_GENERATION = re.compile(r",? (?:Jr|Sr|II|III|IV)\.?$")


def words_of(person: str) -> list[str]:
    """The words of a person's name, without "Jr." and the like."""
    return _GENERATION.sub("", person).split()


def full_names(persons: Iterable[str]) -> list[str]:
    """Those that have a given name and a family name."""
    return [p for p in persons if len(words_of(p)) > 1]


def full_name_of(name: str, persons: Sequence[str]) -> str | None:
    """Which of `persons` (the latest mentioned last) `name` is a shorter form of.

    A family name stands for the latest one who bears it; a given name or initial must agree.
    """
    own = [slug(w) for w in words_of(name)]
    for person in reversed(persons):
        full = [slug(w) for w in words_of(person)]
        if person != name and len(own) < len(full) and _is_form(own, full):
            return person
    return None


def _is_form(own: Sequence[str], full: Sequence[str]) -> bool:
    if not own or own == full:
        return False
    if list(full[-len(own) :]) == list(own):  # "van Gogh" and "Gogh" of "Vincent van Gogh"
        return True
    if own[-1] != full[-1] or len(own) < 2:
        return False
    given, first = own[0], full[0]
    return given == first or (min(len(given), len(first)) == 1 and given[:1] == first[:1])


def company(name: str) -> str:
    """An organisation's name without the legal form of a company."""
    words = name.split()
    while len(words) > 1 and words[-1].strip(".,()").lower() in COMPANY_FORMS:
        words.pop()
    return " ".join(words).rstrip(",")
