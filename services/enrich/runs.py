"""Runs of telling words: what stands between stop words, numbers and signs, and which of their words are nouns."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from services.enrich.clauses import Clause
from services.enrich.data_files import lines
from services.enrich.stop_words import FILLERS

_LEAST_LETTERS = 3
_AROUND = {
    language: (frozenset(before.split()), frozenset(after.split()))
    for language, before, after in (line.split("\t") for line in lines("around-nouns.tsv"))
}
"""By language, what stands before nouns, and what stands behind them."""
_NOUN_LAST = frozenset({"en", "nl"})
"""Where an adjective stands before its noun; in the other languages of the table it stands behind."""
_SHORT = 2
"""Words of a run that is all noun phrase; longer ones may have a verb in them ("the company wants staff")."""
_ELIDED = re.compile(r"\w{1,5}['’](?=\w{3})")
_ELIDING = frozenset({"fr", "it", "ca"})
_JAPANESE = re.compile(r"[\u4e00-\u9fff々]{2,}|[\u30a1-\u30ff]{2,}")
"""Words of Chinese characters or katakana; hiragana, which stands between them, is grammar."""
_ADJECTIVE = ("e", "en", "er", "es", "em")
_PARTICIPLE = re.compile(r"^\w{3,}[^\We]ed$", re.IGNORECASE)
"""Words like "developed" that stand where nouns do ("the newly developed"), but not "speed"."""
_CONTRACTED = re.compile(r"['’](?:s|ll|re|ve|d|m|t)?$", re.IGNORECASE)


class Run(NamedTuple):
    """`words` as written, from about character `start` of the text, and whether nouns stand `first` and `last`."""

    start: int
    words: list[str]
    first: bool
    last: bool


def runs(parts: Iterable[Clause], stops: Collection[str], language: str) -> Iterator[Run]:
    """The runs of `parts`."""
    if language == "ja":
        yield from (
            Run(start, [word], False, False) for start, words in parts for w in words for word in _JAPANESE.findall(w)
        )
        return
    before, after = _AROUND.get(language, (frozenset(), frozenset()))
    fillers = FILLERS.get(language, frozenset())
    for start, words in parts:
        run: list[str] = []
        introduced = False
        for word in words:
            prefix, bare = _bare(word, language)
            lower = bare.lower()
            stop = lower in stops or len(bare) < _LEAST_LETTERS or not bare[0].isalpha()
            if run and (stop or prefix):
                yield Run(start, run, introduced, introduced or lower in after)
                run = []
            if stop:
                introduced = lower in before or (introduced and lower in fillers)
            else:
                introduced = introduced or prefix
                run.append(bare)
        if run:
            yield Run(start, run, introduced, introduced)


def _bare(word: str, language: str) -> tuple[bool, str]:
    """Whether an elided article stands before `word` ("l'eau"), and the word without it and without "'s"."""
    if "'" not in word and "’" not in word:
        return False, word
    word = _CONTRACTED.sub("", word)
    elided = _ELIDED.match(word) if language in _ELIDING else None
    return (True, word[elided.end() :]) if elided else (False, word)


class Nouns(NamedTuple):
    """Words in lower case that stand where nouns do: `sure` ones alone, `likely` ones as the main word of a phrase."""

    sure: frozenset[str]
    likely: frozenset[str]


def nouns_of(found: Iterable[Run], language: str) -> Nouns | None:
    """The nouns that the runs of a text give away; None in languages where we do not know where nouns stand."""
    if language not in _AROUND:
        return None
    place = -1 if language in _NOUN_LAST else 0
    there = [(r.words[place].lower(), len(r.words)) for r in found if (r.last if place else r.first)]
    sure = frozenset(word for word, size in there if size <= _SHORT)
    return Nouns(sure, sure | {word for word, _ in there})


def names_a_thing(phrase: tuple[str, ...], nouns: Nouns | None, language: str) -> bool:
    """Whether the main word of a phrase as written is a noun: in German by its capital (and what stands in small case
    before it by the ending of an adjective), else one of `nouns`; in English none that ends like a participle."""
    if language == "de":
        return phrase[-1][0].isupper() and all(w[0].isupper() or w.endswith(_ADJECTIVE) for w in phrase)
    if language == "en" and _PARTICIPLE.search(phrase[-1]):
        return False
    if nouns is None:
        return True
    main = (phrase[-1] if language in _NOUN_LAST else phrase[0]).lower()
    return main in (nouns.likely if len(phrase) > 1 else nouns.sure)
