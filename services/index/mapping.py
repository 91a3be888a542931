"""The indices' mappings: explicit, and closed to fields nobody thought of (`dynamic: false`)."""

from typing import Any

from services.contracts.indices import EMBEDDING
from services.index.analysis import PLAIN, Analysis

KEYWORD = {"type": "keyword", "ignore_above": 1024}
DATE = {"type": "date"}
STORED = {"type": "object", "enabled": False}  # kept in the document, not searchable
STORED_TEXT = {**KEYWORD, "index": False, "doc_values": False}  # one value, likewise
TEXT = {"type": "text", "analyzer": PLAIN}
# A field for each model, made when its first vector comes, which also says how many numbers a vector has. int8 in the
# graph takes a quarter of the memory; cosine, since rounding leaves the length at almost 1 only.
TEMPLATES: list[dict[str, Any]] = [
    {
        "embeddings": {
            "path_match": f"{EMBEDDING}.*",
            "match_mapping_type": "*",
            "mapping": {"type": "dense_vector", "similarity": "cosine", "index_options": {"type": "int8_hnsw"}},
        }
    }
]


def mapping(analysis: Analysis) -> dict[str, Any]:
    """Settings and mappings of the articles' index.

    `title`, `description` and `body` find words as written, in any language. `stemmed.LANGUAGE.*` holds
    the same text once more for the document's own language only, so that one query finds inflected
    forms in all languages without one language's rules being applied to another.
    """
    stemmed = {
        code: {"properties": {name: {"type": "text", "analyzer": analyzer} for name in ("title", "body")}}
        for code, analyzer in sorted(analysis.languages.items())
    }
    return {
        "settings": {"analysis": analysis.settings()},
        "mappings": {
            "dynamic": False,
            "_meta": {"languages": sorted(analysis.languages)},
            "dynamic_templates": TEMPLATES,
            "properties": {**_ARTICLE, "stemmed": {"properties": stemmed}},
        },
    }


_ARTICLE: dict[str, Any] = {
    "id": KEYWORD,
    "url": KEYWORD,
    "canonical_url": KEYWORD,
    "title": {**TEXT, "fields": {"raw": {"type": "keyword", "ignore_above": 512}}},
    "description": TEXT,
    "body": {**TEXT, "index_options": "offsets"},  # offsets: long bodies are highlighted without a second analysis
    "authors": {**KEYWORD, "fields": {"words": TEXT}},
    "published_at": DATE,
    "published_from": STORED_TEXT,
    "modified_at": DATE,
    "modified_from": STORED_TEXT,
    "fetched_at": DATE,
    "indexed_at": DATE,
    # When it happened, for sorting and ranges: publication, else the time it was read.
    "at": DATE,
    "language": KEYWORD,
    "language_confidence": {"type": "float"},
    "kind": KEYWORD,
    "source": {"properties": {"id": KEYWORD, "name": KEYWORD, "domain": KEYWORD}},
    "section": KEYWORD,
    "tags": KEYWORD,
    "paywalled": {"type": "boolean"},
    "word_count": {"type": "integer"},
    "reading_minutes": {"type": "integer"},
    "content_hash": KEYWORD,
    "image_url": STORED_TEXT,
    "entities": {
        "properties": {
            "id": KEYWORD,
            "name": {**KEYWORD, "fields": {"words": TEXT}},
            "type": KEYWORD,
            "count": {"type": "integer"},
            # Where each entity stands in the body is shown, never searched.
            "mentions": STORED,
        }
    },
    "entity_keys": KEYWORD,  # ids and names, so that a filter takes either
    # `ID|label`, so that a facet's values come with their labels in one aggregation
    "facet": {"properties": {"entity": KEYWORD, "source": KEYWORD, "topic": KEYWORD}},
    "topics": {"properties": {"id": KEYWORD, "name": KEYWORD, "score": {"type": "float"}}},
    "keyphrases": {**KEYWORD, "fields": {"words": TEXT}},
    "story_id": KEYWORD,
    # Asked for by value, never sorted or counted by.
    "fingerprint": {"type": "keyword", "doc_values": False},
    EMBEDDING: {"type": "object", "dynamic": True},
    "models": STORED,
    "retagged_at": DATE,
    "trail": STORED,
    # All readings are for merging; `versions`, what people see of them, is shown and counted only.
    "readings": STORED,
    "versions": STORED,
    "version_count": {"type": "integer"},
    "changed_at": DATE,
    # A tombstone: the document is this, `id` and `url` alone, and keeps replays from bringing the article back.
    "gone": {"properties": {"at": DATE, "reason": KEYWORD, "detail": {"type": "text", "index": False}}},
}


def additions(mappings: dict[str, Any]) -> dict[str, Any]:
    """Properties that an existing articles' index lacks; languages come with a new index only, for their analyzers."""
    return {name: kind for name, kind in _ARTICLE.items() if name not in mappings.get("properties", {})}


JOURNEYS_MAPPING: dict[str, Any] = {
    "mappings": {
        "dynamic": False,
        "properties": {
            "id": KEYWORD,
            "url": KEYWORD,
            "fate": KEYWORD,
            "reason": KEYWORD,
            "detail": {"type": "text", "index": False},
            "stage": KEYWORD,
            "at": DATE,
            "fetched_at": DATE,
            "source": KEYWORD,
            "origin": STORED,
            "trail": STORED,
        },
    }
}
