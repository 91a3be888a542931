"""Whether two articles tell the same story. Pure and symmetric: which of them came first does not matter.

Copies are told by their shingles, accounts of the same event by names, the words of title and lead, and nearness in
time. Figures: docs/stories.md.
"""

from datetime import timedelta
from enum import IntEnum
from typing import NamedTuple

from services.contracts.shingles import containment
from services.index.stories.profile import Profile, cosine

COPY = 0.5
"""Part of the shorter text that is in the longer. Of 1,226 articles no two had between 0.28 and 0.82 in common; copies
with half of their paragraphs dropped, the lead rewritten and others added have more than 0.7 in 97 of 100."""
COPY_WITHIN = timedelta(days=30)
EVENT = 0.62
"""Least likeness of two accounts of an event."""
EVENT_WITHIN = timedelta(days=3)
_NAMES = 0.4
_LEAST_NAMES = 0.2  # without names in common, two texts share a subject, not an event


class Kind(IntEnum):
    """Why two articles belong together; the surer first."""

    COPY = 0
    EVENT = 1


class Link(NamedTuple):
    """Two articles of one story, the smaller id first."""

    kind: Kind
    likeness: float
    one: str
    other: str


def link(one: Profile, other: Profile) -> Link | None:
    """What joins two articles; None when nothing does."""
    one, other = sorted((one, other), key=lambda profile: profile.id)  # sums of floats differ by their order
    apart = abs(one.at - other.at)
    if apart <= COPY_WITHIN and not set(one.fingerprint).isdisjoint(other.fingerprint):
        share = containment(one.shingles, other.shingles)
        if share >= COPY:
            return Link(Kind.COPY, share, one.id, other.id)
    if apart <= EVENT_WITHIN and one.language == other.language:
        likeness = event_likeness(one, other)
        if likeness >= EVENT:
            return Link(Kind.EVENT, likeness, one.id, other.id)
    return None


def event_likeness(one: Profile, other: Profile) -> float:
    """How much two articles sound like accounts of one event: 0 to 1 + _NAMES."""
    names = cosine(one.entities, other.entities)
    return cosine(one.words, other.words) + _NAMES * names if names >= _LEAST_NAMES else 0.0
