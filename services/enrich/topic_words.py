"""The words that tell of a topic: a lexicon for each language, and how much of it a text has."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from services.enrich.data_files import lines

_WEAK = 1.0
_MARKS = {"+": 2.5, "-": 0.0}
"""Weights of words with a mark in front; `-` takes away what a concept's name says ("breaking", a kind of dance)."""
_LEAD, _LEAD_WORDS = 3.0, 50
"""How much more a word counts whose first place is in the title or among the first words of the body."""
_LEAST, _FADED = 0.3, 1000
"""Behind that a word counts the less the later it is first said, down to _LEAST. Chosen, like the lead, on articles
labelled for tuning (benchmarks/bench_topics.py)."""
_SHORTEST_STEM, _LONGEST_STEM = 2, 16
_MOST_WORDS = 3000
"""Words read of a text, its first."""
_WORD = re.compile(r"[^\W_]+(?:['’.&\-][^\W_]+)*")
Weights = Mapping[str, float]


class Lexicon(NamedTuple):
    """Weights by topic: of words, of beginnings of words, and of phrases by their first word."""

    words: Mapping[str, Weights]
    stems: Mapping[str, Weights]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Weights], ...]]

    def evidence(self, title: str, body: str) -> dict[str, float]:
        """How much of each topic's words there is: by the root of their number, and more the earlier they stand."""
        heading = words_of(title)
        words = heading + words_of(body)[:_MOST_WORDS]
        lead = len(heading) + _LEAD_WORDS
        first = dict(zip(reversed(words), range(len(words) - 1, -1, -1), strict=True))
        found: dict[str, float] = defaultdict(float)
        for word, times in Counter(words).items():
            if weights := self.words.get(word) or self._by_stem(word):
                at = first[word]
                factor = math.sqrt(times) * (_LEAD if at < lead else max(_LEAST, 1 - at / _FADED))
                for topic, weight in weights.items():
                    found[topic] += weight * factor
        for topic, weight in self._in_phrases(words):
            found[topic] += weight
        return found

    def _by_stem(self, word: str) -> Weights | None:
        for end in range(min(len(word), _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
            if weights := self.stems.get(word[:end]):
                return weights
        return None

    def _in_phrases(self, words: list[str]) -> Iterable[tuple[str, float]]:
        seen: set[tuple[str, ...]] = set()
        for i, word in enumerate(words):
            for rest, weights in self.phrases.get(word, ()):
                phrase = (word, *rest)
                if phrase not in seen and tuple(words[i + 1 : i + len(phrase)]) == rest:
                    seen.add(phrase)
                    yield from weights.items()


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, without the possessive's `'s`."""
    return [word.removesuffix("'s") for word in _WORD.findall(text.lower().replace("’", "'"))]


@cache
def terms(language: str) -> frozenset[tuple[str, ...]]:
    """Words and phrases that name what topics are made of ("election", "climate change"), as words_of gives them."""
    both = (*_labels(language), *_own(language))
    return frozenset(tuple(words_of(term)) for _, term, weight in both if weight and not term.endswith("*"))


@cache
def lexicon(language: str) -> Lexicon | None:
    """The lexicon of `language` (ISO 639-1); None when there is none."""
    weights = {(topic, term): weight for topic, term, weight in (*_labels(language), *_own(language))}
    return compiled((*key, weight) for key, weight in weights.items() if weight) if weights else None


def compiled(entries: Iterable[tuple[str, str, float]]) -> Lexicon:
    """A lexicon of (topic, term, weight); a term is a word, a phrase, or the beginning of a word and `*`."""
    words: dict[str, dict[str, float]] = defaultdict(dict)
    stems: dict[str, dict[str, float]] = defaultdict(dict)
    phrases: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for topic, term, weight in entries:
        parts = tuple(words_of(term))
        if len(parts) > 1:
            phrases[parts][topic] = weight
        elif parts:
            (stems if term.endswith("*") else words)[parts[0]][topic] = weight
    by_first: dict[str, list[tuple[tuple[str, ...], Weights]]] = defaultdict(list)
    for (first, *rest), weights in phrases.items():
        by_first[first].append((tuple(rest), weights))
    return Lexicon(dict(words), dict(stems), {first: tuple(found) for first, found in by_first.items()})


def _own(language: str) -> Iterable[tuple[str, str, float]]:
    for line in lines("topic-words.tsv"):
        topic, code, terms = line.split("\t")
        if code == language:
            for term in terms.split():
                yield topic, term.lstrip("+-").replace("_", " "), _MARKS.get(term[0], _WEAK)


def _labels(language: str) -> Iterable[tuple[str, str, float]]:
    for line in lines("media-topics.tsv"):
        topic, code, label = line.split("\t")
        if code == language:
            yield topic, label, _WEAK
