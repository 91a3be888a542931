"""Which names of an article are forms of one another: "Obama" of "Barack Obama", "Boeing" of "Boeing Co."."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from services.enrich.slugs import slug
from services.enrich.words import COMPANY_FORMS

_GENERATION = re.compile(r",? (?:Jr|Sr|II|III|IV)\.?$")
_ARTICLE = re.compile(r"^(?:al|el)-(?=...)")

_FIRM = frozenset(
    ["group", "holding", "holdings", "motor", "motors", "platforms", "entertainment", "technologies", "international"]
)


class FullNames:
    """The persons whom an article names in full, and which other names are short for them."""

    def __init__(self, persons: Iterable[str]) -> None:
        """`persons`: names, the most frequent first; those of one word are left out."""
        self._by_family: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
        self._by_word: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
        for person in persons:
            words = _words(person)
            if len(words) > 1:
                self._by_family[words[-1]].append((person, words))
                for word in set(words):
                    self._by_word[word].append((person, words))

    def families(self) -> Iterator[tuple[str, str]]:
        """Each family name as written, with the person who bears it."""
        for people in self._by_family.values():
            person = people[0][0]
            yield _GENERATION.sub("", person).split()[-1], person

    def of(self, name: str) -> str | None:
        """The full name that `name` is a shorter form of: the same family name, and no other given name or initial.

        It may also be a part of a single person's name: a given name, a family name that stands first ("Kim Jong Un")
        or before the mother's ("Boric" of "Gabriel Boric Font").
        """
        own = _words(name)
        people = self._by_family.get(own[-1], []) if own else []
        by_family = next((person for person, words in people if person != name and _is_form(own, words)), None)
        return by_family or (self._by_part(own) if own else None)

    def _by_part(self, own: list[str]) -> str | None:
        people = [person for person, words in self._by_word.get(own[-1], []) if _is_part(own, words)]
        return people[0] if len(people) == 1 else None


def _words(name: str) -> list[str]:
    """The words of a name, without "Jr." and the like and the article of "al-Burhan", as slugs."""
    return [_ARTICLE.sub("", s) for word in _GENERATION.sub("", name).split() if (s := slug(word))]


def _is_part(own: list[str], full: list[str]) -> bool:
    """Whether the words of `own` stand side by side in `full`, or the first ones do with others between or behind."""
    if len(own) >= len(full):
        return False
    if any(full[i : i + len(own)] == own for i in range(len(full))):
        return True
    rest = iter(full)
    return len(own) > 1 and own[0] == full[0] and all(word in rest for word in own)


def _is_form(own: list[str], full: list[str]) -> bool:
    if len(own) > len(full) or own == full:
        return False
    if full[-len(own) :] == own:  # "van Gogh" and "Gogh" of "Vincent van Gogh"
        return True
    if own[0] == full[0]:  # "George Bush" of "George W. Bush"
        return 1 < len(own) < len(full)
    return len(own[0]) == 1 and own[0] == full[0][0]  # "B. Obama" of "Barack Obama"


def company(name: str) -> str:
    """An organisation's name without the legal form of a company."""
    words = name.split()
    while len(words) > 1 and words[-1].strip(".,()").lower() in COMPANY_FORMS:
        words.pop()
    return " ".join(words).rstrip(",")


def firm(name: str) -> str:
    """A company's name without its legal form and the words that companies of any trade have before it."""
    words = company(name).split()
    while len(words) > 1 and words[-1].lower() in _FIRM:
        words.pop()
    return " ".join(words)
