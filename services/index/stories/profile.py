"""What of an article tells whether another tells the same story. Pure."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from services.contracts.shingles import fingerprint, shingles

FIELDS = (
    "id",
    "at",
    "language",
    "title",
    "description",
    "body",
    "entities.id",
    "entities.count",
    "story_id",
    "fingerprint",
    "gone",
)
"""The fields of a stored document that are read here."""
LEAD = 1200
"""Characters of body in which an article says what it is about."""
_STEM = 6  # characters that inflected forms of a word mostly share; no language's rules are needed
_TITLE_WEIGHT = 2.0
_PLACE_WEIGHT = 0.3  # half of all articles name a country
# Words of four letters and more (shorter ones are mostly grammar), numbers, and pairs where there are no spaces.
_WORD = re.compile(r"[\u3005-\u9fff]{2}|[^\W\d_]{4,}|\d[\d.,]*\d")

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Profile:
    """One article. `story` is its story's id so far, None when nobody gave it one."""

    id: str
    at: datetime
    language: str
    story: str | None
    title: str
    body: str
    fingerprint: tuple[str, ...]
    complete: bool  # whether the stored document has its fingerprint
    words: Weights
    entities: Weights

    @cached_property
    def shingles(self) -> frozenset[str]:
        return shingles(self.body)


def profile_of(document: Mapping[str, Any]) -> Profile:
    """The profile of a stored document."""
    title, body = document.get("title", ""), document.get("body", "")
    known = document.get("fingerprint")
    return Profile(
        id=document["id"],
        at=datetime.fromisoformat(document["at"]),
        language=document.get("language", ""),
        story=document.get("story_id"),
        title=title,
        body=body,
        fingerprint=tuple(fingerprint(body) if known is None else known),
        complete=known is not None,
        words=words_of(title, f"{document.get('description') or ''} {body[:LEAD]}"),
        entities={entity["id"]: _entity_weight(entity) for entity in document.get("entities", ())},
    )


def words_of(title: str, lead: str) -> Weights:
    """Beginnings of words with their weights: the logarithm of how often each stands there, more for the title's."""
    counts = Counter(dict.fromkeys(_stems(title), _TITLE_WEIGHT))
    counts.update(_stems(lead))
    return {stem: 1 + math.log(count) for stem, count in counts.items()}


def cosine(one: Weights, other: Weights) -> float:
    """How alike two weighted sets are, 0 to 1."""
    small, large = sorted((one, other), key=len)
    dot = sum(weight * large[key] for key, weight in small.items() if key in large)
    return dot / math.sqrt(_square(one) * _square(other)) if dot else 0.0


def _stems(text: str) -> list[str]:
    return [word.casefold()[:_STEM] for word in _WORD.findall(text)]


def _entity_weight(entity: Mapping[str, Any]) -> float:
    often: float = 1 + math.log(entity.get("count", 1))
    return often * math.sqrt(_PLACE_WEIGHT) if entity["id"].startswith("place:") else often


def _square(weights: Weights) -> float:
    return sum(weight * weight for weight in weights.values())
