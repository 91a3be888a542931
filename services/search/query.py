"""From parameters to Elasticsearch's search requests. Pure; the clock comes as `now`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.search import weights as w
from services.search.match import match
from services.search.params import ARTICLE_FIELDS, FILTERS, LIST_FIELDS, FilterParams, SearchParams, TimelineParams
from services.search.qlang import parse
from services.search.times import parse_time

Query = dict[str, Any]
SEARCH_TIMEOUT = "10s"
TRACK_TOTAL = 10_000
STORY = "story_id"
STORIES = "_stories"
"""The aggregation that counts stories; no facet has such a name."""
MOST_EXACT = 40_000  # the most that Elasticsearch allows
_SORTS: dict[str, list[Any]] = {
    "relevance": [{"_score": "desc"}, {"at": "desc"}],
    "newest": [{"at": "desc"}],
    "oldest": [{"at": "asc"}],
}


class ParameterError(ValueError):
    """A parameter can not be understood."""

    def __init__(self, parameter: str, value: str, message: str) -> None:
        super().__init__(message)
        self.parameter, self.value, self.message = parameter, value, message


def build_query(params: SearchParams, now: datetime, languages: tuple[str, ...]) -> Query:
    """The body of a search. Raises QueryError, ParameterError."""
    own = {name: clause for name in params.facets if name in FILTERS and (clause := _filter(params, name))}
    scoring = _bool(params, now, languages, leave_out=set(own))
    if params.sort == "relevance" and params.recency and params.q:
        scoring["bool"]["should"] = [{"distance_feature": {**w.RECENCY, "origin": now.isoformat()}}]
    body: Query = {
        "query": scoring,
        "size": params.page_size,
        "_source": stored(params.fields or LIST_FIELDS),
        "sort": _SORTS[params.sort],
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": TRACK_TOTAL,
    }
    if own:
        body["post_filter"] = {"bool": {"filter": list(own.values())}}
    if params.facets:
        body["aggs"] = {name: _facet(name, own, params) for name in params.facets}
    if params.collapse == "story":
        body["collapse"] = {"field": STORY}
        counted = {"values": {"cardinality": {"field": STORY, "precision_threshold": MOST_EXACT}}}
        whole = {"filter": {"bool": {"filter": list(own.values())}}, "aggs": counted}
        body["aggs"] = {**body.get("aggs", {}), STORIES: whole}
    if params.explain:
        body["explain"] = True
    if params.highlight:
        body["highlight"] = _highlight(languages)
    if not params.cursor:
        body["from"] = (params.page - 1) * params.page_size
    return body


def stored(fields: Sequence[str]) -> Query:
    """`_source` of a request for lists: without where entities stand in the body, the half of an answer, for which
    Elasticsearch and we would both pay. One article, read by its id, has it."""
    return {"includes": list(fields), "excludes": ["entities.mentions"]}


def build_newest(
    params: FilterParams, now: datetime, languages: tuple[str, ...], size: int, fields: Sequence[str] = LIST_FIELDS
) -> Query:
    """The body that asks for the matches that were indexed last. Raises QueryError, ParameterError."""
    return {
        "query": _bool(params, now, languages),
        "size": size,
        "_source": stored(fields),
        "sort": [{"indexed_at": "desc"}, {"id": "asc"}],
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": False,
    }


def build_among(params: FilterParams, now: datetime, languages: tuple[str, ...], ids: Sequence[str]) -> Query:
    """The body that asks for those of these articles that match. Raises QueryError, ParameterError."""
    wanted = {"bool": {"filter": [{"terms": {"id": list(ids)}}, _bool(params, now, languages)]}}
    return {**_those(ids), "query": wanted, "_source": stored(LIST_FIELDS)}


def build_seen(ids: Sequence[str]) -> Query:
    """The body that asks when these articles were indexed, as far as a search sees."""
    return {**_those(ids), "query": {"terms": {"id": list(ids)}}, "_source": ["id", "indexed_at"]}


def _those(ids: Sequence[str]) -> Query:
    return {"size": max(1, len(ids)), "timeout": SEARCH_TIMEOUT, "track_total_hits": False}


def build_span(params: TimelineParams, now: datetime, languages: tuple[str, ...]) -> Query:
    """The body that asks for the time of the first and the last match."""
    bounds = {name: {name: {"field": "at"}} for name in ("min", "max")}
    return {**_counting(params, now, languages), "track_total_hits": False, "aggs": bounds}


def build_timeline(params: TimelineParams, now: datetime, languages: tuple[str, ...], interval: str) -> Query:
    """The body of a count over time."""
    histogram: Query = {"date_histogram": {"field": "at", "calendar_interval": interval, "min_doc_count": 0}}
    if params.split:
        histogram["aggs"] = {"split": {"terms": {"field": w.FACET_FIELDS[params.split], "size": params.split_size}}}
    return {**_counting(params, now, languages), "track_total_hits": True, "aggs": {"timeline": histogram}}


def _counting(params: TimelineParams, now: datetime, languages: tuple[str, ...]) -> Query:
    return {"query": _bool(params, now, languages), "size": 0, "timeout": SEARCH_TIMEOUT}


def build_matching(params: FilterParams, now: datetime, languages: tuple[str, ...]) -> Query:
    """The query alone. Raises QueryError, ParameterError."""
    return _bool(params, now, languages)


def _bool(params: FilterParams, now: datetime, languages: tuple[str, ...], leave_out: set[str] | None = None) -> Query:
    filters = [clause for name in FILTERS if name not in (leave_out or ()) and (clause := _filter(params, name))]
    excluded = [clause for name in FILTERS if (clause := _filter(params, f"exclude_{name}"))]
    if times := _times(params, now):
        filters.append({"range": {"at": times}})
    searched = tuple(c for c in languages if not params.language or c in params.language)
    return {"bool": {"must": [match(parse(params.q), searched)], "filter": filters, "must_not": excluded}}


def _filter(params: FilterParams, name: str) -> Query | None:
    values = getattr(params, name)
    if not values:
        return None
    return {"terms": {w.EXACT_FIELDS[name.removeprefix("exclude_")]: values}}


def _times(params: FilterParams, now: datetime) -> Query:
    times: Query = {}
    for name, value, key, end in (("from", params.from_, "gte", False), ("to", params.to, "lt", True)):
        if value:
            try:
                times[key] = parse_time(value, now, end=end).isoformat()
            except ValueError as error:
                raise ParameterError(name, value, str(error)) from None
    return times


def _facet(name: str, own: dict[str, Query], params: SearchParams) -> Query:
    """A facet's counts ignore its own filter, so that one can see what choosing another value would give."""
    others = [clause for other, clause in own.items() if other != name]
    field = w.FACET_FIELDS[name]
    aggs: Query = {"values": {"terms": {"field": field, "size": params.facet_size}}}
    if params.facet_missing:
        aggs["missing"] = {"missing": {"field": field}}
    return {"filter": {"bool": {"filter": others}}, "aggs": aggs}


def _highlight(languages: tuple[str, ...]) -> Query:
    whole = {"number_of_fragments": 0}
    parts = {"number_of_fragments": 2, "fragment_size": 180}
    fields: Query = {"title": whole, "description": whole, "body": parts}
    for code in languages:
        fields |= {f"stemmed.{code}.title": whole, f"stemmed.{code}.body": parts}
    return {
        "encoder": "html",
        "pre_tags": ["<mark>"],
        "post_tags": ["</mark>"],
        "require_field_match": False,
        "max_analyzed_offset": 900_000,
        "fields": fields,
    }


assert set(LIST_FIELDS) < set(ARTICLE_FIELDS)  # noqa: S101
