"""Stories: the largest or newest, one with all that is known of it, and their sizes. Requests and answers. Pure.

What makes articles a story is decided where they are indexed (docs/stories.md); here it is the field `story_id`, which
every article has, alone in its story or not.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from services.search.entities import named_of
from services.search.params import LIST_FIELDS, FilterParams
from services.search.query import SEARCH_TIMEOUT, STORIES, STORY, Query, build_matching, stored
from services.search.results import article_of, values_of

_HEAD = ["id", "title", "url", "language", "source", "published_at", "fetched_at"]
_SPAN: Query = {"first": {"min": {"field": "at"}}, "last": {"max": {"field": "at"}}}
_LOOKED_THROUGH = 10_000  # stories a shard, so that the newest are not only those of one article
_SOURCES, _NAMES = 100, 20
_EARLIEST = [{"at": "asc"}, {"id": "asc"}]
Order = Literal["size", "newest"]


def stories_of(answer: Query) -> int | None:
    """How many stories the matches tell; None when that was not asked."""
    found = answer.get("aggregations", {}).get(STORIES)
    return found["values"]["value"] if found else None


def build_counts(stories: Collection[str]) -> Query:
    """The body that asks how many articles each of these stories has."""
    terms = {"field": STORY, "size": max(1, len(set(stories)))}
    return {**_of({"terms": {STORY: sorted(set(stories))}}), "size": 0, "aggs": {"stories": {"terms": terms}}}


def counts_of(answer: Query) -> dict[str, int]:
    """Articles of each story."""
    return {b["key"]: b["doc_count"] for b in answer.get("aggregations", {}).get("stories", {"buckets": []})["buckets"]}


def build_headlines(stories: Collection[str]) -> Query:
    """The body that asks for the first article of each of these stories."""
    one = {"collapse": {"field": STORY}, "sort": _EARLIEST, "_source": [STORY, "title"]}
    return {**_of({"terms": {STORY: sorted(stories)}}), **one, "size": max(1, len(stories))}


def headlines_of(answer: Query) -> dict[str, str]:
    """Title of each story's first article."""
    return {hit["_source"][STORY]: hit["_source"]["title"] for hit in answer["hits"]["hits"]}


def build_list(
    params: FilterParams, now: datetime, languages: tuple[str, ...], size: int, least: int, order: Order
) -> Query:
    """The body that asks for the stories of the matches. Raises QueryError, ParameterError."""
    head = {"top_hits": {"size": 1, "sort": _EARLIEST, "_source": _HEAD}}
    by: Query = {"_count": "desc"} if order == "size" else {"last": "desc"}
    terms = {"field": STORY, "size": size, "min_doc_count": least, "shard_size": _LOOKED_THROUGH, "order": by}
    sources = {"cardinality": {"field": "source.id"}}
    aggs = {"stories": {"terms": terms, "aggs": {**_SPAN, "sources": sources, "head": head}}}
    return {**_of(build_matching(params, now, languages)), "size": 0, "aggs": aggs}


def list_of(answer: Query) -> list[dict[str, Any]]:
    """The stories, in the order asked for: of the matches how many articles, of how many sources, from when to when."""
    buckets = answer.get("aggregations", {}).get("stories", {"buckets": []})["buckets"]
    return [
        {
            **_head(bucket["key"], bucket["head"]["hits"]["hits"][0]["_source"], bucket["doc_count"], bucket),
            "sources": bucket["sources"]["value"],
        }
        for bucket in buckets
    ]


def build_which(identity: str) -> Query:
    """The body that asks which story an article, or an id that was a story's, is in now."""
    of = {"should": [{"constant_score": {"filter": {"term": {f: identity}}}} for f in ("id", STORY)]}
    return {**_of({"bool": of}), "size": 1, "_source": [STORY]}


def which_of(answer: Query) -> str | None:
    """The story's id; None when there is none, or nobody grouped the article yet."""
    hits = answer["hits"]["hits"]
    return hits[0]["_source"].get(STORY) if hits else None


def build_story(story: str, articles: int) -> Query:
    """The body that asks for all about one."""
    sources = {"terms": {"field": "facet.source", "size": _SOURCES}, "aggs": {"first": _SPAN["first"]}}
    aggs = {
        **_SPAN,
        "sources": sources,
        "entities": {"terms": {"field": "facet.entity", "size": _NAMES}},
        "languages": {"terms": {"field": "language", "size": 20}},
    }
    body = {**_of({"term": {STORY: story}}), "size": articles, "sort": _EARLIEST, "_source": stored(LIST_FIELDS)}
    return {**body, "track_total_hits": True, "aggs": aggs}


def story_of(story: str, answer: Query) -> dict[str, Any] | None:
    """One story, its articles and sources in the order in which they told it; None when it has no article any more."""
    hits = [hit["_source"] for hit in answer["hits"]["hits"]]
    if not hits:
        return None
    found = answer["aggregations"]
    sources = [{**named_of(b["key"]), "count": b["doc_count"], "at": b["first"]} for b in found["sources"]["buckets"]]
    return {
        **_head(story, hits[0], answer["hits"]["total"]["value"], found),
        "languages": values_of(found["languages"]),
        "sources": [
            {"id": s["id"], "name": s["name"], "count": s["count"], "first_at": s["at"]["value_as_string"]}
            for s in sorted(sources, key=lambda s: (s["at"]["value"], s["id"]))
        ],
        "entities": [{**named_of(b["key"]), "count": b["doc_count"]} for b in found["entities"]["buckets"]],
        "articles": [article_of(source, LIST_FIELDS) for source in hits],
    }


def _head(story: str, first: Query, count: int, spans: Query) -> dict[str, Any]:
    return {
        "id": story,
        "headline": first["title"],
        "language": first["language"],
        "count": count,
        "first_at": spans["first"]["value_as_string"],
        "last_at": spans["last"]["value_as_string"],
    }


def _of(query: Query) -> Query:
    return {"query": query, "timeout": SEARCH_TIMEOUT, "track_total_hits": False}
