"""Reciprocal rank fusion: one ranking from several, by places alone, so that scores of different kinds need no scale.

G. Cormack, C. Clarke, S. Buettcher: Reciprocal rank fusion outperforms Condorcet and individual rank learning methods.
SIGIR 2009. https://doi.org/10.1145/1571941.1572114. Elasticsearch's own (`rrf`) is not part of every server. Pure.
"""

from collections.abc import Sequence

K = 60
"""The paper's constant: how little first places weigh more than those after them."""


def fuse(*rankings: Sequence[str], k: int = K) -> list[str]:
    """All ids of `rankings` (each best first, without repetition), best first; in a tie the first ranking's come first.

    An id's score is the sum of 1 / (k + rank) over the rankings that have it; ranks begin at 1.
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, identity in enumerate(ranking, start=1):
            scores[identity] = scores.get(identity, 0) + 1 / (k + rank)
    return sorted(scores, key=lambda identity: -scores[identity])  # stable


def rank(ranking: Sequence[str], identity: str) -> int | None:
    """Place of an id, from 1; None when it is not there."""
    return ranking.index(identity) + 1 if identity in ranking else None
