"""What tells an article apart, as phrases of its own. Pure.

Candidates are runs of words between stop words and punctuation, as in RAKE (Rose et al. 2010, "Automatic keyword
extraction from individual documents"), and the shorter runs in them; they are scored by what YAKE takes (Campos et al.
2020, "YAKE! Keyword extraction from single documents using multiple local features"): how often, how early, over how
much of the text, and by the title.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from services.enrich.clauses import clauses
from services.enrich.forms import alike, roots_of
from services.enrich.runs import Run, names_a_thing, nouns_of, runs
from services.enrich.spans import Span
from services.enrich.stop_words import stop_words

MOST = 10
LONGEST = 3
"""Words in a phrase."""
_TITLE, _LENGTH = 2.0, (1.0, 2.2, 2.6)
_LEAD = 1000
"""Characters of the body."""
_UNSPACED = frozenset({"zh", "th", "lo", "km", "my"})

Phrase = tuple[str, ...]


class Candidate(NamedTuple):
    """The characters where a phrase stands, how often it is a run of its own, and how it is written."""

    places: list[int]
    whole: list[Run]
    forms: Counter[Phrase]


def keyphrases(
    text: str, body: int, language: str, names: Sequence[str] = (), spans: Iterable[Span] = ()
) -> tuple[str, ...]:
    """At most MOST phrases of `text`, the most telling first; its title ends before character `body`.

    `names` of entities and parts of them are no keyphrases; `spans` are where they stand. Languages without stop
    words or without spaces (but Japanese) have none.
    """
    stops = stop_words(language)
    if not stops or language in _UNSPACED:
        return ()
    found = list(runs(clauses(text, spans), stops, language))
    nouns = nouns_of(found, language)
    candidates = _candidates(found)
    scores = _scores(candidates, body, len(text))
    taken = [tuple(word.lower().strip(".,'’") for word in name.split()) for name in names]
    chosen: dict[Phrase, str] = {}
    for phrase in sorted(scores, key=lambda p: (-scores[p], p)):
        forms = {
            form: times for form, times in candidates[phrase].forms.items() if names_a_thing(form, nouns, language)
        }
        if forms and not _overlaps(phrase, chosen) and not _said(phrase, taken):
            chosen[phrase] = _shown(forms, candidates[phrase].forms, language)
        if len(chosen) == MOST:
            break
    return tuple(chosen.values())


def _candidates(found: Sequence[Run]) -> dict[Phrase, Candidate]:
    roots = roots_of(word.lower() for run in found for word in run.words)
    candidates: dict[Phrase, Candidate] = defaultdict(lambda: Candidate([], [], Counter()))
    for run in found:
        rooted = [roots[word.lower()] for word in run.words]
        for size in range(1, min(LONGEST, len(rooted)) + 1):
            for i in range(len(rooted) - size + 1):
                one = candidates[tuple(rooted[i : i + size])]
                one.places.append(run.start)
                one.forms[tuple(run.words[i : i + size])] += 1
                if size == len(rooted):
                    one.whole.append(run)
    return candidates


def _scores(candidates: dict[Phrase, Candidate], body: int, end: int) -> dict[Phrase, float]:
    """How much each candidate tells: what is said again, and what title or lead say in several words."""
    scores: dict[Phrase, float] = {}
    for phrase, (places, whole, _) in candidates.items():
        first, times = places[0], len(places)
        titled = first < body
        if times > 1 or (len(phrase) > 1 and whole and _once(whole[0], phrase, candidates, body)):
            early = 1 / (1 + math.log1p(max(0, first - body) / 500))
            spread = 1 + (places[-1] - first) / end
            scores[phrase] = (times + _TITLE * titled) * early * spread * _LENGTH[len(phrase) - 1]
    return scores


def _once(run: Run, phrase: Phrase, candidates: dict[Phrase, Candidate], body: int) -> bool:
    """Whether a phrase that is said once counts: in title or lead with one of its words said again, else with all."""
    times = [len(candidates[(word,)].places) for word in phrase]
    if run.start < body:
        return max(times) > 1
    return run.last and ((max(times) > 2 and run.start < body + _LEAD) or min(times) > 1)


def _said(phrase: Phrase, names: Iterable[Phrase]) -> bool:
    """Whether each word of `phrase` is one of a single name's."""
    return any(all(any(alike(word, part) for part in name) for word in phrase) for name in names)


def _overlaps(phrase: Phrase, chosen: Iterable[Phrase]) -> bool:
    """Whether `phrase` has all words of one that was chosen, or one of those all of its."""
    words = set(phrase)
    return any(words <= set(other) or words >= set(other) for other in chosen)


def _shown(nouns: Mapping[Phrase, int], forms: Iterable[Phrase], language: str) -> str:
    """The one of `nouns` that is written most often, in lower case when any of `forms` is; capitals of headlines and
    sentences say nothing, but in German they make the noun."""
    best = " ".join(max(nouns.items(), key=itemgetter(1))[0])
    return best.lower() if language != "de" and any(word.islower() for word in map(" ".join, forms)) else best
