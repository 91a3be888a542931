"""Articles that are like one: the request, and what is made of its answer. Pure.

Likeness is Elasticsearch's `more_like_this` over the document itself; articles of the same story come first.
"""

from typing import Any

from services.search.params import LIST_FIELDS
from services.search.query import SEARCH_TIMEOUT, stored
from services.search.results import article_of

FIELDS = ("title", "body", "entities.name.words", "keyphrases.words")
NEEDED = ("id", "story_id", "language")
"""What must be known of the article itself."""
_STORY = "story"
_STORY_BOOST = 1_000_000.0  # over any score of likeness
_COMMON = 0.2
"""A word that so many articles of the language have says nothing: analyzers of many languages know no stop words."""

Query = dict[str, Any]


def build_itself(identity: str) -> Query:
    """The body that asks for the article as it can be searched."""
    return {"query": {"ids": {"values": [identity]}}, "size": 1, "_source": list(NEEDED), "timeout": SEARCH_TIMEOUT}


def build_count(language: str | None) -> Query:
    """The body that counts the articles of a language."""
    chosen = {"term": {"language": language}} if language else {"match_all": {}}
    return {"query": chosen, "size": 0, "track_total_hits": True, "timeout": SEARCH_TIMEOUT}


def build_similar(itself: Query, number: int, size: int) -> Query:
    """The body that asks for articles like a hit of `build_itself`, where `number` articles have its language."""
    source = itself["_source"]
    like: Query = {
        "more_like_this": {
            "fields": list(FIELDS),
            "like": [{"_index": itself["_index"], "_id": source["id"]}],
            "min_term_freq": 1,
            "min_doc_freq": 2,
            "max_doc_freq": max(5, int(number * _COMMON)),
            "max_query_terms": 30,
            "minimum_should_match": "20%",
        }
    }
    story = source.get("story_id")
    same = {"constant_score": {"filter": {"term": {"story_id": story}}, "boost": _STORY_BOOST, "_name": _STORY}}
    return {
        "query": {
            "bool": {
                "should": [like, *([same] if story else [])],
                "minimum_should_match": 1,
                "must_not": [{"ids": {"values": [source["id"]]}}],
            }
        },
        "size": size,
        "sort": [{"_score": "desc"}, {"at": "desc"}],
        "_source": stored(LIST_FIELDS),
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": False,
    }


def similar_of(answer: Query) -> list[dict[str, Any]]:
    """The articles, most alike first, each with `same_story`."""
    return [
        {**article_of(hit["_source"], LIST_FIELDS), "same_story": _STORY in hit.get("matched_queries", ())}
        for hit in answer["hits"]["hits"]
    ]
