"""What weighs how much when hits are ranked; all of it, as data.

The title says most of what an article is about; then what stands in its description, the names it
has, its keyphrases; the body comes last since long bodies mention much in passing.
"""

from typing import Any

WORDS_AS_WRITTEN = {"title": 5.0, "description": 2.5, "body": 1.0}
WORDS_STEMMED = {"title": 4.0, "body": 0.8}
# A list of names tells little of how much an article is about each: at 2.0, articles that name few others came before
# those that speak of the one. `make bench-search`, entity and month, 1,227 articles, MRR@10: 0.927; at 0.5, 0.944.
NAMES = {"entities.name.words": 0.5, "keyphrases.words": 2.0, "authors.words": 1.5}
TIE_BREAKER = 0.3
PHRASE_BOOST = 2.0  # words that stand close together, as a bonus
PHRASE_SLOP = 3
MINIMUM_SHOULD_MATCH = "2<75%"  # both of two words; of more, three in four
RECENCY: dict[str, Any] = {"field": "at", "pivot": "30d", "boost": 0.6}
EXACT_FIELDS = {
    "author": "authors",
    "entity": "entity_keys",
    "topic": "topics.id",
    "source": "source.id",
    "domain": "source.domain",
    "language": "language",
    "story": "story_id",
    "tag": "tags",
    "kind": "kind",
}
"""Filters and query fields that compare whole values."""
FACET_FIELDS = {
    "source": "facet.source",
    "entity": "facet.entity",
    "type": "entities.type",
    "topic": "facet.topic",
    "domain": "source.domain",
    "language": "language",
    "author": "authors",
    "tag": "tags",
    "kind": "kind",
    "story": "story_id",
}
TEXT_FIELDS = ("title", "description", "body")
