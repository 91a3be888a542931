"""Runs of telling words: what stands between stop words, numbers and signs, and which of their words are nouns."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from services.enrich.clauses import Clause
from services.enrich.data_files import lines
from services.enrich.stop_words import FILLERS

_LEAST_LETTERS = 3
_NONE: frozenset[str] = frozenset()


def _columns(file: str) -> dict[str, tuple[frozenset[str], ...]]:
    rows = (line.split("\t") for line in lines(file))
    return {language: tuple(frozenset(column.split()) for column in columns) for language, *columns in rows}


_AROUND = _columns("around-nouns.tsv")
"""By language, what stands before nouns, what stands behind them, and what stands before verbs."""
_WEAK = _columns("weak-words.tsv")
"""By language, what no phrase begins with, what is no main word of one, and nouns that are too general alone."""
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
_NEGATED = re.compile(r"n['’]t$", re.IGNORECASE)
_CONTRACTED = re.compile(r"['’](?:s|ll|re|ve|d|m|t)?$", re.IGNORECASE)


class Run(NamedTuple):
    """`words` as written, from about character `start` of the text, whether nouns stand `first` and `last`, and whether
    a verb may stand first."""

    start: int
    words: list[str]
    first: bool
    last: bool
    verbal: bool = False


def runs(parts: Iterable[Clause], stops: Collection[str], language: str) -> Iterator[Run]:
    """The runs of `parts`."""
    if language == "ja":
        yield from (
            Run(start, [word], False, False) for start, words in parts for w in words for word in _JAPANESE.findall(w)
        )
        return
    before, after, before_verbs = _AROUND.get(language, (_NONE,) * 3)
    fillers = FILLERS.get(language, _NONE)
    for start, words in parts:
        run: list[str] = []
        introduced = verbal = False
        for word in words:
            prefix, bare = _bare(word, language)
            lower = bare.lower()
            stop = lower in stops or len(bare) < _LEAST_LETTERS or not bare[0].isalpha()
            if run and (stop or prefix):
                yield Run(start, run, introduced, introduced or lower in after, verbal)
                run = []
            if stop:
                introduced = lower in before or (introduced and lower in fillers)
                verbal = lower in before_verbs
            else:
                introduced = introduced or prefix
                run.append(bare)
        if run:
            yield Run(start, run, introduced, introduced, verbal)


def _bare(word: str, language: str) -> tuple[bool, str]:
    """Whether an elided article stands before `word` ("l'eau"), and the word without it and "'s"; none of "don't"."""
    if "'" not in word and "’" not in word:
        return False, word
    if _NEGATED.search(word):
        return False, ""
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


def without_verb(run: Run, nouns: Nouns | None, language: str) -> Run:
    """`run` without the verb that it may begin with ("to prepare maps"), unless that is a noun elsewhere."""
    first = run.words[0].lower()
    verbs, _, _ = _WEAK.get(language, (_NONE,) * 3)
    verb = first in verbs or (run.verbal and nouns is not None and first not in nouns.likely)
    return run._replace(words=run.words[1:]) if verb else run


def names_a_thing(phrase: tuple[str, ...], nouns: Nouns | None, language: str, topical: bool = False) -> bool:
    """Whether the main word of a phrase as written is a noun that tells something: in German by its capital (and what
    stands in small case before it by the ending of an adjective), else one of `nouns` or of a `topical` phrase; in
    English none that ends like a participle."""
    main = (phrase[-1] if language in _NOUN_LAST else phrase[0]).lower()
    _, weak, general = _WEAK.get(language, (_NONE,) * 3)
    if main in weak or (len(phrase) == 1 and main in general):
        return False
    if language == "de":
        return phrase[-1][0].isupper() and all(w[0].isupper() or w.endswith(_ADJECTIVE) for w in phrase)
    if language == "en" and _PARTICIPLE.search(main):
        return False
    return topical or nouns is None or main in (nouns.likely if len(phrase) > 1 else nouns.sure)
