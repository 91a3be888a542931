"""Persons in languages without a model: runs of capitalised words that something else says are a name.

Three things are taken for that, since capitals alone say little: a title or form of address right before
the run ("le président Emmanuel Macron"), a given name in it, or the run's last word alone elsewhere, as news names
people again. The last is left out for German, whose nouns have capitals.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from services.enrich.headings import capitals_say_nothing
from services.enrich.ordered import Ordered
from services.enrich.spans import Span, line_of, lower_words
from services.enrich.words import GIVEN_NAMES, HEADS, PERSON_TITLES

NOUNS_HAVE_CAPITALS = frozenset({"de"})

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:[-'’][^\W\d_]+)*"
_PARTICLES = r"(?:(?:de|da|do|dos|das|di|del|della|van|von|der|den|zu|la|le|el|al|bin) ){0,2}"
_RUN = re.compile(rf"(?<![\w'’.-]){_CAPITAL}(?: {_PARTICLES}{_CAPITAL}){{0,4}}(?![\w-])")
_WORD_BEFORE = re.compile(r"([\w.-]+) $")
_SENTENCE_START = re.compile(r"(?:^|[.!?:»”\"–—-] ?|[\n«“„¿¡(] ?)$")


def persons(text: str, language: str, taken: Sequence[Span]) -> Iterator[Span]:
    """Persons named in full in `text`, where `taken` leaves it free."""
    titles = PERSON_TITLES.get(language)
    if not titles:
        return
    runs = [m for m in _RUN.finditer(text) if not capitals_say_nothing(line_of(text, m.start()))]
    alone = frozenset() if language in NOUNS_HAVE_CAPITALS else _alone(text, runs)
    lower, known = lower_words(text), Ordered(taken)
    for run in runs:
        start, told = _start(text, run, titles)
        words = text[start : run.end()].split()
        told = told or words[-1] in alone
        # A place in it is part of the name: "Luís Montenegro".
        free = all(start < s.start and s.type == "place" for s in known.over(start, run.end()))
        if 2 <= len(words) <= 4 and told and free and not _is_other(words, lower):
            yield Span(start, run.end(), "person")


def _start(text: str, run: re.Match[str], titles: frozenset[str]) -> tuple[int, bool]:
    """Where the name in `run` begins, at a given name or after titles with a capital, and whether these tell that it is
    one: "Geschäftsführerin Antje Petersen", but not "Stiftung Konrad Adenauer"."""
    words = run.group().split()
    given = next((i for i, word in enumerate(words[:-1]) if word.split("-")[0] in GIVEN_NAMES), None)
    if given is not None and not any(word.lower() in HEADS for word in words[:given]):
        return run.start() + sum(len(word) + 1 for word in words[:given]), True
    before = list(takewhile(lambda word: word.lower() in titles, words[:-1]))
    titled = bool(before) or _word_before(text, run.start()) in titles
    return run.start() + sum(len(word) + 1 for word in before), titled


def _alone(text: str, runs: Sequence[re.Match[str]]) -> frozenset[str]:
    """Capitalised words that stand by themselves within a sentence."""
    return frozenset(
        run.group()
        for run in runs
        if " " not in run.group() and not _SENTENCE_START.search(text[max(0, run.start() - 3) : run.start()])
    )


def _word_before(text: str, at: int) -> str:
    found = _WORD_BEFORE.search(text[max(0, at - 24) : at])
    return found.group(1).lower() if found else ""


def _is_other(words: Sequence[str], lower: frozenset[str]) -> bool:
    """Whether a word at either end tells of an organisation or place, or is a common word of the text."""
    return any(w.lower() in HEADS or w.lower() in lower for w in (words[0], words[-1]))
