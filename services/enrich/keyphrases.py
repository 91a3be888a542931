"""What tells an article apart, as phrases of its own. Pure.

Candidates are runs of words between stop words and punctuation, as in RAKE (Rose et al. 2010, "Automatic keyword
extraction from individual documents"), and the shorter runs in them; they are scored by what YAKE takes (Campos et al.
2020, "YAKE! Keyword extraction from single documents using multiple local features"): how often, how early, over how
much of the text, and by the title; and by whether topics are made of it ("elections"), which is what editors tag.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter

from services.enrich.clauses import clauses
from services.enrich.forms import roots_of
from services.enrich.nested import Candidate, Phrase, repeats, swallowed, within
from services.enrich.runs import Nouns, Run, names_a_thing, nouns_of, runs, without_verb
from services.enrich.spans import Span
from services.enrich.stop_words import stop_words
from services.enrich.topic_words import terms

MOST = 10
LONGEST = 3
"""Words in a phrase."""
_TITLE, _TOPICAL, _LENGTH = 2.0, 2.0, (1.0, 2.2, 2.6)
_LEAD = 1000
"""Characters of the body; a phrase that comes first at e - 1 times as many counts half."""
_UNSPACED = frozenset({"zh", "th", "lo", "km", "my"})


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
    candidates = _candidates([without_verb(run, nouns, language) for run in found])
    scores = _scores(candidates, terms(language), body, len(text))
    taken = [tuple(word.lower().strip(".,'’") for word in name.split()) for name in names]
    told = {phrase: forms for phrase in scores if (forms := _things(candidates[phrase], nouns, language))}
    chosen: dict[Phrase, str] = {}
    for phrase in sorted(told.keys() - swallowed(told, candidates), key=lambda p: (-scores[p], p)):
        if not repeats(phrase, chosen, candidates) and not _said(phrase, taken):
            chosen[phrase] = _shown(told[phrase], candidates[phrase].forms, language)
        if len(chosen) == MOST:
            break
    return tuple(chosen.values())


def _things(one: Candidate, nouns: Nouns | None, language: str) -> dict[Phrase, int]:
    """The forms that can be shown."""
    topical = _topical(one, terms(language))
    return {form: times for form, times in one.forms.items() if names_a_thing(form, nouns, language, topical)}


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


def _topical(one: Candidate, known: Collection[Phrase]) -> bool:
    """Whether topics are made of it, in one of its forms."""
    return any(tuple(map(str.lower, form)) in known for form in one.forms)


def _scores(candidates: dict[Phrase, Candidate], known: Collection[Phrase], body: int, end: int) -> dict[Phrase, float]:
    """How much each candidate tells: what is said again, what title or lead say in several words, and what topics are
    made of in both."""
    scores: dict[Phrase, float] = {}
    for phrase, one in candidates.items():
        places, whole, _ = one
        first, times = places[0], len(places)
        topical = (times > 1 or first < body + _LEAD) and _topical(one, known)
        if times > 1 or topical or (len(phrase) > 1 and whole and _once(whole[0], phrase, candidates, body)):
            early = 1 / (1 + math.log1p(max(0, first - body) / _LEAD))
            spread = 1 + (places[-1] - first) / end
            kind = _LENGTH[len(phrase) - 1] * (_TOPICAL if topical else 1)
            scores[phrase] = (times + _TITLE * (first < body)) * early * spread * kind
    return scores


def _once(run: Run, phrase: Phrase, candidates: dict[Phrase, Candidate], body: int) -> bool:
    """Whether a phrase that is said once counts: in title or lead with one of its words said again, else with all."""
    times = [len(candidates[(word,)].places) for word in phrase]
    if run.start < body:
        return max(times) > 1
    return run.last and ((max(times) > 2 and run.start < body + _LEAD) or min(times) > 1)


def _said(phrase: Phrase, names: Iterable[Phrase]) -> bool:
    """Whether each word of `phrase` is one of a single name's."""
    return any(within(phrase, name) for name in names)


def _shown(nouns: Mapping[Phrase, int], forms: Iterable[Phrase], language: str) -> str:
    """The one of `nouns` that is written most often, in lower case when any of `forms` is; capitals of headlines and
    sentences say nothing, but in German they make the noun."""
    best = " ".join(max(nouns.items(), key=itemgetter(1))[0])
    return best.lower() if language != "de" and any(word.islower() for word in map(" ".join, forms)) else best
