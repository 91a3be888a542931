"""Hybrid search: what has the words, and what means the like, ranked as one.

The best DEPTH of either ranking are fused (fusion.py). Three requests: both rankings, as ids alone and side by side,
then the articles of the page, with the facets and the number of all that either found.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.search.find import Pairs, find, pages
from services.search.fusion import fuse, rank
from services.search.match import match
from services.search.params import LIST_FIELDS, SearchParams
from services.search.provider import Provider
from services.search.qlang import parse
from services.search.query import SEARCH_TIMEOUT, ParameterError, Query, build_query
from services.search.query_embedder import QueryEmbedder
from services.search.results import facets_of, hit_of
from services.search.wording import demands, wording

DEPTH = 200
CANDIDATES = 400
"""Of each shard's graph, from which the nearest are taken: more find better and take longer."""
_TOTAL = "total"
OFF = "hybrid search is off here; it needs NEWSLOOM_EMBEDDING_MODEL for enrich and the gateway (docs/hybrid-search.md)"


@dataclass(frozen=True)
class Rankings:
    """Ids, best first: of those that have the words, and of those that mean the like."""

    keyword: Sequence[str]
    nearest: Sequence[str]


async def find_by_mode(
    provider: Provider, embedder: QueryEmbedder, params: SearchParams, given: Pairs, now: datetime
) -> dict[str, Any]:
    """The answer of GET /v1/search. Raises QueryError, ParameterError, Unavailable."""
    if params.mode == "keyword":
        return await find(provider, params, given, now)
    _refuse(params, embedder)
    vector = await embedder.vector(wording(parse(params.q)))
    if vector is None:  # nothing in `q` that could mean something
        return await find(provider, params, given, now)
    return await _hybrid(provider, embedder, params, given, now, vector)


def _refuse(params: SearchParams, embedder: QueryEmbedder) -> None:
    if not embedder.on:
        raise ParameterError("mode", params.mode, OFF)
    if params.cursor:
        text = f"hybrid search ranks the best {DEPTH} of words and of meaning; turn its pages, or use mode=keyword"
        raise ParameterError("cursor", params.cursor, text)
    if params.collapse != "none":
        raise ParameterError("collapse", params.collapse, "hybrid search ranks single articles; leave `collapse` out")
    if params.sort != "relevance":
        text = "hybrid search has its own order; leave `sort` out, or use mode=keyword"
        raise ParameterError("sort", params.sort, text)


async def _hybrid(
    provider: Provider,
    embedder: QueryEmbedder,
    params: SearchParams,
    given: Pairs,
    now: datetime,
    vector: Sequence[float],
) -> dict[str, Any]:
    languages = await provider.languages()
    by_word, by_meaning = await asyncio.gather(
        provider.search(build_words(params, now, languages)),
        provider.search(build_nearest(params, now, languages, embedder.field, vector)),
    )
    rankings = Rankings(_ids(by_word), _ids(by_meaning))
    if not rankings.nearest:
        await _comparable(provider, embedder)
    fused = fuse(rankings.keyword, rankings.nearest)
    wanted = fused[(params.page - 1) * params.page_size : params.page * params.page_size]
    answer = await provider.search(build_page(params, now, languages, rankings, wanted))
    found = answer["aggregations"]
    return {
        "total": {"value": found.pop(_TOTAL)["doc_count"], "exact": True},
        "took_ms": max(by_word["took"], by_meaning["took"]) + answer["took"],
        "articles": _articles(answer, params, rankings, wanted),
        "facets": facets_of(found),
        **pages(params, given, len(fused)),
    }


def build_words(params: SearchParams, now: datetime, languages: tuple[str, ...]) -> Query:
    """The body that asks for the ids of the keyword ranking. Pure."""
    plain = {"facets": [], "highlight": False, "page": 1, "page_size": DEPTH}
    body = build_query(params.model_copy(update=plain), now, languages)
    return {**body, "_source": False, "track_total_hits": False}


def build_nearest(
    params: SearchParams, now: datetime, languages: tuple[str, ...], field: str, vector: Sequence[float]
) -> Query:
    """The body that asks for the ids of the articles nearest to `vector`, with the same filters, and with what `q`
    demands or forbids beside plain words. Pure."""
    filters = build_query(params.model_copy(update={"q": "", "facets": []}), now, languages)["query"]
    demanded = demands(parse(params.q))
    knn = {
        "field": field,
        "query_vector": list(vector),
        "k": DEPTH,
        "num_candidates": CANDIDATES,
        "filter": [filters, *([match(demanded, languages)] if demanded else [])],
    }
    return {"knn": knn, "size": DEPTH, "_source": False, "timeout": SEARCH_TIMEOUT, "track_total_hits": False}


def build_page(
    params: SearchParams, now: datetime, languages: tuple[str, ...], rankings: Rankings, wanted: Sequence[str]
) -> Query:
    """The body that asks for the articles `wanted`, with facets and number of all that either search finds. Pure."""
    body = build_query(params.model_copy(update={"page": 1}), now, languages)
    words = body["query"]
    nearest = {"terms": {"id": list(rankings.nearest)}}
    body["query"] = {"bool": {"should": [words, nearest], "minimum_should_match": 1}}
    everything = body.get("post_filter", {"match_all": {}})
    body["aggs"] = {**body.get("aggs", {}), _TOTAL: {"filter": everything}}
    body |= {"post_filter": {"terms": {"id": list(wanted)}}, "size": len(wanted), "track_total_hits": False}
    body["sort"] = ["_doc"]
    if params.highlight:
        body["highlight"]["highlight_query"] = words
    return body


def _ids(answer: dict[str, Any]) -> list[str]:
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def _articles(
    answer: dict[str, Any], params: SearchParams, rankings: Rankings, wanted: Sequence[str]
) -> list[dict[str, Any]]:
    """In the order wanted; what went away since is left out."""
    hits = {hit["_id"]: hit for hit in answer["hits"]["hits"]}
    return [
        {
            **hit_of(hits[identity], params.fields or LIST_FIELDS),
            "ranks": {"keyword": rank(rankings.keyword, identity), "meaning": rank(rankings.nearest, identity)},
        }
        for identity in wanted
        if identity in hits
    ]


async def _comparable(provider: Provider, embedder: QueryEmbedder) -> None:
    """Nothing is near: that is no answer where the archive's vectors are another model's. Raises ParameterError."""
    there = await provider.embeddings()
    if there and embedder.key not in there:
        text = (
            f"the archive has vectors of other models only ({', '.join(sorted(there))}), none of the gateway's "
            f"({embedder.model}: {embedder.key}); set the same NEWSLOOM_EMBEDDING_MODEL for enrich and the gateway, "
            "and have the articles enriched again (docs/hybrid-search.md)"
        )
        raise ParameterError("mode", "hybrid", text)
