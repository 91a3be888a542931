"""Which lines the recent articles of a host had: a small memory, from which follows what recurs there. Pure.

It holds facts (this article, these lines) and no counts. So an article that comes again is no second fact, and what
several workers know of a host is joined by union, in any order and any number of times (a state-based CRDT: Shapiro et
al., "Conflict-free replicated data types", 2011). It forgets by itself: the newest WINDOW articles are kept, and among
these the older count less.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import NamedTuple

from services.clean.words import bare

WINDOW = 32
"""Articles a host."""
LINES = 96
"""Lines an article: half of them its first, half its last, for furniture seldom stands in the middle of a long text."""
LEAST = 4
SHARE = 0.3
"""A line recurs when it stands in LEAST different articles, and in this part of the host's recent ones."""
HALF_LIFE_S = 30 * 24 * 3600
NEAR = 4
"""Of the 40 bands of a fingerprint (contracts/shingles.py), of which this many are equal in 99 of 100 pairs of texts
with 0.65 of their shingles in common, in half of those with 0.45, and in 1 of 100 with 0.25."""
_KEY, _BAND = 10, 4  # hex digits


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    """An article with its lines: when its page was read (seconds of Unix time), its id, `sketch`: the bands of its
    fingerprint, `lines`: their keys; both as hex digits in a row, which takes a tenth of the memory of tuples."""

    at: int
    id: str
    sketch: str = ""
    lines: str = ""


class Recurs(NamedTuple):
    """A line stands in `articles` of the host's `of` different ones; `share`: the part, the older counting less."""

    articles: int
    of: int
    share: float


Memory = tuple[Sighting, ...]
Recurring = Mapping[str, Recurs]
"""By the key of a line."""


def key_of(line: str) -> str:
    """The same for two spellings of a line (words.bare)."""
    return hashlib.blake2b(bare(line).encode("utf-8", "replace"), digest_size=_KEY // 2).hexdigest()


def sighting(at: int, identity: str, fingerprint: Iterable[str], keys: Sequence[str]) -> Sighting:
    """Of an article with that id and fingerprint and the keys of its lines."""
    some = keys if len(keys) <= LINES else [*keys[: LINES // 2], *keys[-LINES // 2 :]]
    return Sighting(at, identity[:16], "".join(band[:_BAND] for band in fingerprint), "".join(some))


def merged(*memories: Iterable[Sighting]) -> Memory:
    """The newest articles of all, newest first, each once: commutative, associative and idempotent."""
    newest: dict[str, Sighting] = {}
    for one in chain(*memories):
        newest[one.id] = max(one, newest.get(one.id, one))
    return tuple(sorted(newest.values(), reverse=True)[:WINDOW])


def with_article(memory: Memory, new: Sighting) -> Memory:
    """Also with `new`, unless it is a copy of another: a text sent under a thousand addresses takes one place."""
    bands = _parts(new.sketch, _BAND)
    for one in memory:
        if one.id != new.id and _near(one, _parts(one.sketch, _BAND), new, bands):
            return memory
    return merged(memory, (new,))


def recurring(memory: Memory) -> dict[str, Recurs]:
    """The lines that recur, by key. Copies of one text, which came to different workers, count as one article."""
    groups = _groups(memory)
    newest = max((one.at for one in memory), default=0)
    weights: dict[int, float] = {}
    held: dict[int, set[str]] = {}
    for group, one in zip(groups, memory, strict=True):
        weights[group] = max(weights.get(group, 0.0), 0.5 ** ((newest - one.at) / HALF_LIFE_S))
        held.setdefault(group, set()).update(_parts(one.lines, _KEY))
    total = sum(weights.values())
    counts = Counter(chain.from_iterable(held.values()))
    often = [key for key, times in counts.items() if times >= LEAST]
    shares = {key: sum(weights[g] for g, keys in held.items() if key in keys) / total for key in often}
    return {key: Recurs(counts[key], len(held), share) for key, share in shares.items() if share >= SHARE}


def _groups(memory: Memory) -> list[int]:
    """For each article the number of its group of copies."""
    groups = list(range(len(memory)))
    bands = [_parts(one.sketch, _BAND) for one in memory]
    for a, b in combinations(range(len(memory)), 2):
        if groups[a] != groups[b] and _near(memory[a], bands[a], memory[b], bands[b]):
            groups = [groups[a] if group == groups[b] else group for group in groups]
    return groups


def _near(one: Sighting, bands: set[str], other: Sighting, others: set[str]) -> bool:
    """Whether the two are copies, or versions, of one text; one that is too short for a fingerprint: word for word."""
    return one.lines == other.lines or len(bands & others) >= NEAR


def _parts(digits: str, size: int) -> set[str]:
    return {digits[at : at + size] for at in range(0, len(digits), size)}
