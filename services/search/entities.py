"""Entities: those with a name or of a type, and one with all that is known of it. Requests and answers. Pure.

Articles carry their entities as `ID|name` (`facet.entity`), and an id begins with the type: `place:lisbon`.
"""

import re
from collections.abc import Sequence
from typing import Any

from services.search.params import LIST_FIELDS
from services.search.query import SEARCH_TIMEOUT
from services.search.results import listed_of
from services.search.words import WORD, begins, words

FIELD = "facet.entity"
MOST = 1_000
"""Entities that are looked through for a name, most frequent first."""
_MENTIONS_OF = 50  # newest articles that are looked through for other spellings
_AT_LEAST = 2  # articles that two entities must share before that says anything
_SPECIAL = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$-])')

Query = dict[str, Any]


def build_list(q: str, kind: str | None) -> Query:
    """The body that asks for the most frequent entities, by name or type."""
    terms: Query = {"field": FIELD, "size": MOST}
    if kind:
        terms["include"] = f"{literal(kind)}:.*"
    text = " ".join(WORD.findall(q))
    named = {"match_bool_prefix": {"entities.name.words": {"query": text, "operator": "and"}}}
    return {
        "query": {"bool": {"filter": [named if text else {"match_all": {}}]}},
        "size": 0,
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": False,
        "aggs": {"entities": {"terms": terms}},
    }


def literal(text: str) -> str:
    """The text as a regular expression of Lucene that matches it alone."""
    return _SPECIAL.sub(r"\\\1", text)


def list_of(answer: Query, q: str) -> list[dict[str, Any]]:
    """The entities whose name has words that begin like those of `q`, most frequent first."""
    buckets = answer.get("aggregations", {}).get("entities", {"buckets": []})["buckets"]
    named = [{**named_of(bucket["key"]), "count": bucket["doc_count"]} for bucket in buckets]
    typed = words(q)
    return [entity for entity in named if not typed or begins(typed, words(entity["name"]))]


def named_of(key: str) -> dict[str, Any]:
    """Id, name and type of an `ID|name`."""
    identity, _, name = key.partition("|")
    return {"id": identity, "name": name, "type": identity.partition(":")[0]}


def build_entity(identity: str, articles: int, beside: int) -> Query:
    """The body that asks for all about one: names, first and last time, newest articles, what it appears with."""
    return {
        "query": {"bool": {"filter": [{"term": {"entity_keys": identity}}]}},
        "size": max(articles, _MENTIONS_OF),
        "sort": [{"at": "desc"}],
        "_source": [*LIST_FIELDS, "at"],  # with mentions, which tell its aliases
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": True,
        "aggs": {
            "names": {"terms": {"field": FIELD, "size": 10, "include": f"{literal(identity)}\\|.*"}},
            "first": {"min": {"field": "at"}},
            "last": {"max": {"field": "at"}},
            # One more than wanted: it always appears with itself.
            "beside": {"significant_terms": {"field": FIELD, "size": beside + 10, "min_doc_count": _AT_LEAST}},
        },
    }


def entity_of(identity: str, answer: Query, articles: int, beside: int) -> dict[str, Any] | None:
    """One entity; None when no article names it."""
    total = answer["hits"].get("total", {"value": 0})["value"]
    if not total:
        return None
    sources = [hit["_source"] for hit in answer["hits"]["hits"]]
    found = answer["aggregations"]
    names = [bucket["key"].partition("|")[2] for bucket in found["names"]["buckets"]]
    name = names[0] if names else identity
    return {
        "id": identity,
        "name": name,
        "type": identity.partition(":")[0],
        "count": total,
        **_where(identity, sources),
        "aliases": _aliases(identity, name, names, sources),
        "first_at": found["first"]["value_as_string"],
        "last_at": found["last"]["value_as_string"],
        "appears_with": _beside(identity, found["beside"])[:beside],
        "articles": [listed_of(source) for source in sources[:articles]],
    }


def build_among(identity: str, others: Sequence[dict[str, Any]]) -> Query:
    """The body that asks which of `others` the articles of an entity name together."""
    keys = sorted(f"{other['id']}|{other['name']}" for other in others)
    terms: Query = {"terms": {"field": FIELD, "size": max(1, len(keys)), "include": keys}}
    return {
        "query": {"bool": {"filter": [{"term": {"entity_keys": identity}}]}},
        "size": 0,
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": False,
        "aggs": {"one": {**terms, "aggs": {"other": terms}}},
    }


def among_of(answer: Query) -> list[dict[str, Any]]:
    """Pairs of entities and how many of the articles name both, most first."""
    pairs = [
        {"a": a, "b": b, "together": other["doc_count"]}
        for one in answer.get("aggregations", {}).get("one", {"buckets": []})["buckets"]
        for other in one["other"]["buckets"]
        if (a := named_of(one["key"])["id"]) < (b := named_of(other["key"])["id"])
    ]
    return sorted(pairs, key=lambda pair: (-pair["together"], pair["a"], pair["b"]))


def _where(identity: str, sources: list[Query]) -> Query:
    """Country and location of a place, as its newest article has them; nothing where none does."""
    for source in sources:
        for entity in source.get("entities", []):
            if entity["id"] == identity and "country" in entity:
                return {key: entity[key] for key in ("country", "location") if key in entity}
    return {}


def _aliases(identity: str, name: str, names: list[str], sources: list[Query]) -> list[str]:
    """Other spellings: other names it goes by, and how its newest articles call it, most frequent first."""
    counts: dict[str, int] = dict.fromkeys(names, 1)
    for source in sources:
        for entity in source.get("entities", []):
            if entity["id"] == identity:
                for mention in entity.get("mentions", []):
                    counts[mention["text"]] = counts.get(mention["text"], 0) + 1
    counts.pop(name, None)
    return sorted(counts, key=lambda alias: (-counts[alias], alias))[:20]


def _beside(identity: str, found: Query) -> list[dict[str, Any]]:
    """What it appears with more often than other articles have it: with how many, of how many, and how sure that is."""
    return [
        {
            **named_of(bucket["key"]),
            "together": bucket["doc_count"],
            "count": bucket["bg_count"],
            "score": round(bucket["score"], 4),
        }
        for bucket in found["buckets"]
        if bucket["key"].partition("|")[0] != identity
    ]
