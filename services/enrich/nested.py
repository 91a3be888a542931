"""Phrases within phrases: which of them say something of their own. Pure.

A phrase and a part of it are both told only where the part mostly stands alone, as in the C-value (Frantzi et al. 2000,
"Automatic recognition of multi-word terms").
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.enrich.forms import alike
from services.enrich.runs import Run

_ALONE = 2
"""Times at least, and half of all, that a part of a phrase must stand without it; and that such a whole must come."""

Phrase = tuple[str, ...]


class Candidate(NamedTuple):
    """The characters where a phrase stands, how often it is a run of its own, and how it is written."""

    places: list[int]
    whole: list[Run]
    forms: Counter[Phrase]


def swallowed(told: Iterable[Phrase], candidates: Mapping[Phrase, Candidate]) -> set[Phrase]:
    """Parts that hardly stand alone of phrases that are said again: "chain" where it is mostly "vaccine chain"."""
    wholes = [phrase for phrase in told if len(phrase) > 1 and len(candidates[phrase].places) >= _ALONE]
    parts = ((phrase[i:end], phrase) for phrase in wholes for end in range(1, len(phrase) + 1) for i in range(end))
    return {part for part, whole in parts if part != whole and not _alone(candidates[part], candidates[whole])}


def repeats(phrase: Phrase, chosen: Iterable[Phrase], candidates: Mapping[Phrase, Candidate]) -> bool:
    """Whether `phrase` hardly says more than those `chosen`: it is a part of one or has one as a part, and either that
    part hardly stands alone, or the whole is not said again or a name, or there is such a pair already."""
    pairs = [sorted((phrase, other), key=len) for other in chosen if within(phrase, other) or within(other, phrase)]
    return len(pairs) > 1 or any(not _both(candidates[part], candidates[whole]) for part, whole in pairs)


def _both(part: Candidate, whole: Candidate) -> bool:
    named = all(word[0].isupper() for form in whole.forms for word in form)
    return _alone(part, whole) and len(whole.places) >= _ALONE and not named


def _alone(part: Candidate, whole: Candidate) -> bool:
    return len(part.places) - len(whole.places) >= max(_ALONE, len(part.places) / 2)


def within(part: Phrase, whole: Phrase) -> bool:
    """Whether each word of `part` is in `whole`, in some form."""
    return all(any(alike(word, other) for other in whole) for word in part)
