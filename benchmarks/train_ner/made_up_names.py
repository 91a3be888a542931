"""Names of persons, places and organisations of all the world, made up for training, and slots filled with them.

Persons are Faker's (MIT) and romanised.tsv's; places and organisations are the product's and
patterns.txt's.
"""

import random
import re
from pathlib import Path
from typing import NamedTuple

from faker import Faker

HERE = Path(__file__).parent
TABLES = HERE.parents[1] / "services" / "enrich" / "data"
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ'’.\- ]+")
_WORD = re.compile(r"\{([a-z-]+)\}")
_SLOT = re.compile(r"\{([A-Z])(\d*)(:up)?\}")
SLOTS = {
    "P": ("person", "PERSON"), "S": ("family", "PERSON"), "C": ("city", "GPE"), "D": ("district", "GPE"),
    "N": ("state", "GPE"), "R": ("region", "LOC"), "W": ("water", "LOC"), "F": ("facility", "FAC"),
    "A": ("demonym", "NORP"), "O": ("body", "ORG"), "X": ("union", "ORG"), "K": ("company", "ORG"),
    "T": ("team", "ORG"), "M": ("media", "ORG"), "G": ("government", "ORG"), "U": ("university", "ORG"),
    "Y": ("party", "ORG"), "B": ("bank", "ORG"),
}  # fmt: skip
"""What a slot's letter draws, and its label."""


class Filled(NamedTuple):
    text: str
    spans: list[tuple[int, int, str]]


class Names:
    """Draws names; the same for the same `seed`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        Faker.seed(seed)
        self.fakers = [Faker(locale) for locale in " ".join(kept("locales.txt")).split()]
        rows = (row.split("\t") for row in kept("romanised.tsv"))
        self.romanised = [(order, given.split(), family.split()) for order, given, family in rows]
        self.demonyms = " ".join(kept("demonyms.txt")).split()
        rules = (line.split(": ", 1) for line in kept("patterns.txt"))
        self.rules = {word: options.split(" | ") for word, options in rules} | {
            "city": [n for names in table("cities.tsv") + table("capitals.tsv") for n in names],
            "country": [names[0] for names in table("countries.tsv")],
            "region": [n for names in table("regions.tsv") for n in names],
            "known-body": [n for names in table("organisations.tsv") for n in names],
            "known-company": [n for names in table("companies.tsv") for n in names],
            "demonym": self.demonyms,
        }
        self.drawn = {
            "family": lambda: self.person()[1],
            "person": lambda: self.person()[0],
            "made-up": self._made_up,
            "acronym": self._acronym,
        }

    def draw(self, word: str) -> str:
        """A name of the kind that `word` says: one of `patterns.txt`, the product's tables, or made of letters."""
        if make := self.drawn.get(word):
            return make()
        return _WORD.sub(lambda found: self.draw(found[1]), self.random.choice(self.rules[word]))

    def _made_up(self) -> str:
        return "".join(self.random.choices(self.rules["syllable"], k=self.random.choice((2, 3, 3, 4)))).capitalize()

    def _acronym(self) -> str:
        return "".join(self.random.choices("ABCDEFGHIKLMNOPRSTU", k=self.random.choice((2, 3, 3, 3, 4, 5))))

    def person(self) -> tuple[str, str]:
        """A name in full and the family name alone."""
        if self.random.random() < 0.45:
            order, given, family = self.random.choice(self.romanised)
            first, last = self.random.choice(given), self.random.choice(family)
            return (f"{last} {first}" if order == "first" else f"{first} {last}"), last
        faker = self.random.choice(self.fakers)
        first, last = faker.first_name(), faker.last_name()
        while not LATIN.fullmatch(first + last):
            first, last = faker.first_name(), faker.last_name()
        if self.random.random() < 0.15:
            first += f" {self.random.choice('ABCDEFGHJKLMNPRSTW')}."
        return f"{first} {last}", last

    def fill(self, template: str) -> Filled:
        """`template` with a name in each slot; {P} and {S} of one number are one person."""
        persons: dict[str, tuple[str, str]] = {}
        text, spans, done = "", [], 0
        for found in _SLOT.finditer(template):
            letter, number, up = found.groups()
            word, label = SLOTS[letter]
            text, done = text + template[done : found.start()], found.end()
            name = persons.setdefault(number, self.person())[letter == "S"] if letter in "PS" else self.draw(word)
            name = name.upper() if up else name
            spans.append((len(text), len(text) + len(name), label))
            text += name
        return Filled(text + template[done:], spans)


def kept(file: str) -> list[str]:
    """The lines of a file beside this one that are neither empty nor comments."""
    return [line for line in (HERE / file).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def table(file: str) -> list[list[str]]:
    """The English names of each entry in a table of the product."""
    rows = [line.split("\t") for line in (TABLES / file).read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [[n for n in row[3].split("|") if LATIN.fullmatch(n)] or [row[1]] for row in rows if row[2] in ("en", "*")]
