"""From Elasticsearch's answers to ours. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.search.params import ARTICLE_FIELDS, LIST_FIELDS
from services.search.why import why_of

_LISTS = {"authors", "tags", "entities", "topics", "keyphrases", "versions"}


def article_of(source: dict[str, Any], fields: Sequence[str] = ARTICLE_FIELDS) -> dict[str, Any]:
    """The API's article of a stored document: every field asked for, null or empty where there is nothing."""
    return {name: source.get(name, [] if name in _LISTS else None) for name in fields}


def listed_of(source: dict[str, Any]) -> dict[str, Any]:
    """The article as lists have it, of a whole document: without where its entities stand in the body."""
    entities = [{k: v for k, v in entity.items() if k != "mentions"} for entity in source.get("entities", [])]
    return article_of({**source, "entities": entities}, LIST_FIELDS)


def hit_of(hit: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """An article of a result list, with its highlights, and why it stands there where that was asked."""
    why = {"why": why_of(hit)} if "_explanation" in hit else {}
    return {**article_of(hit["_source"], fields), "highlights": highlights_of(hit.get("highlight", {})), **why}


def times_of(answer: dict[str, Any]) -> dict[str, datetime]:
    """When each article was indexed, by id."""
    found = [hit["_source"] for hit in answer["hits"]["hits"]]
    return {source["id"]: datetime.fromisoformat(source["indexed_at"]) for source in found}


def articles_of(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Articles as in a list, by id."""
    return {hit["_source"]["id"]: article_of(hit["_source"], LIST_FIELDS) for hit in answer["hits"]["hits"]}


def highlights_of(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Snippets by field. The stemmed ones mark inflected forms too, so they go before those of the words as written."""
    plain = {name: value for name, value in found.items() if not name.startswith("stemmed.")}
    stemmed = {name.rsplit(".", 1)[1]: value for name, value in found.items() if name.startswith("stemmed.")}
    return {**plain, **stemmed}


def facets_of(aggregations: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Facets with their values, most frequent first, and last those without one where that was asked."""
    return {name: _facet(found) for name, found in aggregations.items() if not name.startswith("_")}


def _facet(found: dict[str, Any]) -> list[dict[str, Any]]:
    missing = [{"value": None, "count": found["missing"]["doc_count"]}] if "missing" in found else []
    return values_of(found["values"]) + missing


def values_of(terms: dict[str, Any]) -> list[dict[str, Any]]:
    """Values of a terms aggregation; `ID|label` keys are taken apart."""
    return [_value(str(bucket["key"]), bucket["doc_count"]) for bucket in terms["buckets"]]


def _value(key: str, count: int) -> dict[str, Any]:
    value, bar, label = key.partition("|")
    return {"value": value, **({"label": label} if bar else {}), "count": count}


def total_of(answer: dict[str, Any]) -> dict[str, Any]:
    """How many hits there are, and whether that is exact or a lower bound."""
    total = answer["hits"].get("total", {"value": 0, "relation": "eq"})
    return {"value": total["value"], "exact": total["relation"] == "eq"}


def timeline_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Counts over time, oldest first, each with its split if there is one."""
    return [
        {
            "from": bucket["key_as_string"],
            "count": bucket["doc_count"],
            **({"split": values_of(bucket["split"])} if "split" in bucket else {}),
        }
        for bucket in answer.get("aggregations", {}).get("timeline", {"buckets": []})["buckets"]
    ]
